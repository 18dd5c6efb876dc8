"""Which traits of which users are predicted, which predictions count, and that what is given is never touched."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents.errors import FaultLimitError, InputError, SocietyError
from s3agents.ids import UserId
from s3agents.network.society import Society
from s3agents.network.write import SocietyWriter
from s3agents.traits import target as target_module
from s3agents.traits.base import Estimate, Evidence, Trait, TraitPredictor, Unknown
from s3agents.traits.held_out import score_result
from s3agents.traits.infer import NO_TEXT, Fault, FieldResult, check_faults, infer_trait
from s3agents.traits.occupations import OCCUPATIONS, OccupationEstimate, read_occupations
from s3agents.traits.scores import LabelScores, NumberScores
from s3agents.traits.subject import TRAITS
from s3agents.traits.target import Target, occupation_groups

Answer = Estimate | Unknown
VALUES: Mapping[Trait, Sequence[Any]] = {
    "gender": ["female", "male", "x"],
    "age": [14, 30, 71],
    "occupation": ["Engineer", "poet"],
    "attitude": ["positive", "negative"],
}


class Says:
    """A predictor that answers as a function of the evidence, and remembers what it was shown."""

    def __init__(self, trait: Trait, answer: Callable[[Evidence], Answer] | Answer, *, method: str = "m") -> None:
        self.trait, self.method = trait, method
        self.shown: list[Evidence] = []
        self._answer = answer if callable(answer) else lambda _: answer

    async def predict(
        self, users: Sequence[Evidence], progress: Callable[[int], None] = lambda done: None
    ) -> list[Answer]:
        """One answer each."""
        self.shown += users
        progress(len(users))
        return [self._answer(user) for user in users]


def _society(folder: Path, rows: Sequence[Mapping[str, Any] | bytes]) -> Path:
    folder.mkdir(parents=True)
    lines = [row if isinstance(row, bytes) else orjson.dumps(row) for row in rows]
    (folder / "users.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    (folder / "follows.csv").write_text("follower,followee\n")
    (folder / "posts.jsonl").write_text('{"user_id": "a", "text": "hello"}\n')
    return folder


def _infer(target: Target, predictor: TraitPredictor, **options: Any) -> FieldResult:
    return asyncio.run(infer_trait(target.subjects, predictor, **options))


def _rows(folder: Path) -> dict[str, dict[str, Any]]:
    return {row["user_id"]: row for row in map(json.loads, (folder / "users.jsonl").read_text().splitlines())}


FEMALE = Estimate("female", 0.75, {"female": 0.75, "male": 0.25})
USERS = [
    {"user_id": "a", "gender": "male", "age": 20, "bio": "one"},
    {"user_id": "b", "gender": None, "age": 30},
    {"user_id": "c", "gender": "female", "gender_confidence": 0.9, "gender_method": "old", "age": 40},
    {"user_id": "d"},
]


def test_only_what_is_missing_is_predicted_and_stored(tmp_path: Path) -> None:
    """Given traits stay, earlier inferences stay, and the rest gets three columns."""
    folder = _society(tmp_path / "s", USERS)
    target = Target.load(folder)
    says = Says("gender", FEMALE)
    result = _infer(target, says)
    assert [evidence.persona.id for evidence in says.shown] == ["b", "d"]
    assert (result.given, result.kept, len(result.estimates), len(result.answers)) == (1, 1, 2, 2)
    assert (result.before, result.after) == (Counter(male=1, female=1), Counter(male=1, female=3))
    assert result.confidence == 0.75
    before = _rows(folder)
    target.store([result], {"gender": {"seed": 1}})
    found = {"gender": "female", "gender_confidence": 0.75, "gender_method": "m"}
    assert _rows(folder) == {**before, "b": {**before["b"], **found}, "d": {**before["d"], **found}}
    about = json.loads((folder / "society.json").read_bytes())
    assert about == {"inferred": {"gender": {"m": {"seed": 1, "unknown": {}}}}}
    (folder / ".infer-replies.sqlite").touch()
    SocietyWriter(folder, overwrite=True)  # does not mind
    again = Target.load(folder)
    assert _infer(again, Says("gender", FEMALE)).answers == []
    assert again.society["d"].gender == "female"


def test_again_replaces_what_was_inferred_and_nothing_else(tmp_path: Path) -> None:
    """Old inferences are predicted anew; who cannot be told any more is without it."""
    folder = _society(tmp_path / "s", USERS)
    target = Target.load(folder)
    says = Says("gender", lambda user: FEMALE if user.persona.id == "b" else Unknown("no text"), method="new")
    result = _infer(target, says, again=True)
    assert [evidence.persona.id for evidence in says.shown] == ["b", "c", "d"]
    assert (result.withdrawn, result.unknown, result.kept) == (["c"], Counter({"no text": 2}), 0)
    target.store([result], {"gender": {}}, again=True)
    rows = _rows(folder)
    assert rows["c"] == {"user_id": "c", "age": 40}
    assert (rows["a"], rows["b"]["gender_method"]) == (USERS[0], "new")


def test_predictors_are_shown_what_the_data_state(tmp_path: Path) -> None:
    """Neither the trait itself, nor what was inferred, nor the columns that describe that; posts as they are."""
    row = {"user_id": "a", "gender": "female", "gender_method": "m", "gender_confidence": 0.9, "bio": "b", "x": 1}
    folder = _society(tmp_path / "s", [{**row, "age": 20, "occupation": "poet", "occupation_answer": "kept"}])
    target = Target.load(folder)
    says = Says("age", Estimate(30))
    _infer(target, says, score=True)
    (evidence,) = says.shown
    persona = evidence.persona
    assert (persona.gender, persona.age, persona.occupation, persona.bio) == (None, None, "poet", "b")
    assert persona.extra == {"x": 1, "occupation_answer": "kept"}
    assert evidence.posts == ("hello",)


def test_low_confidence_counts_as_unknown(tmp_path: Path) -> None:
    """The estimate is not stored; one without a confidence is."""
    target = Target.load(_society(tmp_path / "s", [{"user_id": "a"}, {"user_id": "b"}, {"user_id": "c"}]))
    answers = {"a": Estimate("female", 0.59), "b": Estimate("female", 0.6), "c": Estimate("male")}
    result = _infer(target, Says("gender", lambda user: answers[user.persona.id]), min_confidence=0.6)
    assert dict(result.estimates) == {"b": answers["b"], "c": answers["c"]}
    assert result.unknown == Counter({"low confidence": 1})
    assert (result.faults, result.confidence) == (Counter(), 0.6)


def test_an_unusable_value_is_given_and_stays(tmp_path: Path) -> None:
    """What the loader cannot use is still what the data say."""
    folder = _society(tmp_path / "s", [{"user_id": "a", "age": "about 40", "attitude": "undecided"}])
    target = Target.load(folder)
    for trait in ("age", "attitude"):
        result = _infer(target, Says(trait, Estimate(30)), score=True)  # type: ignore[arg-type]
        assert (result.given, len(result.answers), result.unknown) == (0, 0, Counter({"unusable value in the data": 1}))


def test_a_column_of_the_data_is_not_taken_for_one_of_ours(tmp_path: Path) -> None:
    """A confidence without a gender cannot be kept beside an inferred gender, and is not overwritten."""
    rows = [{"user_id": "a", "gender": "", "gender_confidence": 0.3}]
    with pytest.raises(SocietyError, match=r"user 'a': gender_confidence: wanted no value without a gender, got 0\.3"):
        Target.load(_society(tmp_path / "s", rows))
    given = [{"user_id": "a", "gender": "male", "gender_confidence": 0.3}]
    assert _infer(Target.load(_society(tmp_path / "t", given)), Says("gender", FEMALE)).given == 1


def test_faults_past_the_limit_store_nothing() -> None:
    """Only what could not be had or used is a fault, and only who could be asked about counts; causes are named."""
    lost = {UserId(f"u{n}"): Fault("timeout") if n < 5 else Unknown("low confidence") for n in range(100)}
    silent = {UserId(f"s{n}"): Unknown(NO_TEXT) for n in range(900)}
    result = FieldResult(trait="age", method="m", given=0, kept=0, estimates={}, unanswered={**lost, **silent})
    check_faults([result], 0.05)
    with pytest.raises(FaultLimitError, match=r"age: 5 of 100 predictions failed \(5 x timeout\).*limit is 4%"):
        check_faults([result], 0.04)
    check_faults([FieldResult(trait="age", method="m", given=9, kept=0, estimates={})], 0.0)


def test_faults_are_unknown_with_their_cause(tmp_path: Path) -> None:
    """They count among the unknown and by themselves, those of users who are held out too."""
    target = Target.load(_society(tmp_path / "s", [{"user_id": "a", "gender": "male"}, {"user_id": "b"}]))
    result = _infer(target, Says("gender", Fault("timeout")), score=True)
    assert (result.unknown, result.faults, len(result.answers)) == (Counter(timeout=1), Counter(timeout=2), 2)


def test_held_out_users_are_scored_and_not_stored(tmp_path: Path) -> None:
    """S3's Table 4: labels with F1 and AUC, ages in years; unknown ones are counted."""
    rows = [{"user_id": f"u{n}", "gender": ("male", "female")[n % 2], "age": 20 + n} for n in range(20)]
    folder = _society(tmp_path / "s", [*rows, {"user_id": "new"}])
    target = Target.load(folder)

    def guess(user: Evidence) -> Answer:
        if user.persona.id == "u0":
            return Unknown("no text")
        p = int(user.persona.id[1:]) % 2 * 0.8 if user.persona.id != "new" else 0.5
        return Estimate("female" if p > 0.5 else "male", max(p, 1 - p), {"female": p, "male": 1 - p})

    result = _infer(target, Says("gender", guess), score=True)
    scores = score_result(result)
    assert isinstance(scores, LabelScores)
    assert (scores.n, scores.n_unknown, scores.positive) == (19, 1, "female")
    assert scores.accuracy is not None
    assert scores.auc is not None
    assert (scores.accuracy.value, scores.auc.value) == (1.0, 1.0)
    assert list(result.estimates) == ["new"]
    age = score_result(_infer(target, Says("age", Estimate(30)), score=True))
    assert isinstance(age, NumberScores)
    assert age.mae is not None
    assert age.mae.value == 5.0
    target.store([result], {"gender": {}})
    assert [_rows(folder)[row["user_id"]] for row in rows] == rows


