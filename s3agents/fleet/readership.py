"""Readership: in which shards the posts of an author are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from s3agents.events import Post
from s3agents.ids import UserId
from s3agents.network.graph import distinct
from s3agents.network.society import Society

__all__ = ["Readership"]


class Readership:
    """Looked up once for each author who publishes.

    Args:
        society: who follows whom.
        shard: users that share one.
    """

    def __init__(self, society: Society, shard: int) -> None:
        self._society, self._shard = society, shard
        self._known: dict[UserId, list[int]] = {}

    def of(self, author: UserId) -> list[int]:
        """The shards in which somebody follows ``author``."""
        known = self._known.get(author)
        if known is None:
            followers = self._society.graph.followers(self._society.position(author))
            known = self._known[author] = distinct(followers // self._shard).tolist()
        return known

    def count(self, posts: Iterable[Post]) -> dict[int, int]:
        """How many of ``posts`` each shard reads; shards that read none are absent."""
        counts: dict[int, int] = {}
        for author, written in Counter(post.author for post in posts).items():
            for shard in self.of(author):
                counts[shard] = counts.get(shard, 0) + written
        return counts
