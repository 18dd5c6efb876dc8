"""Bands: what several replicates of one scenario have in common, and how much of the truth lies within."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from s3agents.evaluation.common_time import Floats, series, value_at

__all__ = ["PERCENTILES_FROM", "Band", "band", "coverage"]

PERCENTILES_FROM = 20
"""Replicates that it takes for 2.5th and 97.5th percentiles; fewer have a band from the lowest to the highest."""


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """The curves of several replicates as one.

    Attributes:
        minutes: ascending, shape ``(n,)``.
        mean: of the replicates, shape ``(n,)``.
        low: lower end, shape ``(n,)``.
        high: upper end, shape ``(n,)``.
        replicates: how many there are.
        kind: what the ends are: ``2.5 to 97.5 %`` of the replicates, ``lowest to highest``, or ``one replicate``.
    """

    minutes: Floats
    mean: Floats
    low: Floats
    high: Floats
    replicates: int
    kind: str


def band(curves: Sequence[tuple[ArrayLike, ArrayLike]], *, step: bool) -> Band | None:
    """The band of ``curves``, at all their moments in the time that all of them have.

    Args:
        curves: minutes and values of each replicate.
        step: whether a value holds until the next point; else values lie on lines between points.

    Returns:
        ``None`` where there are no curves, or no time that all have.

    Raises:
        ValueError: if one of them is no curve (see :func:`.common_time.series`).
    """
    found = [series(*curve) for curve in curves]
    if not found or not all(len(minutes) for minutes, _ in found):
        return None
    start, end = max(minutes[0] for minutes, _ in found), min(minutes[-1] for minutes, _ in found)
    moments = np.unique(np.concatenate([minutes for minutes, _ in found]))
    moments = moments[(moments >= start) & (moments <= end)]
    if not len(moments):
        return None
    values = np.stack([value_at(minutes, heights, moments, step=step) for minutes, heights in found])
    low, high, kind = _ends(values)
    return Band(moments, values.mean(axis=0), low, high, len(found), kind)


def _ends(values: Floats) -> tuple[Floats, Floats, str]:
    if len(values) >= PERCENTILES_FROM:
        low, high = np.quantile(values, (0.025, 0.975), axis=0)
        return low, high, "2.5 to 97.5 %"
    return values.min(axis=0), values.max(axis=0), "lowest to highest" if len(values) > 1 else "one replicate"


def coverage(truth: tuple[ArrayLike, ArrayLike], found: Band, *, step: bool) -> float | None:
    """Share of the points of the truth that lie within the band, over the time that both have.

    Args:
        truth: minutes and values.
        found: the band.
        step: as for :func:`band`.

    Returns:
        ``None`` for a single replicate, which has no band, and where the two have no time in common.

    Raises:
        ValueError: if ``truth`` is no curve (see :func:`.common_time.series`).
    """
    minutes, values = series(*truth)
    there = (minutes >= found.minutes[0]) & (minutes <= found.minutes[-1])
    if found.replicates < 2 or not there.any():
        return None
    low, high = (value_at(found.minutes, end, minutes[there], step=step) for end in (found.low, found.high))
    slack = 1e-9 * max(1.0, float(np.abs(values).max()))
    return float(np.mean((values[there] >= low - slack) & (values[there] <= high + slack)))