def test_occupations_are_scored_where_the_data_use_the_categories(tmp_path: Path) -> None:
    """Free text of the data cannot be right or wrong."""
    rows = [{"user_id": "a", "occupation": "Engineer"}, {"user_id": "b", "occupation": "builds bridges"}]
    result = _infer(Target.load(_society(tmp_path / "s", rows)), Says("occupation", Estimate("Engineer")), score=True)
    scores = score_result(result, categories=OCCUPATIONS)
    assert isinstance(scores, LabelScores)
    assert scores.n == 1
    assert score_result(result, categories=["Poet"]) is None


def test_occupations_keep_the_words_and_groups_of_the_model(tmp_path: Path) -> None:
    """The raw answer stands beside the category; all pairs stand in society.json, those of an earlier run too."""
    folder = _society(tmp_path / "s", [{"user_id": "a"}, {"user_id": "b"}])
    target = Target.load(folder)
    answers: Mapping[str, Answer] = {"a": OccupationEstimate("Engineer", answer="bridges"), "b": Unknown("no text")}
    result = _infer(target, Says("occupation", lambda user: answers[user.persona.id]))
    assert occupation_groups(result) == [("bridges", "Engineer", 1)]
    target.store([result], {"occupation": {}})
    assert _rows(folder)["a"]["occupation_answer"] == "bridges"
    target = Target.load(folder)
    target.store(
        [_infer(target, Says("occupation", OccupationEstimate("Engineer", answer="tunnels")))], {"occupation": {}}
    )
    groups = json.loads((folder / "society.json").read_bytes())["inferred"]["occupation"]["m"]["groups"]
    assert groups == {"bridges": "Engineer", "tunnels": "Engineer"}


