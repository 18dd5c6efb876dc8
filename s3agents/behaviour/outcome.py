"""Outcome: the calibrated probability of one act on an exposure: the score of a forest through a logistic curve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from s3agents.behaviour.features import FEATURES
from s3agents.behaviour.forest import Forest

__all__ = ["Outcome", "expit"]

_Floats = NDArray[np.float64]
_LARGEST = 700.0  # exp(709.8) is the last that a float holds


@dataclass(frozen=True, slots=True)
class Outcome:
    """Probability ``expit(intercept + slope * score)`` (Platt 1999).

    Attributes:
        forest: what gives the score; ``None`` where all exposures have the same probability.
        slope: of the score, not negative.
        intercept: what sets the base rate.
    """

    forest: Forest | None
    slope: float
    intercept: float

    def logits(self, rows: _Floats) -> _Floats:
        """Log-odds for each of ``rows``, of shape ``(n, len(FEATURES))``."""
        if self.forest is None:
            return np.full(len(rows), self.intercept)
        logits: _Floats = self.intercept + self.slope * self.forest.scores(rows)
        return logits

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """As named arrays, for a file."""
        curve = np.array([self.slope, self.intercept])
        return {"curve": curve, **({} if self.forest is None else self.forest.arrays())}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Outcome:
        """The outcome of what :meth:`arrays` gave.

        Raises:
            KeyError: if an array is missing.
            ValueError: if one has another type or shape, or a number that is not finite.
        """
        curve = arrays["curve"]
        if curve.dtype != np.float64 or curve.shape != (2,) or not np.isfinite(curve).all() or curve[0] < 0:
            raise ValueError("a calibration that is none")
        forest = Forest.of_arrays(arrays, features=len(FEATURES)) if "feature" in arrays else None
        return cls(forest, float(curve[0]), float(curve[1]))


def expit(logits: _Floats) -> _Floats:
    """``1 / (1 + exp(-x))``."""
    p: _Floats = 1.0 / (1.0 + np.exp(np.clip(-logits, -_LARGEST, _LARGEST)))
    return p
