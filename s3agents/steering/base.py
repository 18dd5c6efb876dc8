"""Observer: the port of what follows from the actions of a tick beyond posts: changed edges, posts that are liked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from s3agents.events import Post
from s3agents.record.base import TurnRecord
from s3agents.steering.platform import Platform

__all__ = ["Observer"]


class Observer(Protocol):
    """Is told what happened in each tick, in ascending order; a run that is resumed tells it the past again."""

    def observe(self, tick: int, posts: Sequence[Post], turns: Sequence[TurnRecord], platform: Platform) -> None:
        """Have ``platform`` take on what follows from a tick that is whole.

        Args:
            tick: which.
            posts: published in it, in their total order.
            turns: of it, in the order of users.
            platform: to be changed; what changes is in force from the next tick on.
        """
        ...
