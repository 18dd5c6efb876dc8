"""Dynamic time warping: how far two curves are apart when time may run faster or slower (Sakoe & Chiba 1978)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from s3agents.evaluation.common_time import Floats

__all__ = ["WINDOW", "warping_distance"]

WINDOW = 0.1
"""Share of the length by which a moment of one curve may be early or late against the other."""


def warping_distance(a: ArrayLike, b: ArrayLike, *, window: float = WINDOW) -> float | None:
    """Mean difference along the best way of pairing the points of ``a`` and ``b`` in their order.

    Sakoe & Chiba's symmetric form without slope constraint (IEEE Trans. ASSP 26, 1978, eq. 12 to 20): each step of
    the path costs ``|a[i] - b[j]|``, twice that where it advances both; the sum is divided by ``len(a) + len(b)``. So
    curves that differ by ``d`` everywhere are ``d`` apart, and the distance is in the unit of the values.

    Args:
        a: values, shape ``(n,)``.
        b: values, shape ``(m,)``.
        window: the path stays this share of the longer length from the diagonal (the Sakoe-Chiba band), and at least
            one point.

    Returns:
        0 or more, symmetric in ``a`` and ``b``; ``None`` where one of them is empty.
    """
    x, y = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if not len(x) or not len(y):
        return None
    radius = max(1, round(window * max(len(x), len(y))))
    before = np.full(len(y), np.inf)
    for i in range(len(x)):
        before = _row(np.abs(x[i] - y), before, i, _band(i, len(x), len(y), radius))
    return max(0.0, float(before[-1])) / (len(x) + len(y))


def _band(i: int, n: int, m: int, radius: int) -> tuple[int, int]:
    """First and last column in row ``i``: around the diagonal of the ``n`` x ``m`` table, symmetric in the two.

    A point is within if ``|j * (n - 1) - i * (m - 1)|`` is at most ``radius`` times the longer side: whole numbers, so
    that no rounding tells rows from columns.
    """
    if n == 1:
        return 0, m - 1
    diagonal, reach = i * (m - 1), radius * max(n - 1, m - 1)
    return max(0, -((reach - diagonal) // (n - 1))), min(m - 1, (diagonal + reach) // (n - 1))


def _row(cost: Floats, before: Floats, i: int, band: tuple[int, int]) -> Floats:
    """Least costs of reaching each point of row ``i``.

    Moving along a row adds the costs between, so that the minimum over where the row was entered is a running one.
    """
    low, high = band
    entered = before + cost
    entered[1:] = np.minimum(entered[1:], before[:-1] + 2 * cost[1:])
    if i == 0:
        entered[0] = 2 * cost[0]
    along = np.cumsum(cost[low : high + 1])
    row = np.full(len(cost), np.inf)
    row[low : high + 1] = np.minimum.accumulate(entered[low : high + 1] - along) + along
    return row
