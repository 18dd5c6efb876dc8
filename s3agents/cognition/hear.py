"""Hear: which cascades have reached an agent, how often, and since when; attention plays no part in it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

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
    news: dict[PostId, int] = {}
    for root in roots:
        news[root] = news.get(root, 0) + 1
    if not news:
        return heard
    known = {item.root: item for item in heard}
    for root, times in news.items():
        before = known.get(root)
        known[root] = _heard(root, times, tick) if before is None else _heard(root, before.times + times, before.since)
    return tuple(known.values())[-HEARD_KEPT:]


# Agents that heard of the same things share what they know: fewer objects to make, and to look after.
_heard = lru_cache(maxsize=1 << 16)(Heard)
