"""HeldOut: predictions of what the data give, held against it (S3 Table 4, and the initial attitudes of Table 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from s3agents.traits.base import Estimate, Trait
from s3agents.traits.infer import FieldResult
from s3agents.traits.scores import LabelScores, NumberScores, score_labels, score_numbers

__all__ = ["POSITIVE", "score_result"]

POSITIVE: Mapping[Trait, str] = {"gender": "female", "attitude": "positive"}
"""The label that F1 and AUC are about."""


def score_result(
    result: FieldResult, *, categories: Sequence[str] = (), seed: int = 0
) -> LabelScores | NumberScores | None:
    """Scores of what was held out; ``None`` if nothing was.

    Args:
        result: of a trait.
        categories: the occupations that are told apart; users of whom the data give another are left out.
        seed: of the intervals.
    """
    pairs = [(t, a if isinstance(a, Estimate) else None) for t, a in result.held_out]
    if result.trait == "occupation":
        pairs = [(truth, answer) for truth, answer in pairs if truth in categories]
    if not pairs:
        return None
    if result.trait == "age":
        numbers = [None if answer is None else float(answer.value) for _, answer in pairs]
        return score_numbers([float(truth) for truth, _ in pairs], numbers, seed=seed)
    positive = POSITIVE.get(result.trait)
    labels = [None if answer is None else str(answer.value) for _, answer in pairs]
    p = [None if answer is None else _p(answer, positive) for _, answer in pairs]
    return score_labels([str(truth) for truth, _ in pairs], labels, p, positive=positive, seed=seed)


def _p(answer: Estimate, label: str | None) -> float | None:
    return None if answer.p is None or label is None else answer.p.get(label)
