"""The power law that comes nearest to the tail of a degree distribution (Clauset, Shalizi and Newman 2009)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["LEAST_TAIL", "PowerLaw", "fit_power_law", "zeta"]

LEAST_TAIL = 50
"""Users that a tail should have for its exponent to mean something: the rule of thumb of Clauset et al."""

_CANDIDATES = 200
_FLATTEST, _STEEPEST = 1.01, 20.0
_STEPS = 60
_DIRECT = 12
_H = 1e-3
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerLaw:
    """A power law: ``P(x)`` proportional to ``x ** -exponent`` for whole numbers from ``xmin`` on.

    Attributes:
        exponent: its maximum-likelihood estimate.
        error: standard error of the exponent.
        xmin: where the tail begins.
        tail: users in it.
        distance: largest difference between the distribution of the tail and the law (Kolmogorov and Smirnov).
    """

    exponent: float
    error: float
    xmin: int
    tail: int
    distance: float


def fit_power_law(degrees: ArrayLike) -> PowerLaw | None:
    """The power law nearest to the tail of ``degrees`` (SIAM Review 51(4), sections 3.1 and 3.3).

    For each possible ``xmin`` (of many, 200 spread over their ranks) the exponent maximises the likelihood of a
    discrete power law; the ``xmin`` of least distance is taken, among those that leave :data:`LEAST_TAIL` users or half
    of them. That a law comes nearest does not say that it holds: no test against other distributions is made.

    Args:
        degrees: whole numbers, shape ``(n,)``; those below 1 have no part in it.

    Returns:
        The law; ``None`` where there is none, such as for less than two different degrees, or for nearly equal ones.
    """
    values, counts = np.unique(np.asarray(degrees), return_counts=True)
    values, counts = values[values > 0].astype(np.float64), counts[values > 0]
    if len(values) < 2:
        return None
    tails = np.cumsum(counts[::-1])[::-1]
    logs = np.cumsum((counts * np.log(values))[::-1])[::-1]
    able = np.flatnonzero(tails[:-1] >= min(LEAST_TAIL, (tails[0] + 1) // 2))
    chosen = able[np.unique(np.linspace(0, len(able) - 1, _CANDIDATES).astype(int))]
    exponents = _most_likely(values[chosen], logs[chosen] / tails[chosen])
    distances = [_distance(values[i:], counts[i:], s) for i, s in zip(chosen, exponents, strict=True)]
    best = int(np.argmin(distances))
    if exponents[best] > _STEEPEST - _H:  # only a bound kept it from more
        return None
    start, exponent = chosen[best], exponents[best]
    return PowerLaw(
        exponent=float(exponent),
        error=_error(exponent, values[start], int(tails[start])),
        xmin=int(values[start]),
        tail=int(tails[start]),
        distance=float(distances[best]),
    )


def zeta(s: ArrayLike, q: ArrayLike) -> Floats:
    """The Hurwitz zeta function, sum of ``(q + k) ** -s`` over ``k = 0, 1, ...``, for ``s > 1`` and ``q >= 1``.

    Twelve terms, and the rest by the Euler-Maclaurin formula.
    """
    power, first = np.broadcast_arrays(np.asarray(s, dtype=np.float64), np.asarray(q, dtype=np.float64))
    total = np.zeros(power.shape)
    for k in range(_DIRECT):
        total += (first + k) ** -power
    rest = first + _DIRECT
    third = power * (power + 1) * (power + 2)
    series = rest / (power - 1) + 1 / 2 + power / (12 * rest) - third / (720 * rest**3)
    series += third * (power + 3) * (power + 4) / (30240 * rest**5)
    return np.asarray(total + series * rest**-power)


def _most_likely(xmin: Floats, mean_log: Floats) -> Floats:
    """The exponent of greatest likelihood for each tail, by its start and the mean logarithm of its values."""
    low, high = np.full(len(xmin), _FLATTEST), np.full(len(xmin), _STEEPEST)
    for _ in range(_STEPS):  # the likelihood has one peak: its slope tells the side
        middle = (low + high) / 2
        slope = (np.log(zeta(middle - _H, xmin)) - np.log(zeta(middle + _H, xmin))) / (2 * _H) - mean_log
        low, high = np.where(slope > 0, middle, low), np.where(slope > 0, high, middle)
    return np.asarray((low + high) / 2)


def _distance(values: Floats, counts: NDArray[np.int64], exponent: float) -> float:
    """The largest difference between shares of a tail and its law, at every whole number."""
    share = np.cumsum(counts) / counts.sum()
    whole = zeta(exponent, values[0])
    at = 1 - zeta(exponent, values + 1) / whole
    before_next = 1 - zeta(exponent, values[1:]) / whole
    return float(max(np.abs(share - at).max(), np.abs(share[:-1] - before_next).max()))


def _error(exponent: float, xmin: float, tail: int) -> float:
    """Standard error of an exponent (Clauset et al., section 3.1): by the curvature of the likelihood at its peak."""
    below, here, above = np.log(zeta(exponent + np.array([-_H, 0.0, _H]), xmin))
    return 1 / math.sqrt(tail * (below - 2 * here + above) / _H**2)
