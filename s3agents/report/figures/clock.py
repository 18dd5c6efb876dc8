"""Clock: what a tick means in time, and the unit in which an axis counts it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from s3agents.config.section import parse_duration

__all__ = ["Clock", "span_told", "tick_minutes"]

_HOUR, _DAY = 60.0, 1440.0
_MANY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The unit of a time axis.

    Attributes:
        unit: ``minutes``, ``hours`` or ``days``.
        minutes: in one of it.
    """

    unit: str
    minutes: float

    @classmethod
    def spanning(cls, minutes: Iterable[float]) -> Clock:
        """The largest unit of which the longest of ``minutes`` has more than three (days: more than four)."""
        longest = max(minutes, default=0.0)
        if longest > (_MANY + 1) * _DAY:
            return cls(unit="days", minutes=_DAY)
        return cls(unit="hours", minutes=_HOUR) if longest > _MANY * _HOUR else cls(unit="minutes", minutes=1.0)

    @property
    def title(self) -> str:
        """What stands at the axis."""
        return f"time since the start ({self.unit})"

    def range(self, minutes: float) -> list[float]:
        """Ends of an axis from the start to that moment, with a little room."""
        end = max(minutes / self.minutes, 0.0)
        room = 0.015 * end or 0.5
        return [-room, end + room]

    def of(self, minutes: ArrayLike) -> NDArray[np.float64]:
        """``minutes`` in this unit."""
        return np.asarray(minutes, dtype=np.float64) / self.minutes


def tick_minutes(scenario: dict[str, Any]) -> float:
    """Minutes in a tick of a scenario that is given as plain values."""
    return parse_duration(scenario["tick"]).total_seconds() / _HOUR


def span_told(minutes: float) -> str:
    """A span in the largest unit in which it is a whole number, such as ``15 min`` or ``2 h``."""
    for unit, size in (("d", _DAY), ("h", _HOUR), ("min", 1.0)):
        if minutes >= size and minutes % size == 0:
            return f"{minutes / size:,.0f} {unit}"
    return f"{minutes * _HOUR:,g} s"
