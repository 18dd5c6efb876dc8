"""HTTP of the stub endpoint: as much of a server as endpoints of models need, at a third of the cost of a whole one.

Requests have a ``Content-Length`` or no body; a connection answers one after the other. Who hangs up cancels its
request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

__all__ = ["HangUp", "HttpAnswer", "HttpRequest", "HttpServer"]

_END: Final = b"\r\n\r\n"
_MOST_HEAD: Final = 64 << 10
_BACKLOG: Final = 4096


class HangUp(Exception):
    """Raised by a handler that has no answer: the connection is broken off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A request.

    Attributes:
        method: such as ``POST``.
        path: without a query.
        headers: by names in small letters.
        body: all of it.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """An answer.

    Attributes:
        status: code.
        body: all of it.
        kind: type of its content.
    """

    status: int = 200
    body: bytes = b""
    kind: str = "application/json"

    def encode(self, *, last: bool) -> bytes:
        """As it is sent; the ``last`` one says that the connection ends."""
        try:
            reason = HTTPStatus(self.status).phrase
        except ValueError:
            reason = "Unknown"
        close = "Connection: close\r\n" if last else ""
        head = f"HTTP/1.1 {self.status} {reason}\r\nContent-Type: {self.kind}\r\n{close}"
        return f"{head}Content-Length: {len(self.body)}\r\n\r\n".encode() + self.body


Handler = Callable[[HttpRequest], Awaitable[HttpAnswer]]


class HttpServer:
    """Listens on a port.

    Args:
        handle: answers a request; cancelled when its client hangs up.
    """

    def __init__(self, handle: Handler) -> None:
        self.handle = handle
        self.connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; the port, which is a free one where ``port`` is 0.

        Raises:
            OSError: if the port is taken.
        """
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Connection(self), host, port, backlog=_BACKLOG, reuse_address=True
        )
        number: int = self._server.sockets[0].getsockname()[1]
        return number

    async def stop(self) -> None:
        """Break all connections off, and return when no request is in hand any more."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        tasks = [connection.hang_up() for connection in list(self.connections)]
        await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)
        await server.wait_closed()


class _Connection(asyncio.Protocol):
    def __init__(self, server: HttpServer) -> None:
        self._server = server
        self._transport: asyncio.Transport | None = None
        self._data = bytearray()
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # of a stream, as every TCP server has
        self._server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.connections.discard(self)
        self.hang_up()

    def hang_up(self) -> asyncio.Task[None] | None:
        """Break off; the request that is in hand, and cancelled."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.abort()
        if self._task is not None:
            self._task.cancel()
        return self._task

    def data_received(self, data: bytes) -> None:
        self._data += data
        if self._task is None:
            self._go_on()

    def _go_on(self) -> None:
        """Have the next request answered, if it is there."""
        try:
            request = self._next()
        except (ValueError, IndexError):
            self._answer(HttpAnswer(status=400), last=True)
            return
        if request is not None:
            self._task = asyncio.get_running_loop().create_task(self._work(request))

    def _next(self) -> HttpRequest | None:
        end = self._data.find(_END)
        if end < 0:
            if len(self._data) > _MOST_HEAD:
                raise ValueError("a head without an end")
            return None
        first, *lines = self._data[:end].decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if "transfer-encoding" in headers:
            raise ValueError("a body without a length")
        start = end + len(_END)
        stop = start + int(headers.get("content-length", 0))
        if len(self._data) < stop:
            return None
        body = bytes(self._data[start:stop])
        del self._data[:stop]
        method, target, _ = first.split(" ")
        return HttpRequest(method=method, path=target.partition("?")[0], headers=headers, body=body)

    async def _work(self, request: HttpRequest) -> None:
        try:
            answer = await self._server.handle(request)
        except HangUp:
            self._task = None
            self.hang_up()
            return
        except Exception as exc:
            answer = HttpAnswer(status=500, body=f"{type(exc).__name__}: {exc}".encode(), kind="text/plain")
        self._task = None
        self._answer(answer, last=request.headers.get("connection", "").lower() == "close")

    def _answer(self, answer: HttpAnswer, *, last: bool) -> None:
        if self._transport is None:
            return
        self._transport.write(answer.encode(last=last))
        if last:
            self._transport.close()
        elif self._data:
            self._go_on()
