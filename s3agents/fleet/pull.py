"""Pull: what a durable consumer has in store, asked for on the spot; nothing that comes later is meant for us.

A request that stayed open would be handed what was meant for the next worker. The server sends messages under their own
subjects, so that the answers to two requests at the same inbox could not be told apart: one is made at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import orjson
from nats.aio.msg import Msg
from nats.js.api import Header

from s3agents.bus.nats_link import NatsLink

__all__ = ["Puller", "pulling"]

_ANSWER_SECONDS: Final = 3.0  # without any message, after which an answer is given up
_EMPTY: Final = ("404", "408")


class Puller:
    """Asks consumers of one connection, one after the other.

    Args:
        link: the connection.
        inbox: where the answers come in.
    """

    def __init__(self, link: NatsLink, inbox: str) -> None:
        self._link, self._inbox = link, inbox
        self._messages: list[Msg] = []
        self._most = 0
        self._gone = False
        self._over = asyncio.Event()

    async def ask(self, stream: str, consumer: str, most: int) -> list[Msg]:
        """Up to ``most`` messages of those that ``consumer`` has now.

        Raises:
            LookupError: if there is no such consumer.
            TimeoutError: if no answer comes; the inbox must not be used any more, for one may come yet.
            Error: what the connection says.
        """
        self._messages, self._most, self._gone = [], most, False
        self._over.clear()
        request = orjson.dumps({"batch": most, "no_wait": True})
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        async with self._link.unbroken():
            await self._link.client.publish(subject, request, reply=self._inbox)
            await self._answered()
        if self._gone and not self._messages:
            raise LookupError(consumer)
        return self._messages

    async def hear(self, message: Msg) -> None:
        """Take a message of the inbox."""
        status = (message.headers or {}).get(Header.STATUS.value) if not message.data else None
        if status is None:
            self._messages.append(message)
        elif status not in _EMPTY:
            self._gone = True
        if status is not None or len(self._messages) >= self._most:
            self._over.set()

    async def _answered(self) -> None:
        while not self._over.is_set():
            before = len(self._messages)
            try:
                async with asyncio.timeout(_ANSWER_SECONDS):
                    await self._over.wait()
            except TimeoutError:
                if len(self._messages) == before:
                    raise


@asynccontextmanager
async def pulling(link: NatsLink) -> AsyncIterator[Puller]:
    """A puller with an inbox of its own.

    Raises:
        BusError: if the connection is gone.
    """
    with link.translated("hand out messages"):
        inbox = link.client.new_inbox()
        puller = Puller(link, inbox)
        subscription = await link.client.subscribe(inbox, cb=puller.hear, pending_bytes_limit=0)
    try:
        yield puller
    finally:
        if link.up:
            with link.translated("hand out messages"):
                await subscription.unsubscribe()
