"""Together: questions answered in one batch have the answers of each alone, to the last bit."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier

from s3agents.behaviour.features import CLOCK, FEATURES, UNKNOWN
from s3agents.behaviour.fitting.trees import forest_of
from s3agents.behaviour.forest import Forest
from s3agents.behaviour.forks import Forks
from s3agents.behaviour.model import BehaviourModel
from s3agents.behaviour.model_facts import BehaviourFacts
from s3agents.behaviour.outcome import Outcome
from s3agents.behaviour.together import Together
from s3agents.events import Action

_DRAW = np.random.default_rng(8)


def _forest(seed: int) -> Forest:
    rows = np.round(_DRAW.normal(size=(400, len(FEATURES))), 1)
    labels = _DRAW.random(400) < 1 / (1 + np.exp(-rows[:, CLOCK[0]] - rows[:, 0]))
    model = ExtraTreesClassifier(12, max_depth=6, random_state=seed).fit(rows, labels)
    return forest_of([tree.tree_ for tree in model.estimators_], features=len(FEATURES))


_CLOCKS = _DRAW.normal(size=(11, 3))
_FOREST = _forest(1)
_OUTCOMES = {
    "forward": Outcome(_FOREST, 1.3, -0.7, _CLOCKS),
    "post": Outcome(_forest(2), 0.4, 0.1, _CLOCKS[:3]),
}


def model(*parts: str) -> BehaviourModel:
    """A model of random trees."""
    facts = BehaviourFacts.model_construct(name="random", seed=0, versions={}, parts={}, folds=5)
    return BehaviourModel(facts=facts, outcomes={part: _OUTCOMES[part] for part in parts})


def questions(sizes: list[int], seed: int) -> list[NDArray[np.float64]]:
    """Rows for each of several turns; in some of them, the time is not known."""
    draw = np.random.default_rng(seed)
    parts = []
    for size in sizes:
        rows = draw.normal(size=(size, len(FEATURES)))
        rows[draw.random(size) < 0.5, CLOCK[draw.integers(0, 3)]] = UNKNOWN
        parts.append(rows)
    return parts


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=12),
    seed=st.integers(0, 1000),
    base_rate=st.sampled_from([0.3, 1.0, 2.5]),
    parts=st.sampled_from([("forward",), ("forward", "post")]),
)
def test_a_batch_changes_no_bit(sizes: list[int], seed: int, base_rate: float, parts: tuple[str, ...]) -> None:
    """Whoever else asks, known times or not, with answers learnt or not: what was said alone is said in company."""
    learnt, asked = model(*parts), questions(sizes, seed)

    async def ask() -> list[dict[Action, NDArray[np.float64]]]:
        together = Together(learnt, base_rate=base_rate)
        return await asyncio.gather(*map(together.probabilities, asked))

    for rows, found in zip(asked, asyncio.run(ask()), strict=True):
        alone = learnt.probabilities(rows, base_rate=base_rate)
        assert {act: p.tobytes() for act, p in found.items()} == {act: p.tobytes() for act, p in alone.items()}


@settings(max_examples=30, deadline=None)
@given(rows=st.integers(0, 200), ways=st.integers(1, 12), seed=st.integers(0, 1000))
def test_walks_that_part_come_to_the_leaves_of_those_that_do_not(rows: int, ways: int, seed: int) -> None:
    """Law: rows filled in several ways have the scores, to the last bit, that each way has by itself."""
    draw, forest = np.random.default_rng(seed), _FOREST
    filled = np.repeat(draw.normal(size=(1, rows, len(FEATURES))), ways, axis=0)
    filled[:, :, CLOCK] = draw.normal(size=(ways, rows, len(CLOCK)))
    alone = np.stack([forest.scores(way) for way in filled])
    assert Forks.at(forest, CLOCK).scores(filled).tobytes() == alone.tobytes()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000))
def test_a_time_that_is_not_known_is_every_time_that_was_seen(seed: int) -> None:
    """Law: the score is the mean of those at each of the times, in the order in which numpy adds them up."""
    outcome, row = _OUTCOMES["forward"], np.random.default_rng(seed).normal(size=(1, len(FEATURES)))
    row[0, CLOCK] = UNKNOWN
    at_each = [row.copy() for _ in _CLOCKS]
    for filled, clock in zip(at_each, _CLOCKS, strict=True):
        filled[0, CLOCK] = clock
    mean = np.mean(np.stack([_FOREST.scores(filled) for filled in at_each]), axis=0)
    assert outcome.logits(row).tobytes() == (-0.7 + 1.3 * mean).tobytes()


async def test_who_asks_at_once_is_answered_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty turns cost one walk through the trees; one that was cancelled spoils nothing."""
    calls: list[int] = []
    whole = Outcome.logits_of_each

    def counted(self: Outcome, parts: Sequence[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
        calls.append(len(parts))
        return whole(self, parts)

    monkeypatch.setattr(Outcome, "logits_of_each", counted)
    together = Together(model("forward"), base_rate=1.0)
    tasks = [asyncio.create_task(together.probabilities(rows)) for rows in questions([2] * 50, 3)]
    await asyncio.sleep(0)
    tasks[7].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert calls == [50]
    assert [task.cancelled() for task in tasks].count(True) == 1


async def test_an_error_is_told_to_all_who_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is left waiting; the next question is a new one."""
    together = Together(model("forward"), base_rate=1.0)
    wrong = [asyncio.create_task(together.probabilities(np.zeros((1, 2)))) for _ in range(3)]
    for found in await asyncio.gather(*wrong, return_exceptions=True):
        assert isinstance(found, IndexError | ValueError)
    assert await together.probabilities(questions([1], 0)[0])


def test_a_loop_that_ended_leaves_nothing_behind() -> None:
    """A run that was broken off in the middle of a question does not hold up the next one."""
    together = Together(model("forward"), base_rate=1.0)

    async def broken_off() -> None:
        task = asyncio.create_task(together.probabilities(questions([1], 0)[0]))
        asyncio.get_running_loop().call_soon(asyncio.get_running_loop().stop)
        await task

    loop = asyncio.new_event_loop()
    task = loop.create_task(broken_off())
    with pytest.raises(RuntimeError, match="stopped"):
        loop.run_until_complete(task)
    task.cancel()
    loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
    loop.close()
    assert asyncio.run(together.probabilities(questions([1], 0)[0]))
