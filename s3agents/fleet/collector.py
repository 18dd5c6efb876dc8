"""Collector: hears what shards have come to, each word at least once, from the server's durable account of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

import orjson
from nats.aio.msg import Msg
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import JetStreamContext
from nats.js.errors import APIError

from s3agents.bus.nats_failures import passes
from s3agents.bus.nats_link import NatsLink
from s3agents.errors import BusError, explain
from s3agents.fleet.names import FleetNames
from s3agents.fleet.shard_log import Entry, read_entry
from s3agents.fleet.streams import COLLECTOR

__all__ = ["Collector", "Published"]

_BATCH: Final = 32
_PAUSE_SECONDS: Final = 0.1  # while nobody leads the servers that keep the account


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
        self._refused: float | None = None  # since when there is nobody to ask

    async def hear(self, *, seconds: float) -> list[Entry | Published]:
        """What there is to hear; nothing if nothing comes for so many seconds.

        Raises:
            BusError: if the server is gone, has nobody to ask for longer than it may be away, or says what no worker of
                this version would.
        """
        await self._link.usable()
        with self._link.translated("tell what turns came to"):
            if self._subscription is None:
                self._subscription = await self._link.js.pull_subscribe_bind(COLLECTOR, stream=self._names.logs)
            try:
                async with self._link.unbroken():
                    messages: list[Msg] = await self._subscription.fetch(_BATCH, timeout=seconds)
            except (TimeoutError, NatsTimeoutError):
                self._refused = None
                return []
            except APIError as exc:
                if not passes(exc) or self._refused_for() > self._link.patience:
                    raise
                await asyncio.sleep(_PAUSE_SECONDS)
                return []
            self._refused = None
            for message in messages:
                await message.ack()
        return [self._read(message) for message in messages]

    def _refused_for(self) -> float:
        now = asyncio.get_running_loop().time()
        self._refused = now if self._refused is None else self._refused
        return now - self._refused

    def _read(self, message: Msg) -> Entry | Published:
        if message.subject.split(".")[2] == "log":
            return read_entry(message.data, message.metadata.sequence.stream)
        try:
            return Published(*orjson.loads(message.data))
        except (ValueError, TypeError) as exc:
            raise BusError(explain("mark of a worker", wanted="shard, tick and place", got=str(exc))) from exc
