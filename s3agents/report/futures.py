"""Futures: two runs side by side, tick by tick, and their difference; above all a run and its fork."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from s3agents.errors import InputError, explain
from s3agents.report.figures.clock import tick_minutes
from s3agents.report.figures.course import COLUMNS

if TYPE_CHECKING:
    import pandas as pd

    from s3agents.report.manifest import Manifest

__all__ = ["QUANTITIES", "Futures", "Gap", "Played", "compare_runs"]

QUANTITIES = {
    "aware": "aware of the topic",
    "posts": "posts so far",
    "forwards": "forwards so far",
    "emotion_level": "emotion (0 to 2)",
    "share_positive": "share positive",
}
"""The curves that are compared, by their names in :data:`s3agents.report.figures.course.COLUMNS`."""


class Played(Protocol):
    """A run as it is compared."""

    manifest: Manifest

    @property
    def folder(self) -> Path:
        """Where it lies."""
        ...

    def curves(self) -> pd.DataFrame:
        """Its curves, a row a tick."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """How far one curve of two runs is apart.

    Attributes:
        curve: one of :data:`QUANTITIES`.
        first: its value at the last tick that both runs have; ``None`` where there is none.
        second: as ``first``, of the second run.
        difference: second less first.
        largest: the largest difference at any tick, with its sign; ``None`` where no tick has both values.
        tick: where that is; the earliest, if there are several.
        begins: first tick at which they differ; ``None`` if they never do.
    """

    curve: str
    first: float | None
    second: float | None
    difference: float | None
    largest: float | None
    tick: int | None
    begins: int | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Futures:
    """Two runs over the ticks that both have.

    Attributes:
        names: what tables call them.
        minutes: in a tick.
        ticks: that both have.
        shared: the last tick before they may differ, where one is the other's fork.
        curves: the two values of each curve at each tick, as two columns; gaps are NaN.
        gaps: of each curve.
    """

    names: tuple[str, str]
    minutes: float
    ticks: int
    shared: int | None
    curves: dict[str, np.ndarray[Any, np.dtype[np.float64]]]
    gaps: tuple[Gap, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain values, without the curves."""
        return {
            "runs": list(self.names),
            "ticks": self.ticks,
            "shared": self.shared,
            "curves": [asdict(gap) for gap in self.gaps],
        }


def compare_runs(first: Played, second: Played) -> Futures:
    """Hold two runs against each other.

    Raises:
        InputError: if a tick is not as long in one as in the other.
        RecordError: if a record cannot be read.
    """
    minutes, other = tick_minutes(first.manifest.scenario), tick_minutes(second.manifest.scenario)
    if minutes != other:
        wanted = f"two runs with ticks of one length ({minutes:g} min, as in {first.folder})"
        raise InputError(explain(str(second.folder), wanted=wanted, got=f"{other:g} min"))
    tables = (first.curves(), second.curves())
    ticks = min(map(len, tables))
    curves = {name: np.stack([_column(table, name, ticks) for table in tables], axis=1) for name in QUANTITIES}
    return Futures(
        names=(str(first.folder), str(second.folder)),
        minutes=minutes,
        ticks=ticks,
        shared=_shared(first, second),
        curves=curves,
        gaps=tuple(_gap(name, values) for name, values in curves.items()),
    )


def _column(table: pd.DataFrame, name: str, ticks: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.asarray(table[COLUMNS[name]].to_numpy(dtype=np.float64)[:ticks])


def _shared(first: Played, second: Played) -> int | None:
    """The tick of the fork, where one of them is a fork of the other, or both are of the same run."""
    forks = [run.manifest.fork_of for run in (first, second)]
    origins = [
        str(run.folder.absolute()) if fork is None else fork.run
        for run, fork in zip((first, second), forks, strict=True)
    ]
    ticks = [fork.tick for fork in forks if fork is not None]
    return min(ticks) if ticks and origins[0] == origins[1] else None


def _gap(name: str, values: np.ndarray[Any, np.dtype[np.float64]]) -> Gap:
    first, second = (_number(values[-1, n]) if len(values) else None for n in (0, 1))
    apart = values[:, 1] - values[:, 0]
    both = np.isfinite(apart)
    differ = np.flatnonzero((values[:, 0] != values[:, 1]) & ~np.isnan(values).all(axis=1))
    at = int(np.where(both, np.abs(apart), -1.0).argmax()) if both.any() else None
    return Gap(
        curve=name,
        first=first,
        second=second,
        difference=None if first is None or second is None else second - first,
        largest=None if at is None else float(apart[at]),
        tick=at,
        begins=int(differ[0]) if len(differ) else None,
    )


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
