"""LocalBus: the bus in memory, for one process; the double of the NATS bus, held to the same contract."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

from s3agents.bus.base import Shard
from s3agents.bus.ledger import Ledger, already_open, not_open
from s3agents.events import Post
from s3agents.ids import PostId, UserId

__all__ = ["LocalBus"]


class _Opening:
    """What a bus holds while it is open."""

    def __init__(self, run: str, shards: Collection[Shard]) -> None:
        self.run = run
        self.ledger = Ledger(shard.number for shard in shards)
        self.authors: dict[int, frozenset[UserId]] = {shard.number: shard.authors for shard in shards}
        self.mail: dict[int, dict[PostId, Post]] = {}
        self.closed = False
        self.changed = asyncio.Condition()

    async def until_over(self, tick: int) -> None:
        async with self.changed:
            await self.changed.wait_for(lambda: self.closed or self.ledger.over >= tick)
        if self.closed:
            raise not_open()

    async def notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    def forget(self) -> None:
        """Drop what every shard has collected."""
        for tick in [tick for tick in self.mail if tick <= self.ledger.floor]:
            del self.mail[tick]


class LocalBus:
    """A :class:`~s3agents.bus.base.Bus` that never leaves the process: no server, no copy, no bound but memory."""

    def __init__(self) -> None:
        self._opening: _Opening | None = None

    async def open(self, run: str, shards: Collection[Shard]) -> None:
        """Begin ``run``, empty of posts."""
        if self._opening is not None:
            raise already_open(self._opening.run)
        self._opening = _Opening(run, shards)

    async def publish(self, posts: Sequence[Post]) -> None:
        """Take ``posts``."""
        opening = self._opened()
        opening.ledger.admit(posts)
        for post in posts:
            opening.mail.setdefault(post.tick, {}).setdefault(post.id, post)

    async def end_tick(self, tick: int) -> None:
        """Let those go on who wait for ``tick``."""
        opening = self._opened()
        opening.ledger.end(tick)
        opening.forget()
        await opening.notify()

    async def collect(self, shard: int, tick: int) -> list[Post]:
        """The posts of ``tick`` for ``shard``, in their total order."""
        opening = self._opened()
        opening.ledger.begin(shard, tick)
        await opening.until_over(tick)
        authors = opening.authors[shard]
        posts = [post for post in opening.mail.get(tick, {}).values() if post.author in authors]
        opening.ledger.done(shard, tick)
        opening.forget()
        return sorted(posts, key=lambda post: post.order)

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
