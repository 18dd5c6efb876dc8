"""HttpConnection: one connection to a server that speaks HTTP/1.1, which carries one request after the other.

The parser is llhttp's, as ``httptools`` has it. Bodies are wanted whole, which is what makes this short.
"""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass
from typing import cast

import httptools
from multidict import CIMultiDict

from s3agents.llm.http_deadlines import Deadlines

__all__ = ["HttpAnswer", "HttpConnection"]

_MOST_BYTES = 64 << 20
"""Bytes of a body above which an answer is given up; that of a chat completion has some thousands."""

_MOST_HEADERS = 256
"""Headers above which an answer is given up; that of a chat completion has some ten."""

_MOST_HEAD_BYTES = 64 << 10
"""Bytes of headers above which it is."""

_ANY_ZLIB = 47  # window bits that stand for zlib's own format and gzip's alike


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What a server answered.

    Attributes:
        status: of HTTP.
        body: whole, and not compressed any more.
        fields: names and values of the headers, as they came.
    """

    status: int
    body: bytes
    fields: list[tuple[bytes, bytes]]

    @property
    def headers(self) -> CIMultiDict[str]:
        """The headers by name, in whatever case."""
        return CIMultiDict((name.decode("latin-1"), value.decode("latin-1")) for name, value in self.fields)


class HttpConnection(asyncio.Protocol):
    """One connection; made by the event loop's ``create_connection``.

    Attributes:
        usable: whether it can carry another request.
        since: when it became idle, by the loop's clock; set by whoever keeps it.
    """

    def __init__(self) -> None:
        self.usable = True
        self.since = 0.0
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[HttpAnswer] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._fields: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self._size = 0  # of the body
        self._head = 0  # bytes of the headers
        self._received = 0  # bytes of the answer, those too that the parser holds back
        self._begun = False  # whether all headers are here

    async def ask(self, request: bytes, deadlines: Deadlines | None = None) -> HttpAnswer:
        """The answer to ``request``, its head and body. A call that is cancelled takes the connection with it.

        Args:
            request: as it goes over the wire.
            deadlines: by which the answer must be there; none if the caller sees to that.

        Raises:
            TimeoutError: if it is not.
            ConnectionError: if the connection ends, or what comes is no HTTP.
        """
        if self._transport is None or not self.usable:
            raise ConnectionError("the connection is closed")
        waiting: asyncio.Future[HttpAnswer] = asyncio.get_running_loop().create_future()
        self._waiting = waiting
        if deadlines is not None:
            deadlines.watch(waiting)
        self._transport.write(request)
        try:
            return await waiting
        except BaseException:
            self.close()
            raise
        finally:
            self._waiting = None
            if deadlines is not None:
                deadlines.forget(waiting)

    def close(self) -> None:
        """Hang up at once. Safe to repeat."""
        self.usable = False
        if self._transport is not None:
            self._transport.abort()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """There is a connection."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Something came."""
        if self._waiting is None:  # nobody has asked
            self.close()
            return
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as exc:
            self._fail(f"the answer is no HTTP/1.1: {exc}")
        if self._received > _MOST_HEAD_BYTES and not self._begun:
            self._too_large(_MOST_HEAD_BYTES, "bytes of headers")
        elif self._received - self._size > _MOST_BYTES:
            self._too_large(_MOST_BYTES, "bytes around its body")

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over: the end of an answer that does not say where it ends, or a failure."""
        if self.usable and self._begun and exc is None and not self._tells_its_length():
            self._answer()
        else:
            self._fail(str(exc) if exc else "the server hung up before its answer was whole")
        self.usable = False

    # What the parser calls.

    def on_message_begin(self) -> None:
        """An answer begins; one that nobody has asked for must not be taken for that to the next request."""
        if self._waiting is None or self._waiting.done():
            self.close()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header came."""
        self._fields.append((name, value))
        self._head += len(name) + len(value)
        if self._head > _MOST_HEAD_BYTES:
            self._too_large(_MOST_HEAD_BYTES, "bytes of headers")
        if len(self._fields) > _MOST_HEADERS:
            self._too_large(_MOST_HEADERS, "headers")

    def on_headers_complete(self) -> None:
        """All headers are here."""
        self._begun = True

    def on_body(self, data: bytes) -> None:
        """Some of the body came."""
        self._body.append(data)
        self._size += len(data)
        if self._size > _MOST_BYTES:
            self._too_large(_MOST_BYTES, "bytes")

    def on_message_complete(self) -> None:
        """The answer is whole, or was an interim one (100 to 199) that the real one follows."""
        if self._parser.get_status_code() >= 200:
            self.usable = self.usable and self._parser.should_keep_alive()
            self._answer()
        self._fields, self._body, self._begun = [], [], False
        self._size = self._head = self._received = 0

    def _answer(self) -> None:
        if self._waiting is None or self._waiting.done():
            return
        try:
            body = _plain(b"".join(self._body), self._field(b"content-encoding"))
        except zlib.error as exc:
            self._fail(f"the answer cannot be unpacked: {exc}")
        else:
            self._waiting.set_result(HttpAnswer(self._parser.get_status_code(), body, self._fields))

    def _too_large(self, most: int, of: str) -> None:
        self._fail(f"the answer is too large: more than {most} {of}")

    def _fail(self, why: str) -> None:
        self.close()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionError(why))

    def _tells_its_length(self) -> bool:
        return bool(self._field(b"content-length") or self._field(b"transfer-encoding"))

    def _field(self, wanted: bytes) -> bytes:
        return next((value.strip().lower() for name, value in self._fields if name.lower() == wanted), b"")


def _plain(body: bytes, coding: bytes) -> bytes:
    """``body`` without its coding. None was asked for; some servers compress all the same.

    Raises:
        zlib.error: if it is not of that coding, or that is neither gzip nor deflate.
    """
    if not body or coding in (b"", b"identity"):
        return body
    if coding not in (b"gzip", b"x-gzip", b"deflate"):
        raise zlib.error(f"content-encoding {coding.decode('latin-1')}, which was not asked for")
    unpacker = zlib.decompressobj(_ANY_ZLIB)
    plain = unpacker.decompress(body, _MOST_BYTES)
    if not unpacker.eof:
        raise zlib.error("it is cut off, or too long")
    return plain
