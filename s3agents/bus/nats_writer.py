"""NatsWriter: puts messages on the stream of a run, and comes back only when the server has stored every one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import orjson
from nats.aio.msg import Msg
from nats.js.api import Header
from nats.js.errors import APIError, NoStreamResponseError

from s3agents.bus.nats_link import NatsLink
from s3agents.errors import BusError, explain

__all__ = ["Message", "NatsWriter"]

_BATCH: Final = 500  # messages, and ...
_BATCH_BYTES: Final = 8 << 20  # ... bytes on their way at once, for each of ...
_BATCHES: Final = 4  # ... so many callers
_ACK_SECONDS: Final = 10.0  # without any answer, after which messages are sent again
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


class _Batch:
    """Messages under way, of which some are stored already.

    Args:
        messages: all of them, by id.

    Attributes:
        waiting: those that are not known to be stored.
        stored: sequences of those that are.
    """

    def __init__(self, messages: Iterable[Message]) -> None:
        self.waiting = {message.id: message for message in messages}
        self.stored: dict[str, int] = {}
        self._asked: list[str] = []
        self._unanswered = 0
        self._refusal: Exception | None = None
        self._answered = asyncio.Event()

    def ask(self) -> list[Message]:
        """What is to be sent now; answers are told apart by the place in this list."""
        self._asked, self._refusal = list(self.waiting), None
        self._unanswered = len(self._asked)
        self._answered = asyncio.Event()
        return list(self.waiting.values())

    def answer(self, place: int, answer: Msg) -> None:
        """Take note of what the server says to a message."""
        key = self._asked[place]
        if key not in self.waiting:
            return
        told = orjson.loads(answer.data) if answer.data else {}
        if "error" in told or not told:  # a refusal has a sequence too: 0
            self._refusal = _refusal(told)
        else:
            del self.waiting[key]
            self.stored[key] = int(told["seq"])
        self._unanswered -= 1
        if not self._unanswered:
            self._answered.set()

    async def answered(self) -> None:
        """Return when every message has its answer, and each was stored.

        Raises:
            TimeoutError: if nothing is heard for a while.
            Error: a refusal of the server.
        """
        while not self._answered.is_set():
            before = self._unanswered
            try:
                async with asyncio.timeout(_ACK_SECONDS):
                    await self._answered.wait()
            except TimeoutError:
                if self._unanswered == before:
                    raise
        if self._refusal is not None:
            raise self._refusal


class NatsWriter:
    """Sends messages, again where need be, until they are acknowledged.

    However many there are, a bounded number is in hand and on its way; a server that is slow or stopped makes the
    caller wait.

    Args:
        link: the connection.
    """

    def __init__(self, link: NatsLink) -> None:
        self._link = link
        self._places = asyncio.Semaphore(_BATCHES)
        self._batches: dict[str, _Batch] = {}
        self._sent = 0
        self._inbox = ""
        self._subscribing = asyncio.Lock()

    async def send(self, messages: Iterable[Message]) -> dict[str, int]:
        """Return when the server has stored all ``messages``, which are taken a batch at a time.

        Returns:
            The place in the stream of each by its id; of a repeated one, that of the first.

        Raises:
            BusError: if it refuses one, or does not answer in time; those before it may be stored.
        """
        stored: dict[str, int] = {}
        for batch in _in_batches(map(self._checked, messages)):
            async with self._places:
                stored |= await self._store(_Batch(batch))
        return stored

    def _checked(self, message: Message) -> Message:
        room = self._link.max_payload - len(message.id) - _HEADERS
        if len(message.data) > room:
            wanted, got = f"at most {room} bytes", f"{len(message.data)}"
            remedy = "shorten the text, or raise max_payload of the server"
            raise BusError(explain(message.about, wanted=wanted, got=got, remedy=remedy))
        return message

    async def _store(self, batch: _Batch) -> dict[str, int]:
        await self._link.call("store posts", lambda: self._attempt(batch))
        return batch.stored

    async def _attempt(self, batch: _Batch) -> None:
        """Send what the server is not known to have.

        The answers come to one inbox: a request of its own for each message takes twice the time, and
        ``publish_async`` of nats-py never tells of an answer that did not come.
        """
        await self._subscribe()
        self._sent += 1
        number = str(self._sent)
        self._batches[number] = batch
        try:
            async with asyncio.timeout(_ACK_SECONDS):
                for place, message in enumerate(batch.ask()):
                    reply, headers = f"{self._inbox}.{number}.{place}", {Header.MSG_ID.value: message.id}
                    await self._link.client.publish(message.subject, message.data, reply=reply, headers=headers)
            await batch.answered()
        finally:
            del self._batches[number]

    async def _subscribe(self) -> None:
        async with self._subscribing:
            if not self._inbox:
                inbox = self._link.client.new_inbox()
                await self._link.client.subscribe(f"{inbox}.>", cb=self._hear)
                self._inbox = inbox

    async def _hear(self, answer: Msg) -> None:
        _, number, place = answer.subject.rsplit(".", 2)
        if number in self._batches:  # else one that comes late: the message has been sent again since
            self._batches[number].answer(int(place), answer)


def _in_batches(messages: Iterable[Message]) -> Iterator[list[Message]]:
    batch, size = list[Message](), 0
    for message in messages:
        if batch and (len(batch) == _BATCH or size + len(message.data) > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += len(message.data)
    if batch:
        yield batch


def _refusal(told: dict[str, dict[str, int | str]]) -> Exception:
    """The vendor's error for an answer that is no acknowledgement."""
    if "error" in told:
        try:
            APIError.from_error(told["error"])
        except APIError as exc:
            return exc
    return NoStreamResponseError()
