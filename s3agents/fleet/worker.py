"""Worker: takes orders of a run, has the agents of their shards take their turns, and settles what comes of it.

An order is settled in three steps, each of which may be repeated by anybody: what the turns came to is added to the log
of the shard, where the first to do so wins; the posts of whoever won are published, under ids by which repeats are
known; a mark says that they are out. Then the order is taken off. A worker that dies, is stopped or cut off between any
two of these is as if it had not begun: its lease ends, and another worker goes on from what is in the log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import orjson
import structlog
from nats.aio.msg import Msg

from s3agents.agents.shards import authors_of, users_of
from s3agents.bus.nats_link import NatsLink
from s3agents.bus.nats_posts import post_message
from s3agents.bus.nats_writer import NatsWriter
from s3agents.cognition.turn import TurnResult
from s3agents.errors import BusError, S3AgentsError
from s3agents.events import Delivery, Post
from s3agents.fleet.basket import pack_replies
from s3agents.fleet.names import FleetNames
from s3agents.fleet.news import News, Standing
from s3agents.fleet.offer import Offer, ask_for_offers
from s3agents.fleet.order_search import OrderSearch
from s3agents.fleet.orders import HeldOrder, Order, OrderDesk
from s3agents.fleet.shard_log import Entry, ShardLog
from s3agents.fleet.shard_mail import ShardMail
from s3agents.fleet.shelf import Shelf
from s3agents.fleet.turn_codec import pack_turns, unpack_turns
from s3agents.fleet.turn_pool import ShardTurns, TurnPool
from s3agents.network.feed import deliveries
from s3agents.network.society import Society

__all__ = ["Worker"]

_PREPARING = 2  # orders whose turns are not known yet, at once
_NEWS_SECONDS = 1.0
_WATCH_SECONDS = 5.0  # between looks whether the run is still there
_LEASE_PARTS = 3  # in which a lease is extended

_log = structlog.get_logger(__name__)


class _Hand:
    """An order in hand.

    Attributes:
        held: the order.
        turns: its turns, once they are known.
    """

    def __init__(self, held: HeldOrder) -> None:
        self.held = held
        self.turns: ShardTurns | None = None

    @property
    def standing(self) -> Standing:
        order, turns = self.held.order, self.turns
        due, done = (0, 0) if turns is None else (len(turns.due), turns.done)
        return Standing(shard=order.shard, tick=order.tick, due=due, done=done)


class Worker:
    """Works for one opening of a run.

    Args:
        link: a connection, open.
        offer: the run.
        name: of the worker; no two have the same.
        society: users and edges, as the run has them.
        shelf: the shards in memory.
        log: what shards come to.
        shard: users that share one.
        concurrency: turns under way at once.
    """

    def __init__(
        self,
        link: NatsLink,
        offer: Offer,
        *,
        name: str,
        society: Society,
        shelf: Shelf,
        log: ShardLog,
        shard: int,
        concurrency: int,
    ) -> None:
        names = FleetNames.of(offer.opening)
        self.name, self._link, self._offer, self._names = name, link, offer, names
        self._society, self._size, self._shelf, self._log = society, shard, shelf, log
        start = int.from_bytes(name.encode()[-4:], "big") % offer.lanes
        self._search = OrderSearch(OrderDesk(link, names, log, lanes=offer.lanes, start=start))
        self._mail, self._writer = ShardMail(link, names), NatsWriter(link)
        self._changed = asyncio.Event()
        self._pool = TurnPool(concurrency, on_room=self._note_room)
        self._hands: dict[int, _Hand] = {}
        self._attempts = 0
        self._ended: str | None = None

    async def run(self) -> str | None:
        """Work until the run is over, or not there any more.

        Returns:
            How it ended: ``done``, or ``broken off``; ``None`` if it has gone without a word.

        Raises:
            BusError: if the server is gone.
            Exception: what ended a turn that can be had no other way; the coordinator has been told.
        """
        subscriptions = [
            await self._link.client.subscribe(self._names.end, cb=self._hear_end),
            await self._link.client.subscribe(self._names.wake, cb=self._hear_wake),
        ]
        tasks = {asyncio.create_task(step()) for step in (self._take_orders, self._keep, self._watch)}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._pool.close()
            if self._link.up:
                for subscription in subscriptions:
                    await subscription.unsubscribe()
        return self._ended

    async def _take_orders(self) -> None:
        """Take orders while there is room for their turns, and settle them side by side."""
        try:
            async with asyncio.TaskGroup() as group:
                while self._ended is None:
                    self._changed.clear()
                    held = await self._next_order()
                    if held is None:
                        await self._wait()
                    elif held.order.shard not in self._hands:
                        hand = self._hands[held.order.shard] = _Hand(held)
                        group.create_task(self._work(hand))
                raise _Over
        except LookupError:
            return
        except BaseExceptionGroup as errors:
            for error in errors.exceptions:
                if not isinstance(error, LookupError | _Over):
                    raise error from errors

    def _has_room(self) -> bool:
        return self._preparing < _PREPARING and self._pool.waiting <= 2 * self._pool.concurrency

    def _is_idle(self) -> bool:
        """Whether there is room that what is in hand will not fill."""
        return self._preparing == 0 and self._pool.waiting == 0 and self._pool.busy <= self._pool.concurrency // 2

    @property
    def _preparing(self) -> int:
        return sum(hand.turns is None for hand in self._hands.values())

    async def _next_order(self) -> HeldOrder | None:
        """An order, if there is room for its turns, and reason to think that there is one."""
        if not self._has_room():
            return None
        try:
            return await self._search.look(idle=self._is_idle())
        except LookupError:
            if self._offer.opening not in {offer.opening for offer in await ask_for_offers(self._link)}:
                raise
            return None

    def _note_room(self) -> None:
        if self._search.due(idle=self._is_idle()) <= asyncio.get_running_loop().time():
            self._changed.set()

    async def _wait(self) -> None:
        """Wait until something has changed, or it is time to look for orders again."""
        try:
            async with asyncio.timeout_at(self._search.due(idle=self._is_idle()) if self._has_room() else None):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _work(self, hand: _Hand) -> None:
        order = hand.held.order
        try:
            settled = await self._settle(hand)
            if settled:
                await hand.held.finish()
            else:
                await hand.held.give_back()
        except Exception as error:
            self._shelf.drop(order.shard)
            await self._tell_trouble(hand.held, error)
            raise
        finally:
            del self._hands[order.shard]
            self._changed.set()

    async def _settle(self, hand: _Hand) -> bool:
        """Whether all that an order asks for is done, by whomever."""
        order = hand.held.order
        entry, results = await self._known(order) if hand.held.again else None, None
        if entry is None:
            try:
                entry, results = await self._play(hand)
            except LookupError:  # the log is not where the order says: somebody else is further
                self._shelf.drop(order.shard)
        if entry is None:
            entry = await self._known(order)
        if entry is None:
            return False
        if entry.tick == order.tick and entry.posts:
            try:
                await self._publish(entry, results)
            except LookupError:  # no longer kept, hence recorded
                return True
        return True

    async def _known(self, order: Order) -> Entry | None:
        """What is in the log already, by somebody else, of the tick of ``order`` or a later one."""
        last = await self._log.last(order.shard)
        return last if last is not None and last.place > order.after else None

    async def _play(self, hand: _Hand) -> tuple[Entry | None, Sequence[TurnResult] | None]:
        """Have the agents take their turns, and add what comes of it to the log; ``None`` if another was first."""
        order = hand.held.order
        crowd = await self._shelf.crowd(order)
        due = crowd.due(order.tick, await self._inboxes(order, again=hand.held.again), order.said)
        await crowd.prepare(due)
        hand.turns = turns = ShardTurns(crowd, order.tick, due)
        self._changed.set()
        results = await self._pool.take(turns)
        states, whole = await self._shelf.states(order.shard, results)
        entry = await self._log.add(await self._entry(turns, order, results, states, whole), after=order.after)
        if entry is None:
            self._shelf.drop(order.shard)
            return None, None
        self._shelf.settle(entry, len(states), due, results)
        return entry, results

    async def _inboxes(self, order: Order, *, again: bool) -> dict[int, list[Delivery]]:
        users = users_of(order.shard, self._size, len(self._society.ids))
        if not order.mail:
            return {}
        posts = await self._mail.read(
            order.shard,
            authors_of(self._society, users),
            tick=order.tick - 1,
            count=order.mail,
            since=order.since,
            again=again,
        )
        self._mail.forget(order.tick - 2)
        return deliveries(posts, users, self._society)

    async def _entry(
        self, turns: ShardTurns, order: Order, results: Sequence[TurnResult], states: bytes, whole: bool
    ) -> Entry:
        self._attempts += 1
        after = {result.record.user: result.state for result in results if result.state is not None}
        known = {**turns.crowd.states, **after}
        intended = [state.intentions[0].due for state in known.values() if state.intentions]
        return Entry(
            shard=order.shard,
            tick=order.tick,
            by=f"{self.name}/{self._attempts}",
            due=len(results),
            failed=turns.failed,
            posts=sum(len(result.posts) for result in results),
            next=min(intended, default=None),
            awake=len(known),
            whole=whole,
            states=await self._log.store(order.shard, states),
            pieces=(pack_turns(results), pack_replies(turns.basket)),
        )

    async def _publish(self, entry: Entry, results: Sequence[TurnResult] | None) -> None:
        """See to it that the posts of ``entry`` are out, and say so."""
        if results is None:
            results = unpack_turns((await self._log.body(entry))[0])
        posts: list[Post] = [post for result in results for post in result.posts]
        places = (await self._writer.send(post_message(self._names.posts, post) for post in posts)).values()
        mark = orjson.dumps([entry.shard, entry.tick, min(places)])
        subject = self._names.done(entry.shard)
        await self._link.call("mark posts as published", lambda: self._link.js.publish(subject, mark))

    async def _keep(self) -> None:
        """Extend the leases of what is in hand, and say that we live."""
        extended = told = 0.0
        loop = asyncio.get_running_loop()
        lease = self._offer.lease / _LEASE_PARTS
        while True:
            now = loop.time()
            if self._link.up and now >= extended + lease:
                extended = now
                for hand in list(self._hands.values()):
                    await hand.held.extend()
            if self._link.up and now >= told + _NEWS_SECONDS:
                told = now
                await self._tell(News(worker=self.name, standing=tuple(h.standing for h in self._hands.values())))
            await asyncio.sleep(min(lease, _NEWS_SECONDS) / 2)

    async def _watch(self) -> None:
        """Return when the run has another opening: this one's coordinator is gone."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            offers = [offer for offer in await ask_for_offers(self._link) if offer.run == self._offer.run]
            if offers and self._offer.opening not in {offer.opening for offer in offers}:
                _log.info("the run goes on elsewhere", run=self._offer.run)
                return

    async def _tell_trouble(self, held: HeldOrder, error: Exception) -> None:
        """Tell the coordinator, and let somebody else have the order; if the server is gone, the lease ends."""
        try:
            text = str(error) if isinstance(error, S3AgentsError) else f"{type(error).__name__}: {error}"
            await self._tell(News(worker=self.name, shard=held.order.shard, trouble=text))
            await held.give_back()
        except BusError:
            return

    async def _tell(self, news: News) -> None:
        with self._link.translated("hear of a worker"):
            await self._link.client.publish(self._names.news, news.encode())

    async def _hear_end(self, message: Msg) -> None:
        self._ended = message.data.decode() or "done"
        self._changed.set()

    async def _hear_wake(self, message: Msg) -> None:
        self._search.wake()
        self._changed.set()


class _Over(Exception):
    """The run is over."""
