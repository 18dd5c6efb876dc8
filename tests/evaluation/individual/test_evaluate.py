"""Evaluation of individuals: every mind gets the same probes, faults are counted and never scored, blanks say why."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents.cognition.base import Appraisal, Decision, TurnView, Usage
from s3agents.contenders import rules_contender
from s3agents.embed.hashing import HashingEmbedder
from s3agents.errors import EndpointError, FaultLimitError, ModelError
from s3agents.evaluation.individual.asking import CHANGED, FORWARDED, NOT_FORWARDED, UNCHANGED, Contender, ask_all
from s3agents.evaluation.individual.evaluate import Settings, evaluate_individual
from s3agents.evaluation.individual.probe import Ask, Probe, Task, TaskName
from s3agents.evaluation.individual.results import LabelRow, TaskResult, TextRow
from s3agents.events import Action
from s3agents.ids import PostId
from s3agents.labels import ATTITUDES, EMOTIONS, Attitude, Emotion
from s3agents.state import AttitudeBelief, EmotionBelief
from s3agents.testing.turn_views import turn_view

LABELS: dict[Ask, tuple[str, ...]] = {
    "emotion": tuple(map(str, EMOTIONS)),
    "attitude": tuple(map(str, ATTITUDES)),
    "change": (CHANGED, UNCHANGED),
    "act": (FORWARDED, NOT_FORWARDED),
    "write": (),
}
NAMES: dict[Ask, TaskName] = {
    "emotion": "emotion_level",
    "attitude": "initial_attitude",
    "change": "attitude_change",
    "act": "event_propagation",
    "write": "text",
}
POSITIVE: dict[Ask, str | None] = {
    "emotion": "intense", "attitude": "positive", "change": CHANGED, "act": FORWARDED, "write": None,
}  # fmt: skip


class Oracle:
    """A mind that finds its answer in the post that it reads: a label, or a number; ``!`` fails, ``?`` is slow."""

    mode = "oracle"

    def __init__(self) -> None:
        self.at_once = self.most = 0

    async def appraise(self, view: TurnView) -> Appraisal:
        """The label in the text, with certainty; or the probability in it."""
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        said = view.perceived[0].post.text
        view.meter.add(Usage(1, 10, 2))
        if said == "!":
            raise EndpointError("the endpoint is gone", cause="connection", transient=True)
        emotion = EmotionBelief.certain(Emotion(said) if said in tuple(EMOTIONS) else Emotion.CALM)
        attitude = AttitudeBelief.certain(Attitude(said) if said in tuple(ATTITUDES) else Attitude.POSITIVE)
        if said.startswith("0."):
            p = float(said)
            attitude = AttitudeBelief(stance=Attitude.NEGATIVE, p_positive=p)
            emotion = EmotionBelief(level=Emotion.CALM, p=(1 - p, 0.0, p))
        return Appraisal(emotion=emotion, attitude=attitude)

    async def act(self, view: TurnView, appraisal: Appraisal) -> Decision:
        """Forward with the probability in the text, or for certain what it says."""
        said = view.perceived[0].post.text
        if said.startswith("0."):
            p = {Action.FORWARD: float(said), Action.POST: 0.0, Action.INACTIVE: 1 - float(said)}
            return Decision(action=Action.INACTIVE, p=p)
        return Decision(action=Action.FORWARD if said == FORWARDED else Action.INACTIVE)


class Scribe(Oracle):
    """A mind that repeats what it reads."""

    async def write(self, view: TurnView, *, target: PostId | None = None) -> str:
        """What stands there."""
        del target
        await self.appraise(view)
        return view.perceived[0].post.text


class Surprise:
    """A model to which every token has probability one half."""

    name = "coin"

    def __init__(self, failing: Sequence[str] = ()) -> None:
        self.failing = failing

    async def token_logprobs(self, texts: Sequence[str]) -> list[list[float] | ModelError]:
        """Log of one half for all words but the first."""
        gone = EndpointError("no such path", cause="status_404", transient=False)
        return [
            gone if "all" in self.failing or text in self.failing else [-0.6931471805599453] * len(text.split()[1:])
            for text in texts
        ]


def task(ask: Ask, rows: Sequence[tuple[str, str]], *, groups: Sequence[str] = (), base: float | None = None) -> Task:
    """A task of these rows: what is read, and the truth."""
    probes = tuple(
        Probe(id=f"p{n}", view=turn_view([said]), truth=truth, group=groups[n] if groups else f"g{n}", texts=(said,))
        for n, (said, truth) in enumerate(rows)
    )
    return Task(
        name=NAMES[ask], data="made up", split="all", ask=ask, labels=LABELS[ask], positive=POSITIVE[ask],
        unit="rows", group="groups", probes=probes, base_rate=base,
    )  # fmt: skip


def contender(mind: Oracle | None = None, **options: object) -> Contender:
    """``mind`` as one that is scored."""
    return replace(Contender(name="oracle", cognition=mind or Oracle()), **options)  # type: ignore[arg-type]


async def result(asked: Task, *minds: Contender, scorer: Surprise | None = None, **options: object) -> TaskResult:
    """The result of one task."""
    chosen = Settings(**options)  # type: ignore[arg-type]
    report = await evaluate_individual(
        [asked], minds or [contender()], chosen, embedder=HashingEmbedder(), scorer=scorer
    )
    return report.results[0]


def label_row(found: TaskResult, n: int = 0) -> LabelRow:
    """Row ``n``, which is one of labels."""
    row = found.rows[n]
    assert isinstance(row, LabelRow)
    return row


async def test_answers_are_counted_by_truth() -> None:
    """Accuracy, F1, macro F1 and the table of truths and answers, of 24 rows that were worked out by hand."""
    rows = (
        [("calm", "calm")] * 12 + [("intense", "calm")] * 2 + [("intense", "intense")] * 6 + [("calm", "moderate")] * 4
    )
    found = await result(task("emotion", rows))
    row = label_row(found)
    scores = row.scores
    assert scores.accuracy is not None
    assert scores.f1 is not None
    assert scores.macro_f1 is not None
    assert scores.accuracy.value == pytest.approx(18 / 24)
    assert scores.f1.value == pytest.approx(2 * 6 / (8 + 6))
    assert scores.macro_f1.value == pytest.approx((2 * 12 / (16 + 14) + 0 + 12 / 14) / 3)
    assert row.confusion["calm"] == {"calm": 12, "moderate": 0, "intense": 2}
    assert row.confusion["moderate"] == {"calm": 4, "moderate": 0, "intense": 0}
    assert scores.auc is None
    assert "answers without probabilities" in row.note
    assert found.majority is not None
    assert found.majority.accuracy == pytest.approx(14 / 24)
    assert row.usage == Usage(24, 240, 48)


async def test_the_likeliest_label_is_the_answer() -> None:
    """Not the one that was drawn; certain answers among others keep their place in the ranking."""
    rows = (
        [("0.9", "positive")] * 10 + [("0.2", "negative")] * 9 + [("negative", "negative")] + [("0.6", "negative")] * 5
    )
    scores = label_row(await result(task("attitude", rows))).scores
    assert scores.accuracy is not None
    assert scores.auc is not None
    assert scores.accuracy.value == pytest.approx(20 / 25)
    assert scores.auc.value == 1.0
    assert scores.n_ranked == 25


async def test_faults_are_counted_and_left_out() -> None:
    """The rest is scored as if the failed probes were not there; what they cost is counted."""
    rows = [("positive", "positive"), ("positive", "negative"), ("negative", "negative")] * 10
    whole = label_row(await result(task("attitude", rows)))
    found = label_row(await result(task("attitude", [*rows, *[("!", "positive")] * 13])))
    assert found.faults == {"connection": 13}
    assert (found.asked, found.scores.n, found.scores.n_unknown) == (43, 30, 13)
    assert found.scores.accuracy == whole.scores.accuracy
    assert found.usage.calls == 43


async def test_too_many_faults_end_it() -> None:
    """The message says of whom, how many, why, and how the first one came about."""
    rows = [("!", "positive"), ("!", "negative"), ("positive", "positive")]
    with pytest.raises(FaultLimitError, match=r"initial attitude, oracle: 2 of 3 .* \(2 x connection\).*is gone"):
        await result(task("attitude", rows))
    assert label_row(await result(task("attitude", rows), fault_limit=0.7)).faults.total() == 2


async def test_answers_hang_on_the_base_rate() -> None:
    """Above the stated base rate is a forward, in a sample of one to one; the AUC does not depend on it."""
    rows = [("0.3", FORWARDED), ("0.15", NOT_FORWARDED)] * 10
    asked = task("act", rows, base=0.2)
    found = label_row(await result(asked))
    assert found.threshold == 0.2
    assert found.scores.accuracy is not None
    assert found.scores.accuracy.value == 1.0
    own = label_row(await result(asked, contender(base_rate=0.4)))
    assert own.confusion[FORWARDED] == {FORWARDED: 0, NOT_FORWARDED: 10}
    assert own.scores.auc == found.scores.auc


async def test_acts_without_probabilities_are_answers() -> None:
    """The action itself is the answer, and nothing is ranked."""
    rows = [(FORWARDED, FORWARDED), ("no", NOT_FORWARDED)] * 10
    row = label_row(await result(task("act", rows)))
    assert row.scores.accuracy is not None
    assert row.scores.accuracy.value == 1.0
    assert row.scores.auc is None


async def test_a_change_is_seen_from_the_attitude_before() -> None:
    """The view's agent is positive: a low probability of that is a change."""
    rows = [("0.2", CHANGED), ("0.7", UNCHANGED)] * 10
    row = label_row(await result(task("change", rows)))
    assert row.confusion[CHANGED] == {CHANGED: 10, UNCHANGED: 0}
    assert row.scores.auc is not None
    assert row.scores.auc.value == 1.0


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([("positive", "positive")] * 19, "fewer than 20"),
        ([("positive", "positive")] * 25, "the truth is always positive"),
        ([], "0 rows"),
    ],
)
async def test_where_there_is_no_score_it_says_why(rows: list[tuple[str, str]], why: str) -> None:
    """Too few, or all the same: blanks, and no perfect score."""
    row = label_row(await result(task("attitude", rows)))
    assert row.scores.accuracy is row.scores.f1 is row.scores.auc is None
    assert why in row.note


