"""Hear: which cascades have reached an agent, how often, and since when; attention plays no part in it."""

from __future__ import annotations

from collections.abc import Iterable

from s3agents.ids import PostId
from s3agents.state import HEARD_KEPT, Heard

__all__ = ["hear"]


def hear(heard: tuple[Heard, ...], roots: Iterable[PostId], *, tick: int) -> tuple[Heard, ...]:
    """``heard`` after an inbox.

    A cascade keeps its place when it is heard of again. Of more than :data:`~s3agents.state.HEARD_KEPT`, those that
    were heard of first are forgotten; such a one is new when it comes again.

    Args:
        heard: cascades in the order in which they were first heard of.
        roots: first post of the cascade of each post in the inbox, in its order.
        tick: of the turn.
    """
    known = {item.root: item for item in heard}
    for root in roots:
        before = known.get(root)
        times, since = (1, tick) if before is None else (before.times + 1, before.since)
        known[root] = Heard(root=root, times=times, since=since)
    return tuple(known.values())[-HEARD_KEPT:]
