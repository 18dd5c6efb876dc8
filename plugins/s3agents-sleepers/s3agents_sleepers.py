"""Sleepers: agents that are awake only for a part of the day; what comes while they sleep passes them by."""

from __future__ import annotations

from collections.abc import Sequence

from s3agents.agents.social_agent import SocialAgent
from s3agents.cognition.announce import Announcement
from s3agents.cognition.in_hand import TurnInHand
from s3agents.cognition.mind import Mind
from s3agents.events import Delivery
from s3agents.persona import Persona
from s3agents.rng import Draws
from s3agents.state import AgentState

__all__ = ["Sleeper"]

_DAY = 24.0


class Sleeper(SocialAgent):
    """A user with hours of sleep, which are drawn for each from the seed of the run.

    Args:
        persona: who it is.
        mind: what it thinks with.
        state: its state; by default the one in which it enters a run.
        hours: of sleep in a day.

    Raises:
        ValueError: if a day has not so many hours.
    """

    def __init__(self, persona: Persona, mind: Mind, *, state: AgentState | None = None, hours: float = 8.0) -> None:
        if not 0.0 <= hours <= _DAY:
            raise ValueError(f"hours: between 0 and {_DAY:g}, got {hours}")
        super().__init__(persona, mind, state=state)
        self._hours = hours
        self._bedtime = _DAY * Draws(mind.seed, persona.id, 0).uniform("sleepers/bedtime")

    def asleep(self, tick: int) -> bool:
        """Whether the user sleeps when ``tick`` begins."""
        now = tick * self.mind.scene.minutes / 60.0
        return (now - self._bedtime) % _DAY < self._hours

    def turn(self, tick: int, inbox: Sequence[Delivery], announcements: Sequence[Announcement] = ()) -> TurnInHand:
        """A turn as ever, but without the mail if the user sleeps."""
        return super().turn(tick, () if self.asleep(tick) else inbox, announcements)
