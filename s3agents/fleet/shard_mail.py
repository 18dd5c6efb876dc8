"""ShardMail: the posts that a shard reads in a tick, by its durable consumer, whichever worker has its turns in hand.

The consumer hands out each post once, and goes on from there in the next tick. A worker that takes an order over from
another, whose mail has been handed out already, reads it again through a consumer of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from functools import partial
from typing import Final

from nats.aio.msg import Msg
from nats.errors import Error
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from s3agents.bus.nats_arrivals import Arrivals
from s3agents.bus.nats_link import NatsLink
from s3agents.bus.nats_posts import read_subjects
from s3agents.errors import BusError, explain
from s3agents.events import Post
from s3agents.fleet.names import FleetNames
from s3agents.fleet.pull import pulling
from s3agents.ids import PostId, UserId

__all__ = ["ShardMail"]

_MOST: Final = 1_000  # posts asked for at once
_LAG_SECONDS: Final = 1.0  # that a consumer may take to see what is stored, before its mail counts as handed out
_LOOK_SECONDS: Final = 0.05
_IDLE_SECONDS: Final = 60.0  # after which the server drops a consumer that nobody uses


class ShardMail:
    """Reads the mail of shards.

    Args:
        link: a connection.
        names: of the opening.
    """

    def __init__(self, link: NatsLink, names: FleetNames) -> None:
        self._link, self._names = link, names
        self._arrivals = Arrivals()

    async def read(
        self, shard: int, authors: Collection[UserId], *, tick: int, count: int, since: int, again: bool
    ) -> list[Post]:
        """The posts of ``tick`` by ``authors``, in their total order.

        Args:
            shard: whose mail it is.
            authors: whom its agents follow.
            tick: in which the posts were published.
            count: how many there are; all of them are on the server.
            since: place of the first post of that tick.
            again: whether another worker may have read it before.

        Raises:
            BusError: if they do not come.
        """
        found: dict[PostId, Post] = {}
        wanted = _Wanted(tick, frozenset(authors), found)
        if count and not again:
            await self._draw(self._names.readers(shard), wanted, count, seconds=_LAG_SECONDS)
        if len(found) < count:
            await self._read_again(authors, wanted, count, since)
        return sorted(found.values(), key=lambda post: post.order)

    def forget(self, tick: int) -> None:
        """Drop the posts of ``tick`` and before."""
        self._arrivals.forget(tick)

    async def _read_again(self, authors: Collection[UserId], wanted: _Wanted, count: int, since: int) -> None:
        stream = self._names.posts.stream
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=since,
            ack_policy=AckPolicy.NONE,
            filter_subjects=read_subjects(self._names.posts, authors),
            inactive_threshold=_IDLE_SECONDS,
        )
        made = await self._link.call("read posts again", lambda: self._link.js.add_consumer(stream, config))
        try:
            await self._draw(made.name, wanted, count, seconds=self._link.patience)
        finally:
            with suppress(Error, BusError):  # it goes by itself when nobody uses it
                await self._link.js.delete_consumer(stream, made.name)
        if len(wanted.found) < count:
            got = f"{len(wanted.found)} of {count} posts of tick {wanted.tick}"
            remedy = "if the server has lost its store, continue with s3agents resume"
            raise BusError(explain("posts", wanted="the server to have what it stored", got=got, remedy=remedy))

    async def _draw(self, consumer: str, wanted: _Wanted, count: int, *, seconds: float) -> None:
        """Have ``consumer`` hand out posts until all are there, or none come for so many seconds."""
        loop = asyncio.get_running_loop()
        last = loop.time()
        while (missing := count - len(wanted.found)) > 0 and loop.time() - last < seconds:
            most = min(_MOST, missing) if wanted.exact else _MOST
            messages = await self._link.call("deliver posts", partial(self._ask, consumer, most))
            for message in messages:
                wanted.take(self._arrivals.post(message.metadata.sequence.stream, message))
            if messages:
                last = loop.time()
            else:
                await asyncio.sleep(_LOOK_SECONDS)

    async def _ask(self, consumer: str, most: int) -> list[Msg]:
        async with pulling(self._link) as puller:
            return await puller.ask(self._names.posts.stream, consumer, most)


class _Wanted:
    """Which posts are looked for, and which of them are here."""

    def __init__(self, tick: int, authors: frozenset[UserId], found: dict[PostId, Post]) -> None:
        self.tick, self.found, self._authors = tick, found, authors
        self.exact = True

    def take(self, post: Post) -> None:
        if post.tick == self.tick and post.author in self._authors:
            self.found[post.id] = post
        else:
            self.exact = False  # what comes is not only what is wanted, so that more has to be asked for
