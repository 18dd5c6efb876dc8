"""Peaks and troughs: when a curve turns and how high it stands there, real against simulated.

S3's emotion has two peaks (Figure 2), its positive attitudes a trough and a recovery (Figure 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from s3agents.evaluation.common_time import Floats, series, value_at

__all__ = ["PROMINENCE", "Turn", "TurnMatch", "compare_turns", "turns"]

Kind = Literal["peak", "trough"]

PROMINENCE = 0.15
"""Share of its range by which a curve must move away from a turn on both sides."""

_LEAST = 0.05
_FEWEST = 5
_MOMENTS = 192
_SMOOTHED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A peak or a trough; also the first or the last moment of a curve that falls or rises from or to there.

    Attributes:
        kind: which.
        minute: when.
        height: the value there.
        at_edge: whether it is the first or the last moment, so that one side of it is not seen.
    """

    kind: Kind
    minute: float
    height: float
    at_edge: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnMatch:
    """A real turn beside the simulated one that stands for it.

    Attributes:
        kind: of both.
        true: the real one; ``None`` for a simulated one that should not be there.
        simulated: the simulated one; ``None`` where it is missing.
        time_error: simulated less real minute; positive where the simulation is late.
        height_error: simulated less real height.
    """

    kind: Kind
    true: Turn | None
    simulated: Turn | None

    @property
    def time_error(self) -> float | None:
        """Simulated less real minute; ``None`` where one of the two is missing."""
        return None if self.true is None or self.simulated is None else self.simulated.minute - self.true.minute

    @property
    def height_error(self) -> float | None:
        """Simulated less real height; ``None`` where one of the two is missing."""
        return None if self.true is None or self.simulated is None else self.simulated.height - self.true.height

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {**asdict(self), "time_error": self.time_error, "height_error": self.height_error}


def turns(minutes: ArrayLike, values: ArrayLike, *, prominence: float) -> list[Turn]:
    """The peaks and troughs of a curve, which alternate.

    A turn is a highest (lowest) point between two moves of at least ``prominence`` away from it, one at an edge; of
    equal points it is the first. This is the zigzag of chart analysis, in one pass.

    Args:
        minutes: of the points, ascending.
        values: at these.
        prominence: above 0, in the unit of the values.

    Raises:
        ValueError: if this is no curve (see :func:`.common_time.series`), or ``prominence`` is not above 0.
    """
    if not prominence > 0:
        raise ValueError(f"a prominence is above 0, got {prominence}")
    times, heights = series(minutes, values)
    points = _zigzag(heights.tolist(), prominence)
    return [
        Turn(kind=kind, minute=float(times[i]), height=float(heights[i]), at_edge=i in {0, len(heights) - 1})
        for kind, i in points
    ]


def _zigzag(heights: Sequence[float], prominence: float) -> list[tuple[Kind, int]]:
    """Kind and position of each turn."""
    found: list[tuple[Kind, int]] = []
    high = low = 0
    rising: bool | None = None
    for i, height in enumerate(heights):
        high = i if height > heights[high] else high
        low = i if height < heights[low] else low
        if rising is not False and heights[high] - height >= prominence:
            found.append(("peak", high))
            rising, low = False, i
        elif rising is not True and height - heights[low] >= prominence:
            found.append(("trough", low))
            rising, high = True, i
        high = i if rising is False else high
        low = i if rising is True else low
    if rising is not None:
        found.append(("peak", high) if rising else ("trough", low))
    return found


def compare_turns(true: tuple[ArrayLike, ArrayLike], simulated: tuple[ArrayLike, ArrayLike]) -> list[TurnMatch]:
    """The turns of both curves side by side, in the order of time.

    Both are read at 192 equal steps over the time that both have, smoothed by a mean over 7 of them, and searched for
    turns of :data:`PROMINENCE` times the range of the real curve (0.05 at the least, so that noise is no peak). Peaks
    are matched with peaks and troughs with troughs, in their order, as many as there can be, so that the sum of the
    time errors is smallest.

    Args:
        true: minutes and values of the real curve.
        simulated: minutes and values of the simulated one.

    Returns:
        Also what is missing or too many; nothing where the real curve has fewer than 5 points in the common time.

    Raises:
        ValueError: if one of the two is no curve (see :func:`.common_time.series`).
    """
    (when, real), (ticks, values) = series(*true), series(*simulated)
    start, end = (max(when[0], ticks[0]), min(when[-1], ticks[-1])) if len(when) and len(ticks) else (0.0, 0.0)
    if np.count_nonzero((when >= start) & (when <= end)) < _FEWEST:
        return []
    moments = np.linspace(start, end, _MOMENTS)
    curves = [_smoothed(value_at(*curve, moments, step=False)) for curve in ((when, real), (ticks, values))]
    prominence = max(_LEAST, PROMINENCE * float(np.ptp(curves[0])))
    one, other = (turns(moments, curve, prominence=prominence) for curve in curves)
    kinds: tuple[Kind, ...] = ("peak", "trough")
    matches = [match for kind in kinds for match in _matched(kind, one, other)]
    return sorted(matches, key=_when)


def _smoothed(values: Floats) -> Floats:
    """Means over a few neighbours, fewer near the edges, so that edges keep their place."""
    half = _SMOOTHED // 2
    sums = np.concatenate([[0.0], np.cumsum(values)])
    at = np.arange(len(values))
    reach = np.minimum(half, np.minimum(at, len(values) - 1 - at))
    smooth: Floats = (sums[at + reach + 1] - sums[at - reach]) / (2 * reach + 1)
    return smooth


def _matched(kind: Kind, one: Sequence[Turn], other: Sequence[Turn]) -> list[TurnMatch]:
    true, simulated = [t for t in one if t.kind == kind], [t for t in other if t.kind == kind]
    flipped = len(true) > len(simulated)
    few, many = (simulated, true) if flipped else (true, simulated)
    partners = _partners([t.minute for t in few], [t.minute for t in many])
    pairs = [(turn, many[j]) for turn, j in zip(few, partners, strict=True)]
    alone = [turn for j, turn in enumerate(many) if j not in partners]
    both = [TurnMatch(kind=kind, true=b if flipped else a, simulated=a if flipped else b) for a, b in pairs]
    rest = [TurnMatch(kind=kind, true=t if flipped else None, simulated=None if flipped else t) for t in alone]
    return both + rest


def _partners(few: Sequence[float], many: Sequence[float]) -> list[int]:
    """For each of ``few`` one of ``many``, in order, with the smallest sum of distances."""
    best: list[tuple[float, list[int]]] = [(0.0, [])] * (len(many) + 1)  # by how many of ``many`` may be used
    for i, time in enumerate(few):
        row: list[tuple[float, list[int]]] = [(np.inf, [])] * (i + 1)
        for j in range(i, len(many)):
            cost, chosen = best[j]
            taken = (cost + abs(time - many[j]), [*chosen, j])
            row.append(min(row[-1], taken, key=lambda option: option[0]))
        best = row
    return best[-1][1]


def _when(match: TurnMatch) -> float:
    return (match.true or match.simulated).minute  # type: ignore[union-attr]  # one of the two is there
