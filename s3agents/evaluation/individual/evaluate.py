"""Evaluation of individuals: minds answer the same probes, and their answers are scored against what users did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from s3agents.cognition.base import Usage, Writer
from s3agents.embed.base import Embedder
from s3agents.errors import FaultLimitError
from s3agents.evaluation.basis import Basis
from s3agents.evaluation.guesses import majority_guess, random_guess
from s3agents.evaluation.individual.asking import Contender, ask_all
from s3agents.evaluation.individual.label_rows import label_row
from s3agents.evaluation.individual.probe import TASKS, Answer, Probe, Task
from s3agents.evaluation.individual.results import IndividualReport, LabelRow, Row, TaskResult, TextRow
from s3agents.evaluation.individual.text_rows import TextScorer, TextScoring

__all__ = ["Settings", "evaluate_individual"]

_Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How an evaluation goes.

    Attributes:
        limit: most probes of a task, a sample without replacement; none for all.
        seen: whether probes that a mind had learnt from are kept; by default no mind is asked them.
        seed: of samples and intervals.
        concurrency: most probes at a time.
        fault_limit: largest share of a mind's probes of a task that may fail.
    """

    limit: int | None = None
    seen: bool = False
    seed: int = 0
    concurrency: int = 64
    fault_limit: float = 0.5


async def evaluate_individual(
    tasks: Sequence[Task],
    contenders: Sequence[Contender],
    settings: Settings,
    *,
    embedder: Embedder,
    scorer: TextScorer | None = None,
    progress: _Progress = lambda _part, _done, _due: None,
) -> IndividualReport:
    """The scores of ``contenders`` on ``tasks``, each of which all of them are asked in full.

    Args:
        tasks: what is asked; see :mod:`.sources`.
        contenders: the minds.
        settings: how many probes, which, and how many may fail.
        embedder: for the likeness of texts.
        scorer: gives log probabilities of texts; without one there is no perplexity.
        progress: told the part, how many probes are done, and of how many.

    Raises:
        FaultLimitError: if more of a mind's probes fail than the settings allow.
        RunError: if the budget of tokens is used up.
    """
    results = []
    for task in tasks:
        chosen, left_out = _chosen(task, contenders, settings)
        told = replace(task, probes=chosen, left_out={**task.left_out, **left_out})
        rows = [await _row(told, contender, settings, progress) for contender in contenders]
        results.append(await _result(told, rows, settings, TextScoring(embedder, scorer, settings.seed)))
    return IndividualReport(results=results)


def _chosen(
    task: Task, contenders: Sequence[Contender], settings: Settings
) -> tuple[tuple[Probe, ...], dict[str, int]]:
    """The probes that all are asked, and how many are not, by reason."""
    probes = task.probes if settings.seen else tuple(p for p in task.probes if not _is_seen(p, contenders))
    left_out = {"seen in training": len(task.probes) - len(probes)}
    if settings.limit is not None and len(probes) > settings.limit:
        draw = np.random.default_rng(settings.seed)
        kept = np.sort(draw.choice(len(probes), settings.limit, replace=False))
        left_out["beyond the limit"] = len(probes) - settings.limit
        probes = tuple(probes[i] for i in kept.tolist())
    return probes, left_out


def _is_seen(probe: Probe, contenders: Sequence[Contender]) -> bool:
    return any(contender.saw is not None and contender.saw(probe) for contender in contenders)


async def _row(task: Task, contender: Contender, settings: Settings, progress: _Progress) -> Row:
    """What ``contender`` did, not yet scored."""
    known = None if contender.saw is None else any(map(contender.saw, task.probes))
    row = Row(name=contender.name, seen=known, asked=len(task.probes), threshold=contender.threshold(task))
    if task.ask == "write" and not isinstance(contender.cognition, Writer):
        return replace(row, note="writes no texts")
    part = f"{TASKS[task.name]}, {contender.name}"
    begin = perf_counter()
    answers = await ask_all(
        contender, task, concurrency=settings.concurrency, progress=lambda done, due: progress(part, done, due)
    )
    faults = Counter(answer.cause for answer in answers if answer.cause is not None)
    _check_faults(part, answers, faults, settings.fault_limit)
    usage = sum((answer.usage for answer in answers), Usage())
    return replace(row, faults=faults, usage=usage, seconds=perf_counter() - begin, answers=answers)


def _check_faults(part: str, answers: Sequence[Answer], faults: Counter[str], limit: float) -> None:
    if faults.total() <= limit * len(answers):
        return
    listed = ", ".join(f"{n:,} x {cause}" for cause, n in faults.most_common())
    first = next(answer.message for answer in answers if answer.cause is not None)
    allowed = f"{faults.total():,} of {len(answers):,} probes failed, more than {limit:.0%}"
    raise FaultLimitError(f"{part}: {allowed} ({listed}); the first one: {first}")


async def _result(task: Task, rows: Sequence[Row], settings: Settings, scoring: TextScoring) -> TaskResult:
    truth = [probe.truth for probe in task.probes]
    groups = _groups(task)
    scored: list[LabelRow | TextRow] = []
    real = None
    if task.ask == "write":
        real, *scored = await scoring.rows(task, rows, groups)  # type: ignore[assignment]  # the first is a TextRow
    else:
        scored = [label_row(task, row, groups, seed=settings.seed) for row in rows]
    return TaskResult(
        task=task,
        basis=_basis(task, rows, settings),
        rows=scored,
        interval="rows" if groups is None else task.group,
        majority=majority_guess(truth, positive=task.positive) if task.labels else None,
        random=random_guess(truth, positive=task.positive) if task.labels else None,
        real=real,
        perplexity_by=scoring.perplexity_by,
        embedded_by=scoring.embedder.name if task.ask == "write" else "",
    )


def _groups(task: Task) -> list[str] | None:
    """The group of each probe, for the cluster bootstrap; ``None`` where there are too few groups to draw from."""
    groups = [probe.group for probe in task.probes]
    return groups if len(set(groups)) > 1 else None


def _basis(task: Task, rows: Sequence[Row], settings: Settings) -> Basis:
    seen = [row.seen for row in rows]
    return Basis(
        n=len(task.probes),
        unit=task.unit,
        split=task.split,
        seed=settings.seed,
        seen=True if True in seen else None if None in seen else False,
        left_out=dict(task.left_out),
    )
