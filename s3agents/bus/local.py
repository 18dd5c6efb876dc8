"""LocalBus: the bus in memory, for one process; the double of the NATS bus, held to the same contract."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence

from s3agents.bus.base import Shard
from s3agents.bus.refusals import already_open, full, not_open, refuse_forgotten, unknown_shard
from s3agents.events import Post
from s3agents.ids import PostId, UserId

__all__ = ["LocalBus"]

_BESIDE = 400  # bytes that a post takes beside its text


class _Opening:
    """What a bus holds while it is open."""

    def __init__(self, run: str, shards: Collection[Shard]) -> None:
        self.run = run
        self.authors: dict[int, frozenset[UserId]] = {shard.number: shard.authors for shard in shards}
        self.mail: dict[PostId, Post] = {}
        self.forgotten = -1
        self.bytes = 0
        self.closed = False
        self.changed = asyncio.Condition()

    async def until_here(self, authors: frozenset[UserId], ids: Collection[PostId]) -> None:
        """Return when every one of ``ids`` is here, by one of ``authors``."""

        def here() -> bool:
            return all(post in self.mail and self.mail[post].author in authors for post in ids)

        if not here():
            async with self.changed:
                await self.changed.wait_for(lambda: self.closed or here())
        if self.closed:
            raise not_open()

    async def notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()


def _size(posts: Iterable[Post]) -> int:
    return sum(len(post.text) + _BESIDE for post in posts)


class LocalBus:
    """A :class:`~s3agents.bus.base.Bus` that never leaves the process: no server, no copy.

    Args:
        max_bytes: of posts not yet forgotten that it may hold; none for no limit.
    """

    def __init__(self, *, max_bytes: int | None = None) -> None:
        self._opening: _Opening | None = None
        self._max_bytes = max_bytes

    async def open(self, run: str, shards: Collection[Shard]) -> None:
        """Begin ``run``, empty of posts."""
        if self._opening is not None:
            raise already_open(self._opening.run)
        self._opening = _Opening(run, shards)

    async def publish(self, posts: Sequence[Post]) -> None:
        """Take ``posts``, and let those go on who wait for them."""
        opening = self._opened()
        refuse_forgotten(posts, opening.forgotten)
        new = {post.id: post for post in posts if post.id not in opening.mail}
        if self._max_bytes is not None and opening.bytes + _size(new.values()) > self._max_bytes:
            raise full(self._max_bytes)
        opening.mail |= new
        opening.bytes += _size(new.values())
        await opening.notify()

    async def receive(self, shard: int, ids: Collection[PostId]) -> list[Post]:
        """The posts ``ids``, once they are here, in their total order."""
        opening = self._opened()
        if shard not in opening.authors:
            raise unknown_shard(shard, len(opening.authors))
        await opening.until_here(opening.authors[shard], ids)
        return sorted((opening.mail[post] for post in set(ids)), key=lambda post: post.order)

    async def forget(self, tick: int) -> None:
        """Drop the posts of ``tick`` and before."""
        opening = self._opened()
        opening.forgotten = max(opening.forgotten, tick)
        opening.mail = {key: post for key, post in opening.mail.items() if post.tick > tick}
        opening.bytes = _size(opening.mail.values())

    async def close(self) -> None:
        """Forget everything."""
        opening, self._opening = self._opening, None
        if opening is not None:
            opening.closed = True
            await opening.notify()

    def _opened(self) -> _Opening:
        if self._opening is None:
            raise not_open()
        return self._opening
