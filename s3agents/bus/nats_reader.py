"""NatsReader: the posts of one shard, by a durable consumer whose subjects are the shard's follow edges."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from functools import partial
from typing import Final

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, Header
from nats.js.errors import NotFoundError

from s3agents.bus.base import Shard
from s3agents.bus.nats_arrivals import Arrivals
from s3agents.bus.nats_link import NatsLink
from s3agents.bus.nats_posts import read_subjects
from s3agents.bus.nats_subjects import RunSubjects
from s3agents.bus.refusals import not_open
from s3agents.errors import BusError, explain
from s3agents.events import Post
from s3agents.ids import PostId

__all__ = ["NatsReader"]

_BATCH: Final = 1_000  # posts asked for at once; when half of them have come, as many again
_ASK_SECONDS: Final = 600.0  # a request that is not used up is renewed so often
_LOST_SECONDS: Final = 5.0  # what is waited for and does not come in that time is fetched again
_EXPIRED: Final = ("404", "408")  # statuses that end a request and say nothing of the consumer


class NatsReader:
    """Keeps the posts of one shard as they come.

    The server sends what it has as long as it was asked for enough. What a broken connection may have swallowed is
    fetched again: the consumer is then made anew, from the message after the last that is in hand. A gap in the count
    of deliveries shows that one was lost, and so does a post that is waited for and does not come.

    Args:
        link: the connection.
        names: of the run.
        shard: whose posts to read.
        arrivals: what has come to this process.
    """

    def __init__(self, link: NatsLink, names: RunSubjects, shard: Shard, arrivals: Arrivals) -> None:
        self._link, self._names, self._arrivals = link, names, arrivals
        self._consumer = f"shard-{shard.number}"
        self._subjects = frozenset(map(names.posts_of, shard.authors))
        self._authors = shard.authors
        self._here: dict[PostId, Post] = {}
        self._waiting: list[tuple[set[PostId], asyncio.Future[None]]] = []
        self._sub: Subscription | None = None
        self._inbox = ""
        self._bound: int | None = None
        self._binding = asyncio.Lock()
        self._bindings = self._delivered = self._asked = self._position = 0
        self._failure: BusError | None = None
        self._released = False

    async def bind(self) -> None:
        """Make the consumer, after the last post in hand, and have it send; a shard that follows nobody needs none.

        Raises:
            BusError: if the server refuses, or has lost the stream.
        """
        if not self._subjects:
            return
        generation = self._link.generation
        if self._sub is not None:
            await self._unsubscribe(self._sub)
            await self._link.call(f"remove consumer {self._consumer}", self._remove_consumer)
        await self._link.call(f"make consumer {self._consumer}", self._make_consumer)
        self._bindings, self._delivered, self._asked = self._bindings + 1, 0, 0
        with self._link.translated("deliver posts"):
            client = self._link.client
            self._inbox = client.new_inbox()
            take = partial(self._take, self._bindings)
            self._sub = await client.subscribe(self._inbox, cb=take, pending_msgs_limit=0, pending_bytes_limit=0)
            self._bound = generation
            await self._ask()

    async def receive(self, ids: Collection[PostId]) -> list[Post]:
        """The posts ``ids`` in their total order; waits until all are here.

        Raises:
            BusError: if the server is gone, the reader was released, or nothing comes for as long as one waits for a
                server: it no longer has them.
        """
        wanted = set(ids)
        loop, position = asyncio.get_running_loop(), self._position
        began = loop.time()
        with self._link.told("deliver posts"):
            while missing := wanted - self._here.keys():
                await self._ready()
                if self._position != position:
                    position, began = self._position, loop.time()
                elif loop.time() - began > self._link.patience + _LOST_SECONDS:
                    raise self._lost_for_good(missing)
                await self._arrival(missing)
        return sorted((self._here[post] for post in wanted), key=lambda post: post.order)

    def _lost_for_good(self, missing: set[PostId]) -> BusError:
        what, few = f"posts for {self._consumer}", ", ".join(sorted(missing)[:3])
        got = f"nothing for {self._link.patience:g} s; {len(missing)} are missing, such as {few}"
        remedy = "if the server has lost its store, or its clock has jumped, continue with s3agents resume"
        return BusError(explain(what, wanted="the server to have what it stored", got=got, remedy=remedy))

    def forget(self, tick: int) -> None:
        """Drop the posts of ``tick`` and before."""
        self._here = {key: post for key, post in self._here.items() if post.tick > tick}

    async def release(self) -> None:
        """Stop reading; a call of :meth:`receive` under way raises."""
        self._released = True
        self._wake()
        if self._sub is not None:
            await self._unsubscribe(self._sub)

    async def _ready(self) -> None:
        async with self._binding:
            if self._released:
                raise not_open()
            if self._failure is not None:
                raise self._failure
            await self._link.usable()
            if self._bound != self._link.generation:
                await self.bind()

    async def _arrival(self, missing: set[PostId]) -> None:
        """Wait for ``missing``; come back before that when something has happened that may keep them away."""
        missing -= self._here.keys()  # what came while the consumer was made
        arrived = asyncio.get_running_loop().create_future()
        if self._bound is None or not missing:
            return
        waiting, position = (missing, arrived), self._position
        self._waiting.append(waiting)
        try:
            async with self._link.unbroken(), asyncio.timeout(_LOST_SECONDS):
                await arrived
        except TimeoutError:
            if self._position == position:
                self._bound = None
        finally:
            self._waiting.remove(waiting)

    def _wake(self) -> None:
        """Have everybody who waits look again."""
        for _, arrived in self._waiting:
            if not arrived.done():
                arrived.set_result(None)

    def _lost(self) -> None:
        """Note that something did not come through, or may not."""
        self._bound = None
        self._wake()

    async def _take(self, binding: int, message: Msg) -> None:
        """Put a post in hand, unless the count of deliveries tells that something before it was lost."""
        if binding != self._bindings or self._bound is None:
            return
        self._asked -= 1
        if not message.reply:
            await self._note(message)
            return
        parts = message.reply.split(".")  # $JS.ACK.[DOMAIN.ACCOUNT.]STREAM.CONSUMER.TIMES.PLACE.DELIVERY.TIME.PENDING
        at = 4 if len(parts) < 11 else 6
        place, delivery = int(parts[at + 1]), int(parts[at + 2])
        if delivery != self._delivered + 1:
            self._lost()
            return
        self._delivered, self._position = delivery, place
        if message.subject in self._subjects:
            self._keep(place, message)
        if self._asked <= _BATCH // 2:
            await self._ask()

    def _keep(self, place: int, message: Msg) -> None:
        try:
            post = self._arrivals.post(place, message)
        except BusError as error:
            self._failure = error
            self._lost()
            return
        self._here.setdefault(post.id, post)
        for missing, arrived in self._waiting:
            missing.discard(post.id)
            if not missing and not arrived.done():
                arrived.set_result(None)

    async def _note(self, status: Msg) -> None:
        """Heed what the server says of a request: used up in time, or the consumer is gone."""
        code = (status.headers or {}).get(Header.STATUS.value, "")
        if code in _EXPIRED:
            self._asked = 0
            await self._ask()
        else:
            self._lost()

    async def _ask(self) -> None:
        """Have the server send more."""
        self._asked += _BATCH
        request = {"batch": _BATCH, "expires": int(_ASK_SECONDS * 1e9)}
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{self._names.stream}.{self._consumer}"
        try:
            await self._link.client.publish(subject, json.dumps(request).encode(), reply=self._inbox)
        except Error:  # the connection is gone, and whoever waits is told
            self._lost()

    async def _make_consumer(self) -> None:
        config = ConsumerConfig(
            name=self._consumer,
            durable_name=self._consumer,
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=self._position + 1,
            ack_policy=AckPolicy.NONE,
            filter_subjects=read_subjects(self._names, self._authors),
        )
        await self._link.js.add_consumer(self._names.stream, config)

    async def _remove_consumer(self) -> None:
        try:
            await self._link.js.delete_consumer(self._names.stream, self._consumer)
        except NotFoundError:
            return

    async def _unsubscribe(self, sub: Subscription) -> None:
        self._sub = None
        with self._link.translated("unsubscribe"):
            await sub.unsubscribe()
