"""Intervention: the port of what is done to a society from outside, in the ticks in which it is in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from s3agents.events import Post
from s3agents.ids import PostId, UserId
from s3agents.labels import Attitude, Emotion
from s3agents.network.changed_edges import ChangedEdges
from s3agents.network.society import Society
from s3agents.rng import Draws

__all__ = ["Intervention", "Levers", "Situation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """How things stand when a tick is about to begin, and nothing of it has been delivered.

    Attributes:
        tick: that is about to begin.
        first: whether the intervention was not in force in the tick before, but is now.
        society: the users.
        edges: who follows whom now; to be changed by the levers alone.
        fresh: posts of the tick before, in their total order: nobody has read them.
        originals: all posts so far that are no forwards, in their total order, those of ``fresh`` among them.
        draws: for this intervention in this tick; the only chance that it may use.
    """

    tick: int
    first: bool
    society: Society
    edges: ChangedEdges
    fresh: Sequence[Post]
    originals: Sequence[Post]
    draws: Draws


class Levers(Protocol):
    """What an intervention can do. What was done before is not done again, nor counted again.

    An intervention that names a user or a post that does not exist ends the run: ``RunError``.
    """

    def remove(self, post: PostId) -> None:
        """Have the post, and every forward of it, reach nobody from now on."""
        ...

    def label(self, post: PostId, text: str) -> None:
        """Show ``text`` with the post, and with every forward of it, from now on."""
        ...

    def down_rank(self, post: PostId, weight: float) -> None:
        """From now on the post, and every forward of it, comes to attention with this factor (0 to 1) on its chance."""
        ...

    def withhold(self, post: PostId) -> None:
        """Deliver the post, one of the fresh ones, to nobody; it is not removed."""
        ...

    def suspend(self, user: UserId) -> None:
        """In this tick the user does nothing, and what the user has posted reaches nobody."""
        ...

    def follow(self, follower: UserId, followee: UserId) -> None:
        """Have the one follow the other from now on; of nobody themselves."""
        ...

    def unfollow(self, follower: UserId, followee: UserId) -> None:
        """Have the one follow the other no more."""
        ...

    def inject(
        self, author: UserId, text: str, *, attitude: Attitude | None = None, emotion: Emotion | None = None
    ) -> None:
        """Have the author publish a post in this tick, as a seed post: it does nothing else in it."""
        ...


class Intervention(Protocol):
    """One intervention. When it is in force is not its business: a scenario says so.

    It is asked once in each tick in which it is in force, in ascending order. It goes by what it is shown alone, and
    keeps nothing between ticks: a run that is resumed shows it the past again, and has to find the same.
    """

    def act(self, now: Situation, levers: Levers) -> None:
        """Do what is to be done before the tick begins.

        Args:
            now: how things stand.
            levers: what can be done about them.
        """
        ...
