"""Measured: one figure over several replicates: its mean, and from the lowest to the highest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Measured", "measured"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A figure over the ``n`` replicates that have it.

    Attributes:
        mean: of them.
        low: the lowest.
        high: the highest.
        n: how many.
    """

    mean: float
    low: float
    high: float
    n: int


def measured(values: Iterable[float | None]) -> Measured | None:
    """``values`` as one figure; ``None`` where no replicate has it."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    return Measured(mean=sum(known) / len(known), low=min(known), high=max(known), n=len(known))