def test_attitudes_to_one_question_are_not_mixed_with_those_to_another(tmp_path: Path) -> None:
    """Another question needs --again; so do attitudes of which nobody knows the question."""
    folder = _society(tmp_path / "s", [{"user_id": "a"}, {"user_id": "b", "attitude": "negative"}])
    target = Target.load(folder)
    target.check_question("Yes?", again=False)
    target.store([_infer(target, Says("attitude", Estimate("positive", 0.7)))], {"attitude": {"question": "Yes?"}})
    target = Target.load(folder)
    target.check_question("Yes?", again=False)
    target.check_question("No?", again=True)
    with pytest.raises(InputError, match=r"wanted 'No\?', got 'Yes\?' \(ask that one, or add --again\)"):
        target.check_question("No?", again=False)
    (folder / "society.json").unlink()
    with pytest.raises(InputError, match="one that nobody knows"):
        Target.load(folder).check_question("Yes?", again=False)


def test_a_crash_between_the_two_files_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The users file comes first: attitudes to the new question never pass for answers to the old one."""
    folder = _society(tmp_path / "s", [{"user_id": "a"}])
    facts: Mapping[Trait, Mapping[str, Any]] = {"attitude": {"question": "Old?"}}
    target = Target.load(folder)
    target.store([_infer(target, Says("attitude", Estimate("positive", 0.7)))], facts)
    target = Target.load(folder)
    real = target_module.replace_file

    def once(path: Path, data: bytes) -> None:
        if path.name == "society.json":
            raise KeyboardInterrupt
        real(path, data)

    monkeypatch.setattr(target_module, "replace_file", once)
    result = _infer(target, Says("attitude", Estimate("negative", 0.7)), again=True)
    with pytest.raises(KeyboardInterrupt):
        target.store([result], {"attitude": {"question": "New?"}}, again=True)
    assert _rows(folder)["a"]["attitude"] == "negative"
    with pytest.raises(InputError, match=r"wanted 'New\?', got 'Old\?'"):
        Target.load(folder).check_question("New?", again=False)


def test_a_new_society_is_a_copy_with_the_found_traits(tmp_path: Path) -> None:
    """All files are there, the old society is as it was, and a failure leaves no new one."""
    folder = _society(tmp_path / "s", USERS)
    (folder / "society.json").write_text('{"source": "raw"}')
    before = {entry.name: entry.read_bytes() for entry in folder.iterdir()}
    target = Target.load(folder)
    result = _infer(target, Says("gender", FEMALE))
    target.store([result], {"gender": {}}, writer=SocietyWriter(tmp_path / "new"))
    assert {entry.name: entry.read_bytes() for entry in folder.iterdir()} == before
    new = tmp_path / "new"
    assert {entry.name for entry in new.iterdir()} == before.keys()
    assert [(new / name).read_bytes() for name in ("follows.csv", "posts.jsonl")] == [
        before["follows.csv"],
        before["posts.jsonl"],
    ]
    assert Society.load(new)["d"].gender == "female"
    assert json.loads((new / "society.json").read_bytes())["source"] == "raw"
    (folder / "users.jsonl").write_text('{"user_id": "z"}\n')
    with pytest.raises(SocietyError, match="changed meanwhile"):
        target.store([result], {"gender": {}}, writer=SocietyWriter(tmp_path / "other"))
    assert not (tmp_path / "other").exists()


def test_without_anything_new_nothing_is_written(tmp_path: Path) -> None:
    """The files keep their bytes, and there is no society.json that says nothing."""
    folder = _society(tmp_path / "s", USERS)
    target = Target.load(folder)
    target.store([_infer(target, Says("gender", Unknown("no text")))], {"gender": {}})
    assert not (folder / "society.json").exists()


traits = st.sampled_from(TRAITS)
standing = st.sampled_from(["given", "empty", "absent", "inferred", "unusable"])


@st.composite
def users(draw: st.DrawFn) -> dict[str, Any]:
    """The columns of a user: each trait given, empty, absent, inferred before, or of no use."""
    row: dict[str, Any] = {"bio": draw(st.text(max_size=5))}
    for trait in TRAITS:
        how = draw(standing)
        if how == "empty":
            row[trait] = draw(st.sampled_from(["", None]))
        elif how == "unusable":
            row[trait] = draw(st.sampled_from([["list"], {"a": 1}]))
        elif how != "absent":
            row[trait] = draw(st.sampled_from(VALUES[trait]))
        if how == "inferred":
            row |= {f"{trait}_method": "old", f"{trait}_confidence": draw(st.sampled_from([0.5, None]))}
    return row


@settings(deadline=None, max_examples=80)
@given(rows=st.lists(users(), min_size=1, max_size=4), data=st.data())
def test_whatever_is_given_stays_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    """Whatever the predictor says of whom, with --again or without, scored or not, at any limit of confidence."""
    lines = [orjson.dumps({"user_id": f"u{n}", **row}) for n, row in enumerate(rows)]
    folder = _society(tmp_path_factory.mktemp("x") / "s", [*lines, b"broken", lines[0]])
    trait = data.draw(traits)
    answers = st.sampled_from(VALUES[trait]).flatmap(
        lambda value: st.sampled_from([Estimate(value), Estimate(value, 0.3), Unknown("no text"), Fault("timeout")])
    )
    again = data.draw(st.booleans())
    target = Target.load(folder)
    result = _infer(
        target,
        Says(trait, lambda _: data.draw(answers)),
        again=again,
        score=data.draw(st.booleans()),
        min_confidence=data.draw(st.sampled_from([0.0, 0.5])),
    )
    target.store([result], {trait: {}}, again=again)
    ours = {trait, f"{trait}_confidence", f"{trait}_method"}
    new = (folder / "users.jsonl").read_bytes().splitlines()
    assert new[len(rows) :] == [b"broken", lines[0]]
    for row, old, line in zip(rows, lines, new, strict=False):
        is_given = row.get(trait) not in (None, "") and f"{trait}_method" not in row
        is_kept = f"{trait}_method" in row and not again
        if is_given or is_kept:
            assert line == old
        found = orjson.loads(line)
        assert {k: v for k, v in found.items() if k not in ours | {"user_id"}} == {
            k: v for k, v in row.items() if k not in ours
        }
        assert (f"{trait}_method" in found) <= (found.get(trait) not in (None, ""))


def test_own_occupations_are_read_from_a_list(tmp_path: Path) -> None:
    """S3 has ten; a file has as many as it likes, from two."""
    assert len(OCCUPATIONS) == len(set(OCCUPATIONS)) == 10
    file = tmp_path / "jobs.yaml"
    file.write_text("- Farmer\n- 'Poet / Singer'\n", encoding="utf-8")
    assert read_occupations(file) == ("Farmer", "Poet / Singer")


@pytest.mark.parametrize(
    "text",
    ["a: b", "- one", "- a\n- a", "- a\n- none", "- a\n- 1", "- a\n- ''", "- a\n- 'b  c'", "[", "- a\n- " + "b" * 81],
)
def test_a_wrong_list_of_occupations_is_refused(tmp_path: Path, text: str) -> None:
    """No list, one name, the same twice, one called none, a number, a blank, too long; the message names the file."""
    file = tmp_path / "jobs.yaml"
    file.write_text(text)
    with pytest.raises(InputError, match=r"jobs\.yaml: wanted a YAML list"):
        read_occupations(file)
    with pytest.raises(InputError, match="nowhere"):
        read_occupations(tmp_path / "nowhere")
