"""Heads: linear functions of the n-grams of a text; owns the arithmetic by which a fitted model predicts.

Only numpy takes part, so that a model predicts where scikit-learn is not installed. Sums go in the order of a text's
own columns: a prediction does not depend on what else is in the batch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from s3agents.traits.learnt.ngrams import WIDTH, Features, features_of

__all__ = ["Heads", "label_probabilities", "sigmoid"]

_Floats = NDArray[np.float64]
_LARGEST = 700.0  # exp(709.8) is the last that a float holds


@dataclass(frozen=True, slots=True)
class Heads:
    """Linear functions ``scale * (intercept + weights . features)``.

    Attributes:
        columns: the columns that have weights, ascending, shape ``(c,)``.
        weights: of shape ``(heads, c)``.
        intercepts: of shape ``(heads,)``.
        scale: what makes probabilities of the logits calibrated ones (temperature scaling, Guo et al. 2017).
    """

    columns: NDArray[np.int32]
    weights: NDArray[np.float32]
    intercepts: NDArray[np.float32]
    scale: float

    def logits(self, texts: Sequence[str]) -> _Floats:
        """Of shape ``(len(texts), heads)``."""
        return self.of(features_of(texts))

    def of(self, features: Features) -> _Floats:
        """The logits of texts whose features are known."""
        place = np.full(WIDTH, -1, dtype=np.int64)
        place[self.columns] = np.arange(len(self.columns))
        at = place[features.columns]
        known = at >= 0
        rows, values, at = features.rows[known], features.values[known], at[known]
        logits = np.empty((features.n, len(self.intercepts)))
        for k, intercept in enumerate(self.intercepts):
            sums = np.bincount(rows, weights=values * self.weights[k, at], minlength=features.n)
            logits[:, k] = self.scale * (sums + float(intercept))
        return logits

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """As named arrays, for a file."""
        scale = np.array(self.scale, dtype=np.float64)
        return {"columns": self.columns, "weights": self.weights, "intercepts": self.intercepts, "scale": scale}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Heads:
        """The heads of what :meth:`arrays` gave.

        Raises:
            KeyError: if an array is missing.
            ValueError: if one has another type or shape, a number that is not finite, or columns out of order.
        """
        columns, weights, intercepts, scale = (arrays[name] for name in ("columns", "weights", "intercepts", "scale"))
        kinds = [array.dtype for array in (columns, weights, intercepts, scale)]
        if kinds != [np.int32, np.float32, np.float32, np.float64]:
            raise ValueError(f"arrays of other types: {', '.join(map(str, kinds))}")
        if scale.shape or intercepts.ndim != 1 or weights.shape != (*intercepts.shape, *columns.shape):
            raise ValueError(f"weights of shape {weights.shape} for {intercepts.size} heads, {columns.size} columns")
        if not all(np.isfinite(array).all() for array in (weights, intercepts, scale)):
            raise ValueError("a weight that is no finite number")
        if columns.size and (np.diff(columns).min(initial=1) < 1 or columns[0] < 0 or columns[-1] >= WIDTH):
            raise ValueError(f"columns that do not ascend within 0 and {WIDTH - 1}")
        return cls(columns, weights, intercepts, float(scale))  # type: ignore[arg-type]  # checked above


def sigmoid(x: float) -> float:
    """``1 / (1 + exp(-x))``."""
    return 1 / (1 + math.exp(min(-x, _LARGEST)))


def label_probabilities(logits: Sequence[float]) -> list[float]:
    """Probability of each label: of the second of two from one logit, of each of more from as many (softmax)."""
    if len(logits) == 1:
        p = sigmoid(logits[0])
        return [1 - p, p]
    top = max(logits)
    shares = [math.exp(x - top) for x in logits]
    return [share / sum(shares) for share in shares]
