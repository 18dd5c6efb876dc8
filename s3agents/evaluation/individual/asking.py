"""Asking: one mind answers many probes, some at a time; a probe that fails is a fault with its cause, never an answer.

The answer to a question with given labels is the likeliest one, where the mind knows probabilities, and not the one it
drew: draws serve a simulation, and would only cost accuracy here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from s3agents.cognition.base import Cognition, Decision, Meter, TurnView, Writer
from s3agents.errors import ModelError
from s3agents.evaluation.individual.probe import Answer, Probe, Task
from s3agents.events import Action
from s3agents.labels import ATTITUDES, EMOTIONS, Attitude
from s3agents.state import AttitudeBelief, EmotionBelief

__all__ = ["CHANGED", "FORWARDED", "NOT_FORWARDED", "UNCHANGED", "Contender", "ask_all"]

FORWARDED, NOT_FORWARDED = "forward", "not forward"
CHANGED, UNCHANGED = "changed", "unchanged"

_Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A mind that is scored.

    Attributes:
        name: in tables.
        cognition: the mind.
        at: the mind as it is in the world of a probe (its people, its date), where that makes a difference.
        saw: whether it has learnt from a probe's case or texts; ``None`` where nobody knows, as for language models.
        base_rate: share of forwards by which its probabilities are calibrated, where it states one.
    """

    name: str
    cognition: Cognition
    at: Callable[[Probe], Cognition] | None = None
    saw: Callable[[Probe], bool] | None = None
    base_rate: float | None = None

    def threshold(self, task: Task) -> float | None:
        """From which probability on its answer is the label ``positive`` of a balanced sample.

        For odds of one to one, p is shifted by the ratio of base rates (Saerens, Latinne and Decaestecker 2002); it
        passes one half where it was above the base rate before.
        """
        if task.ask != "act":
            return None
        return self.base_rate if self.base_rate is not None else task.base_rate


async def ask_all(
    contender: Contender, task: Task, *, concurrency: int = 64, progress: _Progress = lambda _done, _due: None
) -> list[Answer]:
    """The answer to each probe of ``task``, in their order.

    Args:
        contender: who answers.
        task: what is asked.
        concurrency: most probes at a time.
        progress: told how many are done, of how many.

    Raises:
        RunError: if the budget of tokens is used up.
    """
    probes = task.probes
    answers: list[Answer | None] = [None] * len(probes)
    due = iter(range(len(probes)))
    threshold = contender.threshold(task)
    done = 0

    async def work(numbers: Iterator[int]) -> None:
        nonlocal done
        for number in numbers:
            probe = probes[number]
            mind = contender.cognition if contender.at is None else contender.at(probe)
            answers[number] = await _ask(mind, task, probe, threshold)
            done += 1
            progress(done, len(probes))

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(concurrency, len(probes))):
                group.create_task(work(due))
    except ExceptionGroup as errors:  # the budget is used up, say: everybody has the same trouble
        raise errors.exceptions[0] from errors
    return [answer for answer in answers if answer is not None]


async def _ask(cognition: Cognition, task: Task, probe: Probe, threshold: float | None) -> Answer:
    meter = Meter()
    view = replace(probe.view, meter=meter)
    try:
        answer = await _answered(cognition, task, probe, view, threshold)
    except ModelError as error:
        return Answer(usage=meter.usage, cause=error.cause, message=str(error))
    return replace(answer, usage=meter.usage)


async def _answered(cognition: Cognition, task: Task, probe: Probe, view: TurnView, threshold: float | None) -> Answer:
    if task.ask == "write":
        assert isinstance(cognition, Writer)  # noqa: S101  # others are not asked
        return Answer(text=await cognition.write(view, target=probe.target))
    appraisal = await cognition.appraise(view)
    if task.ask == "emotion":
        return _felt(appraisal.emotion)
    if task.ask == "attitude":
        return _sided(appraisal.attitude)
    if task.ask == "change":
        return _changed(appraisal.attitude, view.attitude.stance)
    return _acted(await cognition.act(view, appraisal), threshold)


def _felt(emotion: EmotionBelief) -> Answer:
    p = dict(zip((str(level) for level in EMOTIONS), emotion.p, strict=True))
    return Answer(label=_likeliest(p, str(emotion.level)), p=p)


def _sided(attitude: AttitudeBelief) -> Answer:
    p = dict(zip((str(side) for side in ATTITUDES), (1.0 - attitude.p_positive, attitude.p_positive), strict=True))
    return Answer(label=_likeliest(p, str(attitude.stance)), p=p)


def _changed(attitude: AttitudeBelief, before: Attitude) -> Answer:
    p_same = attitude.p_positive if before is Attitude.POSITIVE else 1.0 - attitude.p_positive
    p = {UNCHANGED: p_same, CHANGED: 1.0 - p_same}
    return Answer(label=_likeliest(p, UNCHANGED if attitude.stance is before else CHANGED), p=p)


def _acted(decision: Decision, threshold: float | None) -> Answer:
    if decision.p is None:
        return Answer(label=FORWARDED if decision.action is Action.FORWARD else NOT_FORWARDED)
    p = decision.p.get(Action.FORWARD, 0.0)
    above = p >= (0.5 if threshold is None else threshold)
    return Answer(label=FORWARDED if above else NOT_FORWARDED, p={FORWARDED: p, NOT_FORWARDED: 1.0 - p})


def _likeliest(p: Mapping[str, float], drawn: str) -> str:
    """The likeliest label; of several the drawn one, if it is among them."""
    most = max(p.values())
    best: Sequence[str] = [label for label, share in p.items() if share == most]
    return drawn if drawn in best else best[0]
