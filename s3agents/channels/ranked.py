"""Ranked: channels with one order for all readers: the newest first, or what is most popular first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from s3agents.channels.base import Ask, Offer
from s3agents.events import Post
from s3agents.ids import PostId

__all__ = ["Chronological", "Popularity"]


class Chronological:
    """The newest first; within a tick, in the reverse of the total order of posts."""

    async def recommend(self, asks: Sequence[Ask], offer: Offer) -> Sequence[Sequence[PostId]]:
        """The newest posts that a reader may be shown."""
        return _first(asks, [post.id for post in reversed(offer.posts)])


class Popularity:
    """What was passed on and liked most first; of equals, the newer."""

    async def recommend(self, asks: Sequence[Ask], offer: Offer) -> Sequence[Sequence[PostId]]:
        """The most popular posts that a reader may be shown."""

        def popular(post: Post) -> tuple[int, tuple[int, str, int]]:
            return offer.popularity.get(post.id, 0), post.order

        return _first(asks, [post.id for post in sorted(offer.posts, key=popular, reverse=True)])


def _first(asks: Sequence[Ask], order: Sequence[PostId]) -> list[list[PostId]]:
    """For each reader the first of ``order`` that are not barred."""
    return [list(islice((post for post in order if post not in ask.barred), ask.most)) for ask in asks]
