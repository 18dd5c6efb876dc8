"""Power laws: whole numbers with a heavy tail and an exact sum."""

from __future__ import annotations

import numpy as np

from s3agents.network.generate.streams import Floats, Longs

__all__ = ["power_law"]

_SCALES = (-46.0, 46.0)
"""Natural logarithms between which a scale is looked for."""
_HALVINGS = 60
_LARGEST = 1e18
_LEFT, _WIDTH = 0.375, 0.25


def power_law(n: int, total: int, *, exponent: float, least: int, most: int, rng: np.random.Generator) -> Longs:
    """``n`` whole numbers from ``least`` to ``most`` that add up to ``total``, in descending order.

    Above ``least`` they follow a Pareto distribution of type II, P(X > x) = (1 + x / s) ** (1 - exponent). Its tail is
    the power law x ** -exponent, and its scale ``s`` is such that the sum comes out. One number is drawn from each n-th
    of the distribution, so that no single draw decides over all.

    Raises:
        ValueError: if no such numbers add up to ``total``.
    """
    if not least * n <= total <= most * n:
        raise ValueError(f"{n} numbers from {least} to {most} cannot add up to {total}")
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    above, room = total - least * n, most - least
    ranks = (np.arange(n) + _LEFT + _WIDTH * rng.random(n)) / n
    with np.errstate(over="ignore"):
        shape = np.minimum(np.power(ranks, 1.0 / (1.0 - exponent)) - 1.0, _LARGEST)
    exact = _scaled(shape, above, room)
    values = exact.astype(np.int64)
    _raise(values, values - exact, above - int(values.sum()), room)
    return np.sort(values + least)[::-1]


def _scaled(shape: Floats, total: int, most: int) -> Floats:
    """``shape``, cut at ``most``, times the largest scale at which the whole parts add up to no more than ``total``."""
    low, high = _SCALES
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if int(np.minimum(shape * np.exp(middle), most).astype(np.int64).sum()) <= total:
            low = middle
        else:
            high = middle
    scaled: Floats = np.minimum(shape * np.exp(low), most)
    return scaled


def _raise(values: Longs, order: Floats, rest: int, most: int) -> None:
    """Deal ``rest`` out to ``values``, in place: 1 to each below ``most``, in ascending ``order``, and once more."""
    while rest:
        below = np.flatnonzero(values < most)
        chosen = below[np.argsort(order[below], kind="stable")[:rest]]
        values[chosen] += 1
        rest -= len(chosen)
