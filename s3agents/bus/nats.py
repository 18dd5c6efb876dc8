"""NatsBus: the bus over NATS JetStream: one stream per run, one durable consumer per shard."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Final

import structlog
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from s3agents.bus.base import Shard
from s3agents.bus.ledger import Ledger, already_open, not_open
from s3agents.bus.nats_credentials import NatsCredentials
from s3agents.bus.nats_link import NatsLink
from s3agents.bus.nats_reader import NatsReader
from s3agents.bus.nats_subjects import RunSubjects
from s3agents.bus.nats_writer import Message, NatsWriter
from s3agents.errors import BusError, explain
from s3agents.events import Post, encode_post

__all__ = ["MAX_AGE", "MAX_BYTES", "NatsBus", "NatsCredentials"]

MAX_BYTES: Final = 1 << 30
"""Bytes of posts not yet collected that the stream of a run may hold; a full stream refuses, and loses nothing."""

MAX_AGE: Final = 7 * 24 * 3600.0
"""Seconds after which a post goes: what a run that never closed its bus leaves behind does not stay for good."""

_DUPLICATES: Final = 120.0  # seconds for which the server knows ids; readers drop repeats whenever they come
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
        self.ledger = Ledger(shard.number for shard in shards)
        self.readers = {shard.number: NatsReader(link, self.names, shard) for shard in shards}
        self._made, self._purged = False, 0

    async def begin(self, replicas: int, max_bytes: int) -> None:
        """Connect; make the stream, without what an earlier run of that name has left, and the consumers."""
        await self.link.connect()
        await self.link.call("remove the stream of an earlier run", self._remove_stream)
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

    async def purge(self) -> None:
        """Drop from the stream what every shard has in hand; cheap as long as nothing has been put behind it."""
        floor = min((reader.position for reader in self.readers.values()), default=0)
        if floor > self._purged:
            self._purged = floor
            await self.link.call("purge", lambda: self.link.js.purge_stream(self.names.stream, seq=floor + 1))

    def message(self, post: Post) -> Message:
        about = f"post {post.id!r}"
        try:
            data = encode_post(post)
        except ValueError as exc:
            raise BusError(explain(about, wanted="text that UTF-8 can express", got="a lone surrogate")) from exc
        return Message(self.names.message_id(post.id), self.names.posts_of(post.author), data, about)

    def marker(self, tick: int) -> Message:
        return Message(self.names.marker_id(tick), self.names.tick, str(tick).encode(), f"the end of tick {tick}")

    async def _remove_stream(self) -> None:
        try:
            await self.link.js.delete_stream(self.names.stream)
        except NotFoundError:
            return

    async def _add_stream(self, replicas: int, max_bytes: int) -> None:
        config = StreamConfig(
            name=self.names.stream,
            description="posts of a run of s3agents",
            subjects=[self.names.all_posts, self.names.tick],
            retention=RetentionPolicy.LIMITS,
            discard=DiscardPolicy.NEW,
            max_bytes=max_bytes,
            max_age=MAX_AGE,
            storage=StorageType.FILE,
            num_replicas=replicas,
            duplicate_window=_DUPLICATES,
        )
        await self.link.js.add_stream(config)


class NatsBus:
    """A :class:`~s3agents.bus.base.Bus` on a NATS server (2.10 or newer) with JetStream.

    The posts of a run are a stream; a shard is a durable consumer whose subjects are exactly the authors that its
    agents follow. Names of runs are the caller's to keep apart: opening a run removes what an earlier one of that name
    has left.

    Args:
        url: ``nats://host:port`` or ``tls://host:port``; several servers of one cluster are separated by commas.
        credentials: what the server asks for; none by default.
        replicas: servers of the cluster that keep a copy of each post.
        patience: seconds for which a server may be away, say to restart, without ending the run.
        max_bytes: of posts not yet collected that the stream may hold; the server sets so much disk aside.
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
            BusError: if it has not, or the tick of one is over.
        """
        opening = self._opened()
        opening.ledger.admit(posts)
        await opening.purge()
        await opening.writer.send([opening.message(post) for post in posts])

    async def end_tick(self, tick: int) -> None:
        """Put the marker of ``tick`` behind its posts."""
        opening = self._opened()
        if tick > opening.ledger.over:
            await opening.purge()
            await opening.writer.send([opening.marker(tick)])
            opening.ledger.end(tick)

    async def collect(self, shard: int, tick: int) -> list[Post]:
        """The posts of ``tick`` for ``shard``, in their total order."""
        opening = self._opened()
        opening.ledger.begin(shard, tick)
        posts = await opening.readers[shard].read(tick)
        opening.ledger.done(shard, tick)
        return posts

    async def close(self) -> None:
        """Remove the run's stream and disconnect."""
        opening, self._opening = self._opening, None
        if opening is not None:
            await opening.end()

    def _opened(self) -> _Opening:
        if self._opening is None:
            raise not_open()
        return self._opening
