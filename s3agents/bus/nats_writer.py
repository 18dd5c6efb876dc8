"""NatsWriter: puts messages on the stream of a run, and comes back only when the server has stored every one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from nats.errors import Error
from nats.js.api import Header

from s3agents.bus.nats_link import NatsLink
from s3agents.errors import BusError, explain

__all__ = ["Message", "NatsWriter"]

_BATCH: Final = 500  # messages on their way at once, for each of ...
_BATCHES: Final = 4  # ... so many callers
_ACK_SECONDS: Final = 10.0  # after which a message is sent again
_HEADERS: Final = 256  # bytes that the message's headers take, beside the id


@dataclass(frozen=True, slots=True)
class Message:
    """One message on its way to the stream.

    Attributes:
        id: the server drops a second message of the same id.
        subject: where it goes.
        data: what it says.
        about: what it is, for messages about it.
    """

    id: str
    subject: str
    data: bytes
    about: str


class NatsWriter:
    """Sends messages, again where need be, until they are acknowledged.

    Args:
        link: the connection; what is on its way through it is bounded.
    """

    def __init__(self, link: NatsLink) -> None:
        self._link = link
        self._places = asyncio.Semaphore(_BATCHES)

    async def send(self, messages: Sequence[Message]) -> None:
        """Return when the server has stored all ``messages``.

        Raises:
            BusError: if it refuses one, or does not answer in time.
        """
        for message in messages:
            self._refuse_large(message)
        rest = iter(messages)
        while batch := list(islice(rest, _BATCH)):
            async with self._places:
                await self._store(batch)

    def _refuse_large(self, message: Message) -> None:
        room = self._link.max_payload - len(message.id) - _HEADERS
        if len(message.data) > room:
            wanted, got = f"at most {room} bytes", f"{len(message.data)}"
            remedy = "shorten the text, or raise max_payload of the server"
            raise BusError(explain(message.about, wanted=wanted, got=got, remedy=remedy))

    async def _store(self, batch: Iterable[Message]) -> None:
        waiting = {message.id: message for message in batch}
        await self._link.call("store posts", lambda: self._attempt(waiting))

    async def _attempt(self, waiting: dict[str, Message]) -> None:
        """Send what is ``waiting``, and take out of it what was acknowledged.

        Each message is a request of its own: ``publish_async`` of nats-py never tells that the server refused.
        """
        refusals: list[BaseException] = []

        async def send(message: Message) -> None:
            try:
                await self._link.js.publish(
                    message.subject, message.data, timeout=_ACK_SECONDS, headers={Header.MSG_ID.value: message.id}
                )
            except Error as exc:
                refusals.append(exc)
            else:
                del waiting[message.id]

        await asyncio.gather(*map(send, list(waiting.values())))
        if refusals:
            raise refusals[0]
