"""Collector: hears what shards have come to, each word at least once, from the server's durable account of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import orjson
from nats.aio.msg import Msg
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import JetStreamContext

from s3agents.bus.nats_link import NatsLink
from s3agents.errors import BusError, explain
from s3agents.fleet.names import FleetNames
from s3agents.fleet.shard_log import Entry, read_entry
from s3agents.fleet.streams import COLLECTOR

__all__ = ["Collector", "Published"]

_BATCH: Final = 32


@dataclass(frozen=True, slots=True)
class Published:
    """The posts of a shard in a tick are out, the first of them at ``place`` in their stream."""

    shard: int
    tick: int
    place: int


class Collector:
    """Hears the logs of all shards.

    However fast workers are, a bounded number of entries is on its way here: the rest waits on the server.

    Args:
        link: a connection.
        names: of the opening.
    """

    def __init__(self, link: NatsLink, names: FleetNames) -> None:
        self._link, self._names = link, names
        self._subscription: JetStreamContext.PullSubscription | None = None

    async def hear(self, *, seconds: float) -> list[Entry | Published]:
        """What there is to hear; nothing if nothing comes for so many seconds.

        Raises:
            BusError: if the server is gone, or says what no worker of this version would.
        """
        await self._link.usable()
        with self._link.translated("tell what turns came to"):
            if self._subscription is None:
                self._subscription = await self._link.js.pull_subscribe_bind(COLLECTOR, stream=self._names.logs)
            try:
                async with self._link.unbroken():
                    messages: list[Msg] = await self._subscription.fetch(_BATCH, timeout=seconds)
            except (TimeoutError, NatsTimeoutError):
                return []
            for message in messages:
                await message.ack()
        return [self._read(message) for message in messages]

    def _read(self, message: Msg) -> Entry | Published:
        if message.subject.split(".")[2] == "log":
            return read_entry(message.data, message.metadata.sequence.stream)
        try:
            return Published(*orjson.loads(message.data))
        except (ValueError, TypeError) as exc:
            raise BusError(explain("mark of a worker", wanted="shard, tick and place", got=str(exc))) from exc
