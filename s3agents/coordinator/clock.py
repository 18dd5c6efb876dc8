"""Clock: which tick comes next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Clock"]


@dataclass(frozen=True, slots=True)
class Clock:
    """The ticks of a run, in order.

    Attributes:
        ticks: how many the scenario has.
        last: the last one that was committed; -1 before the first.
    """

    ticks: int
    last: int = -1

    def remaining(self) -> Iterator[int]:
        """The ticks that are still to come."""
        return iter(range(self.last + 1, self.ticks))