async def test_what_one_has_seen_nobody_is_asked() -> None:
    """All minds get the same probes; with ``seen`` they stay, and the row says so."""
    rows = [("positive", "positive")] * 5 + [("negative", "negative")] * 30 + [("positive", "negative")] * 5
    fitted = contender(saw=lambda probe: probe.texts == ("positive",))
    found = await result(task("attitude", rows), contender(), fitted)
    assert [row.asked for row in found.rows] == [30, 30]
    assert [row.seen for row in found.rows] == [None, False]
    assert found.basis.left_out == {"seen in training": 10}
    assert found.basis.seen is None
    kept = await result(task("attitude", rows), fitted, seen=True)
    assert (kept.rows[0].asked, kept.rows[0].seen, kept.basis.seen) == (40, True, True)


async def test_a_limit_samples_by_seed() -> None:
    """As many as allowed, the same for the same seed, in their order."""
    asked = task("attitude", [("positive", "positive"), ("negative", "negative")] * 50)
    kept = [[p.id for p in (await result(asked, limit=30, seed=seed)).task.probes] for seed in (1, 1, 2)]
    assert kept[0] == kept[1] != kept[2]
    assert kept[0] == sorted(kept[0], key=lambda name: int(name[1:]))
    found = await result(asked, limit=30)
    assert found.basis.n == 30
    assert found.basis.left_out["beyond the limit"] == 70


