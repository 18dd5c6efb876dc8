"""Delays: how long after a post has reached them users act on it; owns the distribution of these minutes.

The distribution is empirical: quantiles of the delays observed, for cascades of different age at the moment of
exposure, for news that has been around for hours is passed on at leisure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["AGES", "STEPS", "Delays", "observed_delays"]

_Floats = NDArray[np.float64]

AGES = (0.0, 5.0, 30.0, 120.0)
"""Minutes since the cascade began, from which on each of the distributions holds."""
STEPS = 100
"""Parts between neighbouring quantiles."""

_FEWEST = 100


@dataclass(frozen=True, slots=True)
class Delays:
    """Quantiles of delays.

    Attributes:
        ages: minutes since the cascade began, ascending from 0.
        minutes: quantiles 0, 1/STEPS, ..., 1 from each age on, of shape ``(len(ages), STEPS + 1)``.
    """

    ages: _Floats
    minutes: _Floats

    def at(self, u: float, *, age: float) -> float:
        """The delay, in minutes, that a share ``u`` of users stays below.

        Args:
            u: 0 to 1.
            age: minutes since the cascade began, at the moment of exposure.
        """
        part = max(0, int(np.searchsorted(self.ages, age, "right")) - 1)
        return float(np.interp(u * STEPS, np.arange(STEPS + 1), self.minutes[part]))

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """As named arrays, for a file."""
        return {"ages": self.ages, "minutes": self.minutes}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> Delays:
        """The delays of what :meth:`arrays` gave.

        Raises:
            KeyError: if an array is missing.
            ValueError: if they are no ascending quantiles.
        """
        ages, minutes = arrays["ages"], arrays["minutes"]
        if ages.dtype != np.float64 or minutes.dtype != np.float64 or minutes.shape != (len(ages), STEPS + 1):
            raise ValueError("delays of other types or shapes")
        found = cls(ages.astype(np.float64), minutes.astype(np.float64))
        if not len(ages) or not (np.isfinite(found.ages).all() and np.isfinite(found.minutes).all()):
            raise ValueError("a delay that is no finite number")
        if found.ages[0] != 0 or np.diff(found.ages).min(initial=1) <= 0:
            raise ValueError("ages of delays that do not ascend from 0")
        if found.minutes.min() < 0 or np.diff(found.minutes, axis=1).min() < 0:
            raise ValueError("quantiles of delays that do not ascend")
        return found


def observed_delays(minutes: ArrayLike, ages: ArrayLike) -> Delays:
    """The delays of those who acted.

    Parts of :data:`AGES` with fewer than 100 of them go with the younger part.

    Args:
        minutes: from exposure to act.
        ages: minutes since the cascade began, at the moment of exposure; of the same length, at least 1.
    """
    waited = np.maximum(np.asarray(minutes, dtype=np.float64), 0.0)
    part = np.searchsorted(AGES, np.asarray(ages, dtype=np.float64), "right") - 1
    kept = [0, *(k for k in range(1, len(AGES)) if (part == k).sum() >= _FEWEST)]
    home = np.searchsorted(kept, np.maximum(part, 0), "right") - 1
    share = np.linspace(0.0, 1.0, STEPS + 1)
    found = [waited[home == k] if (home == k).any() else waited for k in range(len(kept))]
    return Delays(np.array([AGES[k] for k in kept]), np.stack([np.quantile(group, share) for group in found]))
