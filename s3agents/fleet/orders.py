"""Orders: the turns of a shard in a tick, as work to be done; handed out by the server, to one worker at a time.

Orders lie in lanes, a shard always in the same one, so that a worker that asks for those of its lanes first mostly gets
shards whose agents it has in memory. Which worker gets an order never shapes what comes of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import orjson
from nats.aio.msg import Msg

from s3agents.bus.nats_link import NatsLink
from s3agents.bus.nats_writer import Message, NatsWriter
from s3agents.cognition.announce import Announcement, Passed
from s3agents.errors import BusError, explain
from s3agents.fleet.names import FleetNames
from s3agents.fleet.pull import pulling
from s3agents.fleet.shard_log import ShardLog
from s3agents.ids import UserId
from s3agents.labels import Attitude, Emotion

__all__ = ["MOST_LANES", "HeldOrder", "Order", "OrderBook", "OrderDesk"]

MOST_LANES: Final = 64
"""With more shards than that, some share a lane."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The turns of one shard in one tick.

    Attributes:
        shard: which.
        tick: which.
        after: place of the shard's last log entry; 0 if it has none.
        whole: place of its last entry with all states; 0 if it has none.
        mail: posts of the tick before that the shard reads.
        since: place of the first post of that tick in the stream.
        said: what the scenario has agents publish.
    """

    shard: int
    tick: int
    after: int = 0
    whole: int = 0
    mail: int = 0
    since: int = 0
    said: Mapping[UserId, Sequence[Announcement]] = field(default_factory=dict)


class OrderBook:
    """The coordinator's side: gives orders out.

    Args:
        link: a connection.
        names: of the opening.
        log: takes what is too long for an order.
        lanes: number of lanes.
    """

    def __init__(self, link: NatsLink, names: FleetNames, log: ShardLog, *, lanes: int) -> None:
        self._link, self._names, self._log, self._lanes = link, names, log, lanes
        self._writer = NatsWriter(link)

    async def put(self, orders: Iterable[Order]) -> None:
        """Give out ``orders``, each once, and wake whoever waits for some.

        Raises:
            BusError: if the server does not take them.
        """
        messages = [await self._message(order) for order in orders]
        await self._writer.send(messages)
        with self._link.translated("wake workers"):
            await self._link.client.publish(self._names.wake, b"")
            await self._link.client.flush()  # what the coordinator does next, such as a commit, holds its loop up

    async def _message(self, order: Order) -> Message:
        said = orjson.dumps({user: [_packed(one) for one in news] for user, news in order.said.items()})
        places: tuple[int, ...] = ()
        if len(said) > self._link.max_payload // 2:
            places, said = await self._log.store(order.shard, said), b"{}"
        known = [order.shard, order.tick, order.after, order.whole, order.mail, order.since]
        data = orjson.dumps([*known, places, orjson.Fragment(said)])
        about = f"order of shard {order.shard} in tick {order.tick}"
        return Message(f"{order.tick}.{order.shard}", self._names.order(order.shard % self._lanes), data, about)


class HeldOrder:
    """An order that is a worker's for the time of its lease.

    Attributes:
        order: the order.
        lane: where it lay.
        again: whether somebody else had it before.
    """

    def __init__(self, order: Order, message: Msg, lane: int, link: NatsLink) -> None:
        self.order, self.lane, self.again = order, lane, message.metadata.num_delivered > 1
        self._reply, self._link = message.reply, link

    async def extend(self) -> None:
        """Have the lease begin anew."""
        await self._say(b"+WPI")

    async def finish(self) -> None:
        """Take the order off: all that it asked for is done, by whomever."""
        await self._say(b"+ACK")

    async def give_back(self) -> None:
        """Let others have it at once."""
        await self._say(b"-NAK")

    async def _say(self, what: bytes) -> None:
        with self._link.translated("hear of an order"):
            await self._link.client.publish(self._reply, what)


class OrderDesk:
    """The workers' side: takes orders, those of a worker's own lanes first.

    Args:
        link: a connection.
        names: of the opening.
        log: where what is too long for an order lies.
        lanes: number of lanes.
        start: where it looks first for the orders of others.
    """

    def __init__(self, link: NatsLink, names: FleetNames, log: ShardLog, *, lanes: int, start: int = 0) -> None:
        self._link, self._names, self._log, self._lanes, self._start = link, names, log, lanes, start

    async def take(self, own: Iterable[int] = (), *, others: bool = True) -> HeldOrder | None:
        """An order, if there is one.

        Args:
            own: lanes to look into first.
            others: whether to look into all others then.

        Raises:
            LookupError: if there are no orders of this opening any more.
            BusError: if the server is gone.
        """
        lanes = list(own)
        if others:
            every = ((self._start + n) % self._lanes for n in range(self._lanes))
            lanes = list(dict.fromkeys([*lanes, *every]))
        if not lanes:
            return None
        found = await self._link.call("hand out work", partial(self._look, lanes))
        if found is None:
            return None
        message, lane = found
        return HeldOrder(await self._read(message.data), message, lane, self._link)

    async def _look(self, lanes: Sequence[int]) -> tuple[Msg, int] | None:
        """The first order in any of ``lanes``."""
        async with pulling(self._link) as puller:
            for lane in lanes:
                messages = await puller.ask(self._names.orders, self._names.lane(lane), 1)
                if messages:
                    return messages[0], lane
        return None

    async def _read(self, data: bytes) -> Order:
        try:
            shard, tick, after, whole, mail, since, places, said = orjson.loads(data)
        except ValueError as exc:
            raise BusError(explain("order", wanted="one of this version", got=str(exc))) from exc
        if places:
            said = orjson.loads(await self._log.fetch(places))
        news = {user: [_unpacked(one) for one in some] for user, some in said.items()}
        return Order(shard=shard, tick=tick, after=after, whole=whole, mail=mail, since=since, said=news)


def _packed(said: Announcement) -> list[Any]:
    passes = said.passes
    onward = None if passes is None else [passes.parent, passes.root, passes.attitude]
    return [said.text, said.emotion, said.attitude, onward]


def _unpacked(row: Sequence[Any]) -> Announcement:
    text, emotion, attitude, onward = row
    passes = None
    if onward is not None:
        parent, root, side = onward
        passes = Passed(parent=parent, root=root, attitude=None if side is None else Attitude(side))
    return Announcement(
        text=text,
        emotion=None if emotion is None else Emotion(emotion),
        attitude=None if attitude is None else Attitude(attitude),
        passes=passes,
    )
