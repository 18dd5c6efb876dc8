"""Paired: variants against the control, replicate by replicate: effect, interval, permutation test, correction.

Cells with the same society and seed are a pair. How large an effect is, is told by the mean difference with a bootstrap
interval and by Cohen's d of paired differences (mean over standard deviation; Cohen 1988, section 2.3.5). Whether there
is one, by a test that flips the signs of the differences (Fisher 1935, The Design of Experiments, section 21), all of
them where there are few, with Holm's correction (1979, Scand. J. Statist. 6, 65-70) over all comparisons of the study.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

__all__ = ["Comparison", "compare_pairs", "corrected", "too_few"]

_EXACT = 12
_DRAWS = 10_000
_FEWEST = 2
_SMALL = 0.05

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One outcome of a variant beside the control's.

    Attributes:
        variant: which.
        outcome: of which kind.
        pairs: replicates in which both have a value.
        control: mean of the control over them; ``None`` without any.
        mean: of the variant.
        difference: variant less control.
        low: lower end of its 95 % bootstrap interval; ``None`` with fewer than two pairs.
        high: upper end.
        d: difference over its standard deviation; ``None`` where that is 0 or there are fewer than two pairs.
        p: two-sided, by sign flips; ``None`` with fewer than two pairs.
        p_holm: the same, corrected for all comparisons of the study.
    """

    variant: str
    outcome: str
    pairs: int
    control: float | None = None
    mean: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    d: float | None = None
    p: float | None = None
    p_holm: float | None = None


def compare_pairs(
    variant: str, outcome: str, control: Sequence[float | None], values: Sequence[float | None], *, seed: int = 0
) -> Comparison:
    """A variant beside the control.

    Args:
        variant: its name.
        outcome: what is compared.
        control: of each replicate; gaps where there is no value.
        values: of the variant, in the same order.
        seed: of the draws.
    """
    both = [(a, b) for a, b in zip(control, values, strict=True) if a is not None and b is not None]
    if not both:
        return Comparison(variant=variant, outcome=outcome, pairs=0)
    pairs = np.asarray(both, dtype=np.float64)
    apart: Floats = pairs[:, 1] - pairs[:, 0]
    found = Comparison(
        variant=variant,
        outcome=outcome,
        pairs=len(pairs),
        control=float(pairs[:, 0].mean()),
        mean=float(pairs[:, 1].mean()),
        difference=float(apart.mean()),
    )
    if len(pairs) < _FEWEST:
        return found
    rng = np.random.default_rng(seed)
    low, high = _interval(apart, rng)
    spread = float(apart.std(ddof=1))
    d = float(apart.mean()) / spread if spread > 0.0 else None
    return replace(found, low=low, high=high, d=d, p=_sign_flips(apart, rng))


def corrected(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """``comparisons`` with p values by Holm's procedure over all of those that have one."""
    tested = [n for n, one in enumerate(comparisons) if one.p is not None]
    order = sorted(tested, key=lambda n: comparisons[n].p or 0.0)
    adjusted: dict[int, float] = {}
    worst = 0.0
    for rank, n in enumerate(order):
        worst = max(worst, min(1.0, (len(order) - rank) * (comparisons[n].p or 0.0)))
        adjusted[n] = worst
    return [replace(one, p_holm=adjusted.get(n)) for n, one in enumerate(comparisons)]


def too_few(comparisons: Sequence[Comparison]) -> str | None:
    """A sentence, where there are too few replicates for any corrected p value to become small; else ``None``."""
    tested = [one for one in comparisons if one.p is not None]
    pairs = max((one.pairs for one in tested), default=0)
    if not pairs:
        return None
    least = min(1.0, len(tested) * 2.0 ** (1 - pairs))
    if least <= _SMALL:
        return None
    told = f"with {pairs} replicates and {len(tested)} comparisons no corrected p can fall below {least:.2g}"
    return f"{told}: take more seeds, or fewer outcomes and variants"


def _interval(apart: Floats, rng: np.random.Generator) -> tuple[float, float]:
    drawn = apart[rng.integers(0, len(apart), size=(_DRAWS, len(apart)))].mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def _sign_flips(apart: Floats, rng: np.random.Generator) -> float:
    """Share of sign flips whose mean is at least as far from 0 as the one that was found, that one included."""
    exact = len(apart) <= _EXACT
    if exact:
        signs = np.asarray(list(product((1.0, -1.0), repeat=len(apart))))
    else:
        signs = rng.choice((1.0, -1.0), size=(_DRAWS, len(apart)))
    sums = np.abs(signs @ apart)
    reached = int((sums >= abs(apart.sum()) * (1.0 - 1e-12) - 1e-12).sum())
    return reached / len(sums) if exact else (reached + 1) / (len(sums) + 1)
