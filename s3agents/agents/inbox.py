"""Inbox: at most so many posts reach an agent in one tick, whatever the number of those whom it follows."""

from __future__ import annotations

from collections.abc import Sequence

from s3agents.events import Delivery
from s3agents.ids import UserId
from s3agents.rng import Draws

__all__ = ["bounded"]


def bounded(inbox: Sequence[Delivery], *, seed: int, reader: UserId, tick: int, most: int) -> Sequence[Delivery]:
    """``inbox``, or ``most`` of its posts in their order: which ones is drawn by seed, post, reader and tick alone.

    So it makes no difference whether what has come so far was bounded before the rest came.
    """
    if len(inbox) <= most:
        return inbox
    draws = Draws(seed, reader, tick)
    order = sorted((draws.bits(f"inbox/{delivery.post.id}"), delivery.post.id) for delivery in inbox)
    kept = {post for _, post in order[:most]}
    return [delivery for delivery in inbox if delivery.post.id in kept]
