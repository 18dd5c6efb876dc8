"""OpenTick: what is known of a tick that is under way: who is due, what their turns came to, and how many failed."""

from __future__ import annotations

from dataclasses import dataclass, field

from s3agents.cognition.in_hand import TurnInHand
from s3agents.cognition.turn import TurnResult

__all__ = ["OpenTick"]


@dataclass(slots=True)
class OpenTick:
    """A tick that is not committed.

    Attributes:
        due: turns of this tick, as far as is known: of the lowest open tick, all.
        done: turns that are thought out.
        failed: how many of these failed.
        results: of those that are finished too.
    """

    due: int = 0
    done: int = 0
    failed: int = 0
    results: list[TurnResult] = field(default_factory=list)

    def add(self, turn: TurnInHand) -> None:
        """Note that a turn is thought out."""
        self.done += 1
        self.failed += turn.failed

    def spoilt(self, limit: float) -> bool:
        """Whether a larger share than ``limit`` of the turns has failed already."""
        return self.failed > limit * self.due
