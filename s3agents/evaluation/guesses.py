"""Guesses: what those reach who know nothing of a row but how frequent the labels are, to stand beside any score.

The majority guess answers the most frequent label to everything. The random guess draws each answer from the shares of
the labels; its scores are what they are expected to be over many rows. Neither ranks rows: their AUC is one half.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["GuessScores", "majority_guess", "random_guess"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessScores:
    """Scores of a guess.

    Attributes:
        accuracy: share of right answers.
        f1: of the label that the scores are about; ``None`` without one.
        macro_f1: mean F1 of all labels.
        auc: always one half.
    """

    accuracy: float
    f1: float | None
    macro_f1: float
    auc: float = 0.5

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)


def majority_guess(truth: Sequence[str], *, positive: str | None = None) -> GuessScores | None:
    """Scores of the most frequent label (of several the first by name); ``None`` unless there are two labels.

    Args:
        truth: the right labels.
        positive: what F1 is about.
    """
    shares = _shares(truth)
    if len(shares) < 2:
        return None
    label = min(shares, key=lambda name: (-shares[name], name))
    f1 = 2 * shares[label] / (1 + shares[label])
    told = None if positive is None else f1 if label == positive else 0.0
    return GuessScores(accuracy=shares[label], f1=told, macro_f1=f1 / len(shares))


def random_guess(truth: Sequence[str], *, positive: str | None = None) -> GuessScores | None:
    """Expected scores of answers drawn from the shares of the labels; ``None`` unless there are two labels.

    A label of share s is right s of the time that it is given, and is given s of the time that it is right: its
    precision, recall and F1 are s, so that the macro F1 is one over the number of labels.

    Args:
        truth: the right labels.
        positive: what F1 is about.
    """
    shares = _shares(truth)
    if len(shares) < 2:
        return None
    accuracy = sum(share**2 for share in shares.values())
    f1 = None if positive is None else shares.get(positive, 0.0)
    return GuessScores(accuracy=accuracy, f1=f1, macro_f1=1 / len(shares))


def _shares(truth: Sequence[str]) -> dict[str, float]:
    return {label: n / len(truth) for label, n in Counter(truth).items()}
