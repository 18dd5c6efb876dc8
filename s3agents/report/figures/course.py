"""Course: the curves of one scenario over all of its replicates, as lines with bands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "Band", "Course"]

Floats = NDArray[np.float64]

COLUMNS = {
    "aware": "aware",
    "forwards": "forwards_total",
    "posts": "posts_total",
    "emotion_level": "emotion_level",
    "share_intense": "share_intense",
    "share_positive": "share_positive",
}
"""The column of a run's curves for each curve of :data:`s3agents.observed.curve.CURVES`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Band:
    """One curve over replicates; all arrays of one shape, without gaps.

    Attributes:
        minutes: since the start of the run.
        mean: over the replicates that have a value there.
        lowest: of the replicates.
        highest: of the replicates.
    """

    minutes: Floats
    mean: Floats
    lowest: Floats
    highest: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Course:
    """One scenario in time.

    Attributes:
        name: what legends call it.
        minutes: in a tick.
        replicates: the curves of each run, as :meth:`s3agents.report.run.Run.curves` gives them.
    """

    name: str
    minutes: float
    replicates: tuple[pd.DataFrame, ...]

    @property
    def ticks(self) -> int:
        """Ticks that every replicate has reached."""
        return min((len(table) for table in self.replicates), default=0)

    @property
    def span(self) -> float:
        """Minutes from the first of them to the last."""
        return max(self.ticks - 1, 0) * self.minutes

    def band(self, curve: str) -> Band:
        """The curve of that name, up to the last tick that every replicate has reached."""
        rows = [table[COLUMNS[curve]].to_numpy(dtype=np.float64)[: self.ticks] for table in self.replicates]
        values = np.stack(rows) if rows else np.zeros((0, 0))
        there = np.isfinite(values)
        counts = there.sum(axis=0)
        kept = counts > 0
        mean = np.where(there, values, 0.0).sum(axis=0)[kept] / counts[kept]
        return Band(
            minutes=np.flatnonzero(kept).astype(np.float64) * np.float64(self.minutes),
            mean=mean,
            lowest=np.where(there, values, np.inf).min(axis=0, initial=np.inf)[kept],
            highest=np.where(there, values, -np.inf).max(axis=0, initial=-np.inf)[kept],
        )
