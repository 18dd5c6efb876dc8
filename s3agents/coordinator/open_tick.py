"""OpenTick: what is known of a tick that is under way: who is due, what their turns came to, and how many failed."""

from __future__ import annotations

from dataclasses import dataclass, field

from s3agents.cognition.turn import TurnResult

__all__ = ["OpenTick"]


@dataclass(slots=True)
class OpenTick:
    """A tick that is not committed.

    Attributes:
        due: turns of this tick, as far as is known: of the lowest open tick, all.
        results: of the turns that are done.
        failed: how many of these failed.
    """

    due: int = 0
    results: list[TurnResult] = field(default_factory=list)
    failed: int = 0

    def add(self, result: TurnResult) -> None:
        """Note that a turn is done."""
        self.results.append(result)
        self.failed += result.record.fault is not None

    def spoilt(self, limit: float) -> bool:
        """Whether a larger share than ``limit`` of the turns has failed already."""
        return self.failed > limit * self.due
