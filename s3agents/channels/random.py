"""Random: a channel that shows each reader posts that are drawn."""

from __future__ import annotations

from collections.abc import Sequence

from s3agents.channels.base import Ask, Offer
from s3agents.ids import PostId

__all__ = ["Random"]

_PATIENCE = 4
"""Draws for a place in the feed, after which the posts that are left are drawn from instead."""


class Random:
    """Every post that a reader may be shown is as likely as any other."""

    async def recommend(self, asks: Sequence[Ask], offer: Offer) -> Sequence[Sequence[PostId]]:
        """Posts that are drawn for each reader."""
        ids = [post.id for post in offer.posts]
        return [_drawn(ask, ids) for ask in asks]


def _drawn(ask: Ask, ids: Sequence[PostId]) -> list[PostId]:
    """So many of ``ids``, each draw taken again where it hits what is barred; a draw costs the same however many."""
    found: list[PostId] = []
    for n in range(_PATIENCE * ask.most):
        post = ids[ask.draws.bits(f"channel/random/{n}") % len(ids)]
        if post not in ask.barred and post not in found:
            found.append(post)
        if len(found) == ask.most:
            return found
    left = [post for post in ids if post not in ask.barred and post not in found]
    chosen = ask.draws.sample("channel/random/left", len(left), ask.most - len(found))
    return [*found, *(left[i] for i in chosen)]
