"""What a forecast starts from and what it comes to; owns the laws that every forecast keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from s3agents.network.graph import Ints

__all__ = ["FEWEST", "Beginning", "Course", "Floats", "Forecast", "continued", "lawful", "usable"]

FEWEST = 3
"""Forwards that must have been seen for a cascade to be forecast: of fewer, a growth means nothing."""

Floats = NDArray[np.float64]


def _nobody() -> Ints:
    return np.zeros(0, dtype=np.int32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Beginning:
    """What is known of a cascade at minute ``after``.

    Attributes:
        after: minute from the first post on; what comes later is to be forecast.
        forwards: minutes of the forwards so far, ascending, shape ``(n,)``, none above ``after``.
        spreaders: positions in the follow graph of the author and of those who have forwarded, each once.
    """

    after: float
    forwards: Floats
    spreaders: Ints = field(default_factory=_nobody)

    def __post_init__(self) -> None:
        if len(self.forwards) and self.forwards.max() > self.after:
            raise ValueError(f"a beginning ends at minute {self.after:g}, got a forward at {self.forwards.max():g}")

    @property
    def count(self) -> int:
        """Forwards so far."""
        return len(self.forwards)

    def counted(self, minutes: Floats) -> Floats:
        """Forwards up to each of ``minutes``; those after ``after`` count what there was then."""
        return self.forwards.searchsorted(minutes, side="right").astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Course:
    """A whole cascade, from which something can be learnt about others.

    Attributes:
        beginning: what was known of it at the time from which others are forecast.
        minutes: ascending, shape ``(n,)``.
        values: forwards up to each of them, shape ``(n,)``.
    """

    beginning: Beginning
    minutes: Floats
    values: Floats

    def growth(self, minutes: Floats) -> Floats:
        """Forwards at ``minutes`` over those of the beginning; a step function, at least 1 after the beginning."""
        at = np.maximum(self.minutes.searchsorted(minutes, side="right") - 1, 0)
        return np.maximum(self.values[at] / self.beginning.count, np.where(minutes > self.beginning.after, 1.0, 0.0))


@dataclass(frozen=True, slots=True)
class Forecast:
    """A forecast curve, or why there is none.

    Attributes:
        values: expected forwards at the minutes asked for; ``None`` if it cannot be told.
        reason: why not; empty where there are values.
    """

    values: Floats | None
    reason: str = ""


def continued(beginning: Beginning, minutes: Floats, values: Floats) -> Forecast:
    """``values`` as a forecast that keeps to the law; see :func:`lawful`."""
    return Forecast(lawful(beginning, minutes, values))


def lawful(beginning: Beginning, minutes: Floats, values: Floats) -> Floats:
    """``values``, but what has happened stays, and a count never falls."""
    known = beginning.counted(minutes)
    told = np.where(minutes > beginning.after, np.maximum(values, beginning.count), known)
    return np.maximum.accumulate(told)


def usable(courses: Sequence[Course]) -> list[Course]:
    """Those of ``courses`` that had begun when others are forecast."""
    return [course for course in courses if course.beginning.count >= FEWEST]
