"""Common time: two curves at the same moments; owns how a curve is read between its points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Floats", "SharedTime", "series", "shared_time", "value_at"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SharedTime:
    """A real and a simulated curve at the same moments.

    Attributes:
        minutes: the moments, ascending, shape ``(n,)``; none where the curves have no time in common.
        true: real values there.
        simulated: simulated values there.
    """

    minutes: Floats
    true: Floats
    simulated: Floats


def series(minutes: ArrayLike, values: ArrayLike) -> tuple[Floats, Floats]:
    """A curve as arrays.

    Raises:
        ValueError: if there are not as many minutes as values, minutes do not ascend, or a number is not finite.
    """
    times, heights = np.asarray(minutes, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if times.ndim != 1 or times.shape != heights.shape:
        raise ValueError(f"a curve has as many minutes as values, got {times.shape} and {heights.shape}")
    if not (np.isfinite(times).all() and np.isfinite(heights).all() and (np.diff(times) > 0).all()):
        raise ValueError("a curve has finite values at finite minutes that ascend")
    return times, heights


def value_at(minutes: Floats, values: Floats, moments: Floats, *, step: bool) -> Floats:
    """The values of a curve at ``moments``, which lie between its first and last minute.

    Args:
        minutes: of the points of the curve.
        values: at these.
        moments: when to read it.
        step: whether a value holds until the next one (counts); else values lie on lines between points (shares).
    """
    if step:
        return values[np.searchsorted(minutes, moments, side="right") - 1]
    read: Floats = np.interp(moments, minutes, values)
    return read


def shared_time(true: tuple[ArrayLike, ArrayLike], simulated: tuple[ArrayLike, ArrayLike], *, step: bool) -> SharedTime:
    """Both curves at the points of the real one, over the time that both have.

    Between its points the simulated curve is read as :func:`value_at` does; real values are never made up.

    Args:
        true: minutes and values.
        simulated: minutes and values.
        step: whether a value holds until the next one.

    Raises:
        ValueError: if one of the two is no curve (see :func:`series`).
    """
    (when, real), (ticks, values) = series(*true), series(*simulated)
    if not len(when) or not len(ticks):
        return SharedTime(np.zeros(0), np.zeros(0), np.zeros(0))
    there = (when >= ticks[0]) & (when <= ticks[-1])
    return SharedTime(when[there], real[there], value_at(ticks, values, when[there], step=step))
