"""Outcome: the calibrated probability of one act on an exposure: the score of a forest through a logistic curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from s3agents.behaviour.features import CLOCK, FEATURES, UNKNOWN
from s3agents.behaviour.forest import Forest
from s3agents.behaviour.forks import Forks

__all__ = ["Outcome", "expit"]

_Floats = NDArray[np.float64]
_LARGEST = 700.0  # exp(709.8) is the last that a float holds


@dataclass(frozen=True, slots=True)
class Outcome:
    """Probability ``expit(intercept + slope * score)`` (Platt 1999).

    Where time of day or time since the news broke is not known, the score is the mean over times that were seen.

    Attributes:
        forest: what gives the score; ``None`` where all exposures have the same probability.
        slope: of the score, not negative.
        intercept: what sets the base rate.
        clocks: such times, as values of the columns :data:`.features.CLOCK`, of shape ``(k, 3)``.
    """

    forest: Forest | None
    slope: float
    intercept: float
    clocks: _Floats = field(default_factory=lambda: np.zeros((0, len(CLOCK))))
    _forks: Forks | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        forks = Forks.at(self.forest, CLOCK) if self.forest is not None and len(self.clocks) else None
        object.__setattr__(self, "_forks", forks)

    def logits(self, rows: _Floats) -> _Floats:
        """Log-odds for each of ``rows``, of shape ``(n, len(FEATURES))``."""
        return self.logits_of_each([rows])[0]

    def logits_of_each(self, parts: Sequence[_Floats]) -> list[_Floats]:
        """:meth:`logits` of each of ``parts``, to the last bit, in one walk through the trees.

        Args:
            parts: at least one.
        """
        if self.forest is None:
            return [np.full(len(rows), self.intercept) for rows in parts]
        bounds = [0, *accumulate(map(len, parts))]
        logits = self.intercept + self.slope * self._scores(self.forest, np.concatenate(parts), bounds)
        return [logits[start:end] for start, end in pairwise(bounds)]

    def _scores(self, forest: Forest, rows: _Floats, bounds: Sequence[int]) -> _Floats:
        """The score of each row; a mean over times is taken part by part, for its last bit depends on how many rows."""
        timeless = (rows[:, CLOCK] == UNKNOWN).any(axis=1)
        if self._forks is None or not timeless.any():
            return forest.scores(rows)
        scores = np.zeros(len(rows))
        scores[~timeless] = forest.scores(rows[~timeless])
        ways = np.stack([_at(rows[timeless], clock) for clock in self.clocks])
        owned = np.diff(np.concatenate(([0], np.cumsum(timeless)))[bounds])
        scores[timeless] = _means(self._forks.scores(ways), owned)
        return scores

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """As named arrays, for a file."""
        curve = np.array([self.slope, self.intercept])
        return {"curve": curve, "clocks": self.clocks, **({} if self.forest is None else self.forest.arrays())}

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
        clocks = arrays["clocks"]
        if clocks.dtype != np.float64 or clocks.ndim != 2 or clocks.shape[1] != len(CLOCK):
            raise ValueError("times of other types or shapes")
        if not np.isfinite(clocks).all():
            raise ValueError("a time that is no finite number")
        forest = Forest.of_arrays(arrays, features=len(FEATURES)) if "feature" in arrays else None
        return cls(forest, float(curve[0]), float(curve[1]), clocks.astype(np.float64))


def _means(asked: _Floats, owned: NDArray[np.intp]) -> _Floats:
    """The mean of each column of ``asked``, so many of which belong together; one that is alone is summed otherwise."""
    means: _Floats = np.mean(asked, axis=0)
    alone = np.repeat(owned, owned) == 1
    means[alone] = np.mean(np.ascontiguousarray(asked[:, alone].T), axis=1)
    return means


def _at(rows: _Floats, clock: _Floats) -> _Floats:
    """``rows`` with what is not known of the time taken from ``clock``."""
    filled = rows.copy()
    filled[:, CLOCK] = np.where(rows[:, CLOCK] == UNKNOWN, clock, rows[:, CLOCK])
    return filled


def expit(logits: _Floats) -> _Floats:
    """``1 / (1 + exp(-x))``."""
    p: _Floats = 1.0 / (1.0 + np.exp(np.clip(-logits, -_LARGEST, _LARGEST)))
    return p
