"""ShardLog: what each shard has come to, tick by tick, on the server: one entry a tick, and the first one wins.

Whoever adds an entry names the one that it goes on from; the server refuses it if another has come after that one. So
a tick of a shard is settled once, wherever it was worked out, and however often.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

import orjson
from nats.js.api import Header
from nats.js.errors import APIError, NotFoundError

from s3agents.bus.nats_link import NatsLink
from s3agents.errors import BusError, explain
from s3agents.fleet.frames import join, split
from s3agents.fleet.names import FleetNames

__all__ = ["Entry", "ShardLog", "read_entry"]

_OUTRUN: Final = 10071  # code of the server: another entry came after the one that was named
_HEADERS: Final = 512  # bytes that a message takes beside what it says


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A tick of a shard, settled.

    Attributes:
        shard: which.
        tick: which.
        by: who worked it out, and at which attempt; no two entries have the same.
        due: agents that had a turn.
        failed: turns that failed.
        posts: that were published.
        next: the first tick in which an agent has something to do that it has decided on before; ``None`` for none.
        awake: agents that have had a turn.
        whole: whether the states are those of all agents that have had one, rather than of those who had one now.
        states: places in the stream of the pieces that hold the states.
        body: places of the pieces that hold turns and replies, if these do not stand in the entry itself.
        pieces: turns and replies, if they do.
        place: of the entry in the stream; 0 before it is there.
    """

    shard: int
    tick: int
    by: str
    due: int = 0
    failed: int = 0
    posts: int = 0
    next: int | None = None
    awake: int = 0
    whole: bool = True
    states: tuple[int, ...] = ()
    body: tuple[int, ...] = ()
    pieces: tuple[bytes, ...] = field(default=(), repr=False)
    place: int = 0

    def encode(self) -> bytes:
        """As a message."""
        told = {name: getattr(self, name) for name in _TOLD}
        return join([orjson.dumps(told), *self.pieces])


_TOLD = [name for name in Entry.__dataclass_fields__ if name not in ("pieces", "place")]


def read_entry(data: bytes, place: int) -> Entry:
    """Inverse of :meth:`Entry.encode`.

    Raises:
        BusError: if ``data`` is no entry.
    """
    told, *pieces = split(data)
    try:
        values: dict[str, Any] = orjson.loads(told)
        states, body = tuple(values.pop("states")), tuple(values.pop("body"))
        return Entry(**values, states=states, body=body, pieces=tuple(pieces), place=place)
    except (ValueError, TypeError, KeyError) as exc:
        raise BusError(explain("log of a shard", wanted="what a worker came to", got=str(exc))) from exc


class ShardLog:
    """The logs of all shards of an opening.

    Args:
        link: a connection.
        names: of the opening.
    """

    def __init__(self, link: NatsLink, names: FleetNames) -> None:
        self._link, self._names = link, names

    async def store(self, shard: int, data: bytes) -> tuple[int, ...]:
        """Keep ``data`` in pieces that the server takes; where they are.

        Raises:
            BusError: if it does not take them.
        """
        room, subject = self._room, self._names.part(shard)
        pieces = [data[at : at + room] for at in range(0, len(data), room)]
        places = []
        for piece in pieces:
            told = await self._link.call("keep what turns came to", partial(self._link.quick.publish, subject, piece))
            places.append(told.seq)
        return tuple(places)

    async def fetch(self, places: Sequence[int]) -> bytes:
        """What was kept at ``places``.

        Raises:
            LookupError: if it is not there any more, or not yet.
            BusError: if the server is gone.
        """
        return b"".join([(await self._found(seq=place))[1] for place in places])

    async def add(self, entry: Entry, *, after: int) -> Entry | None:
        """Add ``entry`` to the log of its shard.

        Args:
            entry: the entry, with what it comes to in ``pieces``.
            after: place of the entry that it goes on from; 0 for the first.

        Returns:
            The entry as it is in the log; ``None`` if another has come after ``after``.

        Raises:
            BusError: if the server does not take it.
        """
        data = entry.encode()
        if len(data) > self._room:
            body = await self.store(entry.shard, join(entry.pieces))
            entry = replace(entry, body=body, pieces=())
            data = entry.encode()
        subject, headers = self._names.log(entry.shard), {Header.EXPECTED_LAST_SUBJECT_SEQUENCE.value: str(after)}

        async def attempt() -> int | None:
            try:
                return int((await self._link.quick.publish(subject, data, headers=dict(headers))).seq)
            except APIError as exc:
                if exc.err_code != _OUTRUN:
                    raise
                return None

        place = await self._link.call("keep what turns came to", attempt)
        if place is not None:
            return replace(entry, place=place)
        last = await self.last(entry.shard)  # our own may have arrived though its acknowledgement did not
        return replace(entry, place=last.place) if last is not None and last.by == entry.by else None

    async def last(self, shard: int) -> Entry | None:
        """The last entry of ``shard``; ``None`` if it has none.

        Raises:
            BusError: if the server is gone.
        """
        try:
            place, data = await self._found(subject=self._names.log(shard))
        except LookupError:
            return None
        return read_entry(data, place)

    async def entries(self, shard: int, first: int, last: int) -> AsyncIterator[Entry]:
        """The entries of ``shard`` at the places ``first`` to ``last``.

        Raises:
            LookupError: if one of the two is not there.
            BusError: if the server is gone.
        """
        subject, place = self._names.log(shard), first
        while place <= last:
            found, data = await self._found(seq=place, subject=subject, next=True)
            if found > last or (place == first and found != first):
                raise LookupError(place)
            yield read_entry(data, found)
            place = found + 1

    async def body(self, entry: Entry) -> list[bytes]:
        """Turns and replies of ``entry``.

        Raises:
            LookupError: if they are not there any more.
            BusError: if the server is gone.
        """
        return split(await self.fetch(entry.body)) if entry.body else list(entry.pieces)

    @property
    def _room(self) -> int:
        return self._link.max_payload - _HEADERS

    async def _found(self, **what: Any) -> tuple[int, bytes]:
        """Place and content of the message that is asked for."""

        async def attempt() -> tuple[int, bytes] | None:
            try:
                message = await self._link.quick.get_msg(self._names.logs, **what)
            except NotFoundError:
                return None
            return int(message.seq or 0), message.data or b""

        found = await self._link.call("read what turns came to", attempt)
        if found is None:
            raise LookupError(f"nothing in {self._names.logs} at {what}")
        return found
