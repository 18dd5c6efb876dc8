"""NatsReader: the posts of one shard, by a durable consumer whose subjects are the shard's follow edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError, ServiceUnavailableError
from pydantic import ValidationError

from s3agents.bus.base import Shard
from s3agents.bus.ledger import not_open
from s3agents.bus.nats_link import NatsLink
from s3agents.bus.nats_subjects import RunSubjects
from s3agents.errors import BusError, explain
from s3agents.events import Post, decode_post
from s3agents.ids import PostId

__all__ = ["MOST_SUBJECTS", "NatsReader"]

MOST_SUBJECTS: Final = 3_000
"""A shard with more authors reads all posts and picks its own: the server compares the subjects of a consumer pairwise
when it makes it (0.1 s for 1,000, 1 s for 3,000, 4 s for 6,000)."""

_MOST_BYTES: Final = 256 * 1024  # of subjects in one request; servers take 1 MB by default
_BATCH: Final = 1_000
_WAIT_SECONDS: Final = 30.0  # a request that found nothing is renewed so often
_ACK_SECONDS: Final = 24 * 3600.0  # the server is not to send again what waits here for the end of its tick


class NatsReader:
    """Collects the posts of one shard, tick by tick.

    The stream is in order and a marker follows the last post of its tick, so what comes before the marker is the tick.
    What a broken connection or a cancelled call may have swallowed is fetched again: the consumer is then made anew,
    from the message after the last that is in hand.

    Args:
        link: the connection.
        names: of the run.
        shard: whose posts to read.

    Attributes:
        position: place in the stream up to which everything for this shard is in hand.
    """

    def __init__(self, link: NatsLink, names: RunSubjects, shard: Shard) -> None:
        self._link, self._names = link, names
        self._consumer = f"shard-{shard.number}"
        self._subjects = frozenset(map(names.posts_of, shard.authors))
        self._sub: JetStreamContext.PullSubscription | None = None
        self._bound: int | None = None
        self._delivered = 0
        self._over = -1
        self._mail: dict[int, dict[PostId, Post]] = {}
        self._unacknowledged: Msg | None = None
        self._released = False
        self.position = 0

    async def bind(self) -> None:
        """Make the consumer, at :attr:`position`, and get ready to pull from it.

        Raises:
            BusError: if the server refuses, or has lost the stream.
        """
        generation = self._link.generation
        if self._sub is not None:
            await self._unbind(self._sub)
        await self._link.call(f"make consumer {self._consumer}", self._make_consumer)
        with self._link.translated("subscribe"):
            self._sub = await self._link.js.pull_subscribe_bind(
                self._consumer, self._names.stream, pending_msgs_limit=0, pending_bytes_limit=0
            )
        self._delivered, self._unacknowledged, self._bound = 0, None, generation

    async def read(self, tick: int) -> list[Post]:
        """The posts of ``tick``, in their total order; waits for the tick's marker. Earlier ticks are dropped.

        Raises:
            BusError: if the server is gone, or the reader was released.
        """
        while self._over < tick:
            await self._ready()
            self._take(await self._fetch())
        await self._acknowledge()
        posts = self._mail.pop(tick, {})
        self._mail = {later: mail for later, mail in self._mail.items() if later > tick}
        return sorted(posts.values(), key=lambda post: post.order)

    async def release(self) -> None:
        """Stop reading; a call of :meth:`read` under way raises when it wakes."""
        self._released = True
        if self._sub is not None:
            await self._unsubscribe(self._sub)

    async def _ready(self) -> None:
        if self._released:
            raise not_open()
        await self._link.usable()
        if self._bound != self._link.generation:
            await self.bind()

    async def _fetch(self) -> Sequence[Msg]:
        """One batch, as soon as there is anything; nothing if the wait ran out or was cut short."""
        if self._sub is None:
            raise not_open()
        bound, self._bound = self._bound, None  # until the batch is in hand, part of it may get lost
        batch: Sequence[Msg] = ()
        with self._link.translated("deliver posts"):
            try:
                async with self._link.unbroken():
                    batch = await self._sub.fetch(_BATCH, timeout=_WAIT_SECONDS)
            except ServiceUnavailableError:  # the consumer is away, or was lost
                return ()
            except TimeoutError:
                pass
        self._bound = bound
        return batch

    def _take(self, batch: Sequence[Msg]) -> None:
        """Put a batch in hand, unless the count of deliveries tells that something before it was lost."""
        if not batch:
            return
        last = batch[-1].metadata.sequence
        if last.consumer != self._delivered + len(batch):
            self._bound = None
            return
        for message in batch:
            self._sort(message)
        self._delivered, self._unacknowledged = last.consumer, batch[-1]
        self.position = max(self.position, last.stream)

    def _sort(self, message: Msg) -> None:
        if message.subject == self._names.tick:
            self._over = max(self._over, int(message.data))
        elif message.subject in self._subjects:
            post = _decoded(message)
            self._mail.setdefault(post.tick, {}).setdefault(post.id, post)

    async def _acknowledge(self) -> None:
        """Tell the server that all up to here is in hand."""
        message, self._unacknowledged = self._unacknowledged, None
        if message is not None:
            with self._link.translated("take an acknowledgement"):
                await message.ack()

    async def _make_consumer(self) -> None:
        config = ConsumerConfig(
            name=self._consumer,
            durable_name=self._consumer,
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=self.position + 1,
            ack_policy=AckPolicy.ALL,
            ack_wait=_ACK_SECONDS,
            max_ack_pending=-1,
            filter_subjects=self._filters(),
        )
        await self._link.js.add_consumer(self._names.stream, config)

    def _filters(self) -> list[str]:
        subjects = sorted(self._subjects)
        if len(subjects) > MOST_SUBJECTS or sum(map(len, subjects)) > _MOST_BYTES:
            subjects = [self._names.all_posts]
        return [*subjects, self._names.tick]

    async def _unbind(self, sub: JetStreamContext.PullSubscription) -> None:
        await self._unsubscribe(sub)
        await self._link.call(f"remove consumer {self._consumer}", self._remove_consumer)

    async def _remove_consumer(self) -> None:
        try:
            await self._link.js.delete_consumer(self._names.stream, self._consumer)
        except NotFoundError:
            return

    async def _unsubscribe(self, sub: JetStreamContext.PullSubscription) -> None:
        self._sub = None
        with self._link.translated("unsubscribe"):
            await sub.unsubscribe()


def _decoded(message: Msg) -> Post:
    try:
        return decode_post(message.data)
    except ValidationError as exc:
        got = "something else, from another program"
        raise BusError(explain(f"message on {message.subject}", wanted="a post", got=got)) from exc
