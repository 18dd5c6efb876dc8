"""HttpPool: connections to one server, kept and used again.

A client of its own, for one kind of request: a body sent, a body read whole, no redirects, cookies or proxies. That
costs 0.07 ms of processor time a request where ``aiohttp``, which can do all of it, costs 0.2: as much as all else that
happens around a model in a turn.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping

from aiohappyeyeballs import start_connection
from yarl import URL

from s3agents.llm.http_connection import HttpAnswer, HttpConnection
from s3agents.llm.http_deadlines import Deadlines

__all__ = ["HttpPool"]

_CONNECT_SECONDS = 10.0
_NEXT_ADDRESS_SECONDS = 0.25  # what RFC 8305 recommends between attempts at the addresses of one name
_KEEPALIVE_SECONDS = 4.0  # less than the 5 s after which uvicorn, hence vLLM, hangs up


class HttpPool:
    """Connections to the server of an address.

    Args:
        url: whose scheme, host and port are taken.
        headers: sent with every request.
        limit: most connections; who comes when all are taken waits in line.
        timeout: seconds for one request, the wait for a connection included.

    Raises:
        ValueError: if a header is not one line of ASCII.
    """

    def __init__(self, url: URL, *, headers: Mapping[str, str], limit: int, timeout: float) -> None:
        self._host, self._port = url.raw_host or "", url.port or 80
        self._tls = ssl.create_default_context() if url.scheme == "https" else None
        fields = {"Host": url.raw_authority, "Accept": "*/*", "Accept-Encoding": "identity", **headers}
        if not all(value.isascii() and value.isprintable() for value in fields.values()):
            raise ValueError("a header that is not one line of ASCII")
        self._fields = "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode()
        self._places = asyncio.Semaphore(limit)
        self._timeout = timeout
        self._deadlines = Deadlines(timeout)
        self._idle: list[HttpConnection] = []
        self._all: set[HttpConnection] = set()

    async def send(self, method: str, path: str, body: bytes = b"") -> HttpAnswer:
        """The answer to one request.

        Args:
            method: such as ``POST``.
            path: with its query, as it stands in the request.
            body: of the request.

        Raises:
            TimeoutError: if there is no answer in time.
            OSError: if the server cannot be reached, hangs up, or answers in something else than HTTP.
        """
        head = f"{method} {path} HTTP/1.1\r\nContent-Length: {len(body)}\r\n".encode("ascii")
        request = b"%b%b\r\n%b" % (head, self._fields, body)
        if not self._places.locked() and (kept := self._kept()):
            return await self._sent_at_once(kept, request)
        async with asyncio.timeout(self._timeout), self._places:
            connection = self._kept() or await self._opened()
            try:
                return await connection.ask(request)
            finally:
                self._keep(connection)

    async def close(self) -> None:
        """Hang up all connections; requests under way fail. Safe to repeat."""
        for connection in self._all:
            connection.close()
        self._all.clear()
        self._idle.clear()
        self._deadlines.close()
        await asyncio.sleep(0)  # in which the loop lets go of the sockets

    async def _sent_at_once(self, connection: HttpConnection, request: bytes) -> HttpAnswer:
        """The usual case, made cheap: there is a place and a connection, and only the answer is to be waited for."""
        await self._places.acquire()
        try:
            return await connection.ask(request, self._deadlines)
        finally:
            self._keep(connection)
            self._places.release()

    def _kept(self) -> HttpConnection | None:
        """The connection that has been idle for the shortest time, if it is still good."""
        oldest = asyncio.get_running_loop().time() - _KEEPALIVE_SECONDS
        while self._idle:
            connection = self._idle.pop()
            if connection.usable and connection.since > oldest:
                return connection
            self._drop(connection)
        return None

    async def _opened(self) -> HttpConnection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                addresses = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
                # the loop's own way of trying several addresses loses sockets when it is cancelled
                connected = await start_connection(addresses, happy_eyeballs_delay=_NEXT_ADDRESS_SECONDS)
                _, connection = await loop.create_connection(
                    HttpConnection, sock=connected, ssl=self._tls, server_hostname=self._host if self._tls else None
                )
        except TimeoutError as exc:
            raise ConnectionError(f"nobody answered within {_CONNECT_SECONDS:g} s") from exc
        self._all.add(connection)
        return connection

    def _keep(self, connection: HttpConnection) -> None:
        if connection.usable:
            connection.since = asyncio.get_running_loop().time()
            self._idle.append(connection)
        else:
            self._drop(connection)

    def _drop(self, connection: HttpConnection) -> None:
        connection.close()
        self._all.discard(connection)
