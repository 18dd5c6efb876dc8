"""Agent: the port of a user that takes part in a run; :class:`~s3agents.agents.social_agent.SocialAgent` is ours.

What a run asks of an agent is small: a turn that is not begun, and to take on what a turn came to. A turn changes
nothing of its agent; between the two lie the posts of the turn, which have to be out first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from s3agents.cognition.announce import Announcement
from s3agents.cognition.in_hand import TurnInHand
from s3agents.cognition.mind import Mind
from s3agents.cognition.turn import Profile, TurnResult
from s3agents.events import Delivery
from s3agents.memory.text_table import TextTable
from s3agents.persona import Persona
from s3agents.state import AgentState

__all__ = ["Agent", "AgentMaker"]


class Agent(Protocol):
    """One user. It draws from :class:`~s3agents.rng.Draws` alone, so that whoever asks it gets the same turns."""

    @property
    def persona(self) -> Persona:
        """Who it is."""
        ...

    @property
    def profile(self) -> Profile:
        """Its attributes as a text, which memories are held against."""
        ...

    @property
    def mind(self) -> Mind:
        """What it thinks with."""
        ...

    @property
    def state(self) -> AgentState:
        """All that a run keeps of it: an agent that is made with this state goes on as this one would."""
        ...

    def turn(self, tick: int, inbox: Sequence[Delivery], announcements: Sequence[Announcement] = (), /) -> TurnInHand:
        """A turn that is not begun; the agent is not changed by it.

        Args:
            tick: now.
            inbox: what has arrived, in its total order.
            announcements: posts that the scenario has it publish; then it does nothing else.
        """
        ...

    def unsaid(self, announcements: Sequence[Announcement], /) -> Sequence[Announcement]:
        """Those of ``announcements`` that it has still to publish."""
        ...

    def settle(self, result: TurnResult, /) -> None:
        """Take on the state that a turn came to; where that has none, the turn failed and everything stays."""
        ...

    def remember_history(self, texts: Sequence[str], known: TextTable, /) -> None:
        """Remember what its user posted before the run.

        Args:
            texts: the posts.
            known: these, and the agent's profile.
        """
        ...


class AgentMaker(Protocol):
    """What makes agents: a class, or a function. ``agent_options`` of a scenario come as keywords besides."""

    def __call__(self, persona: Persona, mind: Mind, *, state: AgentState | None = None) -> Agent:
        """An agent.

        Args:
            persona: who it is.
            mind: what it thinks with.
            state: of a checkpoint; by default the one in which it enters a run.
        """
        ...
