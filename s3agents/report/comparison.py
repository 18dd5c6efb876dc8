"""Comparison: final attitudes held against what really happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from s3agents.labels import ATTITUDES

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How well simulated attitudes meet the real outcome.

    Attributes:
        known: users whose outcome is known.
        compared: those of them who had a turn; all figures below are over them.
        confusion: number of users by real attitude, then by simulated attitude.
        accuracy: share of users for whom both agree; ``None`` if nobody was compared.
        majority: accuracy of giving everybody the more frequent real attitude: what must be beaten.
    """

    known: int
    compared: int
    confusion: dict[str, dict[str, int]]
    accuracy: float | None
    majority: float | None


def compare(outcome: Mapping[str, str], attitudes: Mapping[str, str]) -> Comparison:
    """Hold ``attitudes`` against ``outcome``, both user to ``positive`` or ``negative``."""
    pairs = Counter((real, attitudes[user]) for user, real in outcome.items() if user in attitudes)
    confusion = {real.value: {said.value: pairs[real.value, said.value] for said in ATTITUDES} for real in ATTITUDES}
    compared = pairs.total()
    agreed = sum(confusion[side][side] for side in confusion)
    most = max(sum(row.values()) for row in confusion.values())
    return Comparison(
        known=len(outcome),
        compared=compared,
        confusion=confusion,
        accuracy=agreed / compared if compared else None,
        majority=most / compared if compared else None,
    )
