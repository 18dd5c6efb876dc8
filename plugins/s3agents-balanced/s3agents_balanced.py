"""Balanced: a recommender that shows as much of the one side as of the other, whatever is popular."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from s3agents.channels.base import Ask, Offer
from s3agents.events import Post
from s3agents.ids import PostId
from s3agents.labels import Attitude

__all__ = ["Balanced"]


class Balanced:
    """Posts of both sides by turns, the newest of each first; see :class:`s3agents.channels.base.Channel`.

    Which side begins is drawn for each reader. What takes no side is shown when one side has no more to say.
    """

    async def recommend(self, asks: Sequence[Ask], offer: Offer) -> Sequence[Sequence[PostId]]:
        """What each reader is shown."""
        return [list(islice(_by_turns(ask, offer.posts), ask.most)) for ask in asks]


def _by_turns(ask: Ask, posts: Sequence[Post]) -> Iterator[PostId]:
    free = [post for post in reversed(posts) if post.id not in ask.barred]
    first, second = Attitude.POSITIVE, Attitude.NEGATIVE
    if ask.draws.uniform("balanced") < 0.5:
        first, second = second, first
    sides = [[post.id for post in free if post.attitude is side] for side in (first, second, None)]
    pairs = min(len(sides[0]), len(sides[1]))
    for one, other in zip(sides[0], sides[1], strict=False):
        yield from (one, other)
    yield from sides[2]
    yield from (*sides[0][pairs:], *sides[1][pairs:])