async def test_dependent_rows_make_wider_intervals() -> None:
    """Rows of one group stand and fall together: the interval knows."""
    rows = [(("positive", "negative")[n // 10 % 2], ("positive", "negative")[n % 2]) for n in range(200)]
    rows = [(truth if n // 20 % 2 else answer, truth) for n, (answer, truth) in enumerate(rows)]
    alone = label_row(await result(task("attitude", rows))).scores.accuracy
    found = await result(task("attitude", rows, groups=[str(n // 20) for n in range(200)]))
    together = label_row(found).scores.accuracy
    assert alone is not None
    assert together is not None
    assert alone.value == together.value
    assert together.high - together.low > 1.5 * (alone.high - alone.low)
    assert found.interval == "groups"


@pytest.mark.parametrize("most", [1, 7])
async def test_so_many_are_asked_at_a_time(most: int) -> None:
    """Never more than allowed, and as many where there is work."""
    mind = Oracle()
    answers = await ask_all(contender(mind), task("attitude", [("positive", "positive")] * 40), concurrency=most)
    assert len(answers) == 40
    assert mind.most == most


MONOTONE: list[Callable[[float], float]] = [lambda p: p / 2, lambda p: p**3, lambda p: (p + 0.2) / 1.3]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["0.1", "0.25", "0.5", "0.7"]), st.booleans()), min_size=20, max_size=40),
    st.sampled_from(MONOTONE),
)
def test_a_ranking_is_all_that_auc_knows(rows: list[tuple[str, bool]], change: Callable[[float], float]) -> None:
    """Probabilities that are changed in a way that keeps their order give the same AUC."""
    truths = [("0.9", True), ("0.3", False), *rows]
    plain = [(said, FORWARDED if up else NOT_FORWARDED) for said, up in truths]
    bent = [(f"{change(float(said)):.9f}", truth) for said, truth in plain]
    one, other = (asyncio.run(result(task("act", table))) for table in (plain, bent))
    assert label_row(one).scores.auc == label_row(other).scores.auc


async def test_texts_are_scored_beside_the_real_ones() -> None:
    """Likeness is 1 for the same text, diversity and length are there for both, perplexity by a model that can."""
    rows = [(f"the mill burns {n}", f"the mill burns {n}") for n in range(10)]
    found = await result(task("write", rows), contender(Scribe()), contender(), scorer=Surprise())
    scribe, mute = found.rows
    assert isinstance(scribe, TextRow)
    assert isinstance(mute, TextRow)
    assert found.real is not None
    assert scribe.cosine is not None
    assert scribe.perplexity is not None
    assert scribe.words is not None
    assert scribe.cosine.value == pytest.approx(1.0)
    assert scribe.perplexity.value == pytest.approx(2.0)
    assert scribe.words.value == 4.0
    assert scribe.distinct_1 == pytest.approx(13 / 40) == found.real.distinct_1
    assert found.perplexity_by == "coin"
    assert (mute.n, mute.note, mute.cosine) == (0, "writes no texts", None)


async def test_perplexity_is_blank_where_it_cannot_be_had() -> None:
    """Without an endpoint, with one that cannot, or for texts that failed: blank or counted, with the reason."""
    asked = task("write", [("one two", "three four")] * 3)
    without = await result(asked, contender(Scribe()))
    assert "no endpoint" in without.perplexity_by
    unable = await result(asked, contender(Scribe()), scorer=Surprise(["all"]))
    assert "no such path" in unable.perplexity_by
    partly = await result(asked, contender(Scribe()), scorer=Surprise(["three four"]))
    assert partly.real is not None
    assert partly.real.perplexity is None
    assert "3 failed" in partly.real.note


async def test_rules_say_the_same_to_everybody() -> None:
    """The baseline has a row in every task, at no cost."""
    found = await result(task("write", [("a b", "c")] * 3), rules_contender())
    row = found.rows[0]
    assert isinstance(row, TextRow)
    assert row.n == 3
    assert row.usage == Usage()
    assert found.rows[0].answers[0].text == "Yes, I am for it."


async def test_everything_is_in_json_and_in_the_rows() -> None:
    """A report is plain values; a row a probe and mind, with what was answered and what it cost."""
    report = await evaluate_individual(
        [task("act", [("0.3", FORWARDED), ("!", NOT_FORWARDED), ("0.1", NOT_FORWARDED)], base=0.2)],
        [contender()], Settings(), embedder=HashingEmbedder(),
    )  # fmt: skip
    columns = report.columns()
    assert columns["answer"] == [FORWARDED, None, NOT_FORWARDED]
    assert columns["p_positive"] == [0.3, None, 0.1]
    assert columns["fault"] == [None, "connection", None]
    assert columns["tokens"] == [12, 12, 12]
    plain = report.to_dict()["tasks"][0]
    assert plain["rows"][0]["faults"] == {"connection": 1}
    assert plain["basis"]["n"] == 3
    assert plain["published_on_other_data"]["nuclear energy"]["auc"] == 0.681
