"""NatsBus: the bus over NATS JetStream: one stream per run, one durable consumer per shard."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Final

import structlog
from nats.js.errors import NotFoundError

from s3agents.bus.base import Shard
from s3agents.bus.nats_arrivals import Arrivals
from s3agents.bus.nats_credentials import NatsCredentials
from s3agents.bus.nats_leftovers import remove_leftovers
from s3agents.bus.nats_link import NatsLink
from s3agents.bus.nats_posts import MAX_AGE, MAX_BYTES, post_message, post_stream
from s3agents.bus.nats_reader import NatsReader
from s3agents.bus.nats_subjects import RunSubjects
from s3agents.bus.nats_writer import NatsWriter
from s3agents.bus.refusals import already_open, not_open, refuse_forgotten, unknown_shard
from s3agents.errors import BusError
from s3agents.events import Post
from s3agents.ids import PostId

__all__ = ["MAX_AGE", "MAX_BYTES", "NatsBus", "NatsCredentials"]

_AT_ONCE: Final = 8  # consumers made at the same time

_log = structlog.get_logger(__name__)


class _Opening:
    """What a bus holds while it is open.

    Args:
        run: name of the run.
        link: a connection.
        shards: of the run.
    """

    def __init__(self, run: str, link: NatsLink, shards: Collection[Shard]) -> None:
        self.names, self.link, self.writer = RunSubjects(run), link, NatsWriter(link)
        self.arrivals = Arrivals()
        self.readers = {shard.number: NatsReader(link, self.names, shard, self.arrivals) for shard in shards}
        self.forgotten = -1
        self._made = False
        self._first: dict[int, int] = {}  # place of the first post of each tick that is not forgotten
        self._last = self._purged = 0

    async def begin(self, replicas: int, max_bytes: int) -> None:
        """Connect; make the stream, without what an earlier run of that name has left, and the consumers."""
        await self.link.connect()
        await self.link.call("remove the stream of an earlier run", self._remove_stream)
        await remove_leftovers(self.link, self.names.mark, keep=self.names.stream)
        await self.link.call("make a stream", lambda: self._add_stream(replicas, max_bytes))
        self._made = True
        places = asyncio.Semaphore(_AT_ONCE)

        async def bind(reader: NatsReader) -> None:
            async with places:
                await reader.bind()

        await asyncio.gather(*(bind(reader) for reader in self.readers.values()))

    async def end(self) -> None:
        """Wake who still waits for posts, remove the stream, disconnect."""
        try:
            if self._made:
                await self._tidy()
        except BusError as exc:
            _log.warning("stream left on the server", stream=self.names.stream, error=str(exc))
        finally:
            await self.link.close()

    async def _tidy(self) -> None:
        with self.link.translated("remove the run's stream"):
            if not self.link.up:
                raise ConnectionError("it is not there")
            for reader in self.readers.values():
                await reader.release()
            async with self.link.unbroken():
                await self._remove_stream()

    async def publish(self, posts: Sequence[Post]) -> None:
        """Have ``posts`` stored, and note where in the stream they lie."""
        places = await self.writer.send(post_message(self.names, post) for post in posts)
        for post in posts:
            place = places[self.names.message_id(post.id)]
            self._first[post.tick] = min(place, self._first.get(post.tick, place))
            self._last = max(self._last, place)

    async def forget(self, tick: int) -> None:
        """Drop the posts of ``tick`` and before: here, and in the stream as far as nothing older is to be kept."""
        self.forgotten = max(self.forgotten, tick)
        self.arrivals.forget(tick)
        for reader in self.readers.values():
            reader.forget(tick)
        self._first = {later: place for later, place in self._first.items() if later > tick}
        floor = min(self._first.values(), default=self._last + 1)
        if floor > self._purged + 1:
            self._purged = floor - 1
            await self.link.call("purge", lambda: self.link.quick.purge_stream(self.names.stream, seq=floor))

    async def _remove_stream(self) -> None:
        try:
            await self.link.js.delete_stream(self.names.stream)
        except NotFoundError:
            return

    async def _add_stream(self, replicas: int, max_bytes: int) -> None:
        await self.link.js.add_stream(post_stream(self.names, replicas=replicas, max_bytes=max_bytes))


class NatsBus:
    """A :class:`~s3agents.bus.base.Bus` on a NATS server (2.10 or newer) with JetStream.

    The posts of a run are a stream; a shard is a durable consumer whose subjects are exactly the authors that its
    agents follow. Names of runs are the caller's to keep apart: opening a run removes what an earlier one of that name
    has left, and, where the name is ``RUN/OPENING``, what other openings of ``RUN`` have left.

    Args:
        url: ``nats://host:port`` or ``tls://host:port``; several servers of one cluster are separated by commas.
        credentials: what the server asks for; none by default.
        replicas: servers of the cluster that keep a copy of each post.
        patience: seconds for which a server may be away, say to restart, without ending the run.
        max_bytes: of posts not yet forgotten that the stream may hold; the server sets so much disk aside.
    """

    def __init__(
        self,
        url: str,
        credentials: NatsCredentials | None = None,
        *,
        replicas: int = 1,
        patience: float = 30.0,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._url, self._credentials = url, credentials or NatsCredentials()
        self._replicas, self._patience, self._max_bytes = replicas, patience, max_bytes
        self._opening: _Opening | None = None

    async def open(self, run: str, shards: Collection[Shard]) -> None:
        """Connect, and make the stream and consumers of ``run``.

        Raises:
            BusError: if the server cannot be reached or refuses.
        """
        if self._opening is not None:
            raise already_open(self._opening.names.run)
        link = NatsLink(self._url, self._credentials, patience=self._patience)
        opening = _Opening(run, link, shards)
        try:
            await opening.begin(self._replicas, self._max_bytes)
        except BaseException:
            await opening.end()
            raise
        self._opening = opening

    async def publish(self, posts: Sequence[Post]) -> None:
        """Return when the server has stored ``posts``.

        Raises:
            BusError: if it has not, or the tick of one was forgotten.
        """
        opening = self._opened()
        refuse_forgotten(posts, opening.forgotten)
        await opening.publish(posts)

    async def receive(self, shard: int, ids: Collection[PostId]) -> list[Post]:
        """The posts ``ids``, once they have reached ``shard``, in their total order."""
        opening = self._opened()
        if shard not in opening.readers:
            raise unknown_shard(shard, len(opening.readers))
        return await opening.readers[shard].receive(ids)

    async def forget(self, tick: int) -> None:
        """Drop the posts of ``tick`` and before, here and on the server."""
        await self._opened().forget(tick)

    async def close(self) -> None:
        """Remove the run's stream and disconnect."""
        opening, self._opening = self._opening, None
        if opening is not None:
            await opening.end()

    def _opened(self) -> _Opening:
        if self._opening is None:
            raise not_open()
        return self._opening
