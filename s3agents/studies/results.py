"""Results: the runs of a study as one long table, and each variant beside the control."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from s3agents.config.study import METRICS
from s3agents.errors import InputError, explain
from s3agents.report.run import Run
from s3agents.report.summary import Summary, summarise
from s3agents.studies.paired import Comparison, compare_pairs, corrected
from s3agents.studies.plan import Cell

__all__ = ["Outcome", "comparisons", "long_table", "outcomes_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one run came to, by one measure.

    Attributes:
        cell: which run.
        name: of the measure.
        value: ``None`` where there is nothing to measure.
    """

    cell: Cell
    name: str
    value: float | None


def outcomes_of(cell: Cell, run: Run | None, scores: Mapping[str, float | None], names: Sequence[str]) -> list[Outcome]:
    """What a cell came to, by each of the measures.

    Args:
        cell: which.
        run: of it; ``None`` where there is none.
        scores: of its mind beside real users; none where it was not asked.
        names: of the measures.

    Raises:
        RecordError: if the record of the run cannot be read.
        InputError: if a metric is not one of the run's, or fails.
    """
    measured: dict[str, float | None] = dict(scores)
    if run is not None and any(name in _MEASURES or name.startswith(METRICS) for name in names):
        summary, last = summarise(run), _last(run)
        measured |= {name: _MEASURES[name](summary, last) for name in names if name in _MEASURES}
        measured |= {name: _metric(summary, name, cell) for name in names if name.startswith(METRICS)}
    return [Outcome(cell=cell, name=name, value=measured[name]) for name in names if name in measured]


def long_table(outcomes: Sequence[Outcome]) -> dict[str, list[Any]]:
    """A row for each run and measure: factors, society, seed, outcome, value."""
    factors = list(outcomes[0].cell.levels) if outcomes else []
    table: dict[str, list[Any]] = {factor: [one.cell.levels[factor] for one in outcomes] for factor in factors}
    table["cell"] = [one.cell.name for one in outcomes]
    table["society"] = [one.cell.society or None for one in outcomes]
    table["seed"] = [one.cell.seed for one in outcomes]
    table["outcome"] = [one.name for one in outcomes]
    table["value"] = [one.value for one in outcomes]
    return table


def comparisons(outcomes: Sequence[Outcome], *, control: str) -> list[Comparison]:
    """Every variant beside the control, by every measure, corrected together.

    Args:
        outcomes: of all runs.
        control: the variant that all others are held against.
    """
    values = {(one.name, one.cell.variant, one.cell.society, one.cell.seed): one.value for one in outcomes}
    names = list(dict.fromkeys(one.name for one in outcomes))
    variants = [name for name in dict.fromkeys(one.cell.variant for one in outcomes) if name != control]
    replicates = list(dict.fromkeys((one.cell.society, one.cell.seed) for one in outcomes))
    return corrected(
        [
            compare_pairs(
                variant,
                name,
                [values.get((name, control, *replicate)) for replicate in replicates],
                [values.get((name, variant, *replicate)) for replicate in replicates],
            )
            for variant in variants
            for name in names
        ]
    )


def _metric(summary: Summary, outcome: str, cell: Cell) -> float | None:
    name = outcome.removeprefix(METRICS)
    if name in summary.metrics:
        return summary.metrics[name]
    why = summary.unmeasured.get(name) or summary.unmeasured.get(name.partition(".")[0])
    known = ", ".join(f"{METRICS}{one}" for one in summary.metrics) or "none"
    raise InputError(why or explain(f"{cell.name}: outcome {outcome}", wanted=f"one of {known}", got="no such"))


def _last(run: Run) -> dict[str, float | None]:
    """The curves after the last tick."""
    table = run.curves()
    if not len(table):
        return {}
    row = table.iloc[-1]
    emotion = table["emotion_level"].mean(), table["share_intense"].mean()
    found = {"share_positive": row["share_positive"], "emotion_level": emotion[0], "share_intense": emotion[1]}
    return {name: float(value) if isfinite(value) else None for name, value in found.items()}


_MEASURES: Mapping[str, Callable[[Summary, Mapping[str, float | None]], float | None]] = {
    "aware": lambda summary, last: float(summary.aware),
    "posts": lambda summary, last: float(summary.posts),
    "forwards": lambda summary, last: float(summary.forwards),
    "emotion_level": lambda summary, last: last.get("emotion_level"),
    "share_intense": lambda summary, last: last.get("share_intense"),
    "share_positive": lambda summary, last: last.get("share_positive"),
    "largest_cascade": lambda summary, last: float(max((c.size for c in summary.cascades), default=0)),
    "accuracy": lambda summary, last: None if summary.comparison is None else summary.comparison.accuracy,
    "faults": lambda summary, last: float(sum(summary.faults.values())),
    "tokens": lambda summary, last: float(summary.prompt_tokens + summary.reply_tokens),
}
