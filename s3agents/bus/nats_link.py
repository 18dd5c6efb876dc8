"""NatsLink: one connection to a NATS server: made, watched, closed, and its errors put into words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final, TypeVar

import structlog
from nats.aio.client import Client
from nats.errors import ConnectionClosedError, Error
from nats.js import JetStreamContext
from tenacity import AsyncRetrying, retry_if_exception, stop_after_delay, wait_fixed

from s3agents.bus.nats_client import CarefulClient, NotEncryptedError, hang_up, try_servers
from s3agents.bus.nats_credentials import NatsCredentials
from s3agents.bus.nats_failures import passes, remedy_for
from s3agents.bus.nats_info import without_secrets
from s3agents.bus.refusals import not_open
from s3agents.errors import BusError, explain

__all__ = ["NatsLink"]

_T = TypeVar("_T")

_CONNECT_SECONDS: Final = 5  # for a server to greet
_API_SECONDS: Final = 10.0  # for it to answer: a consumer with thousands of subjects takes a second to make
_QUICK_SECONDS: Final = 4.0  # for it to answer what is done in no time, before another one is asked
_RECONNECT_SECONDS: Final = 0.25
_RETRY_SECONDS: Final = 0.25
_PING_SECONDS: Final = 5  # between questions whether a server that says nothing is still there ...
_PINGS: Final = 2  # ... of which so many may be without answer: then another one of the cluster is taken
_TELL_SECONDS: Final = 3.0  # that a server may keep us waiting before it is said
_NO_STREAMS: Final = "start it with JetStream: nats-server -js; of a cluster, more than half of the servers must be up"
_OLDEST: Final = (2, 10)  # the first server whose consumers take several subjects

_log = structlog.get_logger(__name__)


class NatsLink:
    """A connection that comes back by itself when the server does.

    Args:
        url: of the server, or several of one cluster, comma-separated.
        credentials: what the server asks for.
        patience: seconds to wait for a server that has gone before giving up on it.

    Attributes:
        patience: as given.
        generation: how often the connection has broken; what was on its way then may be lost.
    """

    def __init__(self, url: str, credentials: NatsCredentials, *, patience: float) -> None:
        self._urls = [part.strip() for part in url.split(",")]
        self._credentials, self.patience = credentials, patience
        self._client = CarefulClient(encrypted=self._secure)
        self._js: JetStreamContext | None = None
        self._quick: JetStreamContext | None = None
        self._up = asyncio.Event()
        self._waits: set[asyncio.Timeout] = set()
        self._slow: set[object] = set()
        self.generation = 0

    @property
    def js(self) -> JetStreamContext:
        """JetStream over this connection.

        Raises:
            BusError: if the link was closed, or never connected.
        """
        if self._js is None:
            raise not_open()
        return self._js

    @property
    def quick(self) -> JetStreamContext:
        """The same, for requests that take a server no time; less of it is lost when one dies that was asked.

        Raises:
            BusError: if the link was closed, or never connected.
        """
        if self._js is None or self._quick is None:
            raise not_open()
        return self._quick

    @property
    def client(self) -> Client:
        """The connection itself.

        Raises:
            BusError: if the link was closed, or never connected.
        """
        if self._js is None:
            raise not_open()
        return self._client

    @property
    def up(self) -> bool:
        """Whether the server is there, as far as is known."""
        return self._up.is_set()

    @property
    def max_payload(self) -> int:
        """Most bytes that the server takes in one message."""
        return self._client.max_payload

    async def connect(self) -> None:
        """Connect, and see to it that the server can do what is needed.

        Raises:
            BusError: if it cannot be reached, lets nobody in, is too old, keeps no streams, or does not encrypt where
                that was asked for.
        """
        self._credentials.check_files()
        with self.translated("connect"):
            options = self._options()
            await try_servers(self._urls, options, encrypted=self._secure)
            async with asyncio.timeout(self.patience):
                await self._client.connect(
                    servers=self._urls,
                    **options,
                    max_reconnect_attempts=-1,
                    disconnected_cb=self._on_down,
                    reconnected_cb=self._on_up,
                )
        self._refuse_old()
        self._quick = self._client.jetstream(timeout=_QUICK_SECONDS)
        with self.translated("keep streams", remedy=_NO_STREAMS):
            await self._patiently(self._quick.account_info, lambda exc: isinstance(exc, TimeoutError))
        self._js = self._client.jetstream(timeout=_API_SECONDS)
        self._up.set()

    async def usable(self) -> None:
        """Wait until the server is there.

        Raises:
            BusError: if it is not back in time, or the link was closed.
        """
        if self._js is None:
            raise not_open()
        with self.translated("be there"):
            if self._client.is_closed:
                raise ConnectionClosedError
            try:
                async with asyncio.timeout(self.patience):
                    await self._up.wait()
            except TimeoutError as exc:
                raise ConnectionError(f"no connection for {self.patience:g} s") from exc

    async def call(self, doing: str, request: Callable[[], Awaitable[_T]]) -> _T:
        """The result of ``request``, made again while the server is away or not ready.

        Args:
            doing: what is asked of the server, for the message.
            request: one attempt; repeating it must be harmless.

        Raises:
            BusError: if the server refuses, or patience is at an end.
        """

        async def attempt() -> _T:
            await self.usable()
            async with self.unbroken():
                return await request()

        with self.translated(doing), self.told(doing):
            return await self._patiently(attempt, passes)

    async def _patiently(self, attempt: Callable[[], Awaitable[_T]], passing: Callable[[BaseException], bool]) -> _T:
        retrying = AsyncRetrying(
            retry=retry_if_exception(passing),
            stop=stop_after_delay(self.patience),
            wait=wait_fixed(_RETRY_SECONDS),
            reraise=True,
        )
        result: _T = await retrying(attempt)
        return result

    @contextmanager
    def told(self, doing: str) -> Iterator[None]:
        """A block that says so when the server keeps it waiting: once, however many wait, and when it is over.

        Args:
            doing: what the server is waited for to do.
        """
        loop, me = asyncio.get_running_loop(), object()
        began = loop.time()

        def tell() -> None:
            if not self._slow:
                _log.warning("waiting for the NATS server", server=self._name, to=doing, patience=self.patience)
            self._slow.add(me)

        timer = loop.call_later(_TELL_SECONDS, tell)
        try:
            yield
        finally:
            timer.cancel()
            if me in self._slow:
                self._slow.discard(me)
                if not self._slow:
                    _log.warning("no longer waiting for the NATS server", seconds=round(loop.time() - began, 1))

    @asynccontextmanager
    async def unbroken(self) -> AsyncIterator[None]:
        """A block that ends with ``TimeoutError`` when the connection breaks, for then no answer will come."""
        async with asyncio.timeout(None) as wait:
            self._waits.add(wait)
            try:
                yield
            finally:
                self._waits.discard(wait)

    def interrupt(self) -> None:
        """End every block of :meth:`unbroken` that is under way."""
        waits, self._waits = self._waits, set()
        now = asyncio.get_running_loop().time()
        for wait in waits:
            wait.reschedule(now)

    @contextmanager
    def translated(self, doing: str, *, remedy: str = "") -> Iterator[None]:
        """Turn what the vendor raises in the block into a :class:`~s3agents.errors.BusError`.

        Args:
            doing: what is asked of the server.
            remedy: what the user can do, where it is known better than from the error.
        """
        try:
            yield
        except (Error, OSError, ImportError) as exc:
            raise self._failure(doing, exc, remedy=remedy) from exc

    async def close(self) -> None:
        """Say goodbye, or hang up if the server is not there."""
        self._js = None
        self.interrupt()
        await hang_up(self._client)

    def _options(self) -> dict[str, Any]:
        known = self._credentials
        return {
            "name": "s3agents",
            "error_cb": _note,
            "connect_timeout": _CONNECT_SECONDS,
            "reconnect_time_wait": _RECONNECT_SECONDS,
            "ping_interval": _PING_SECONDS,
            "max_outstanding_pings": _PINGS,
            "user": known.user,
            "password": known.password,
            "token": known.token,
            "user_credentials": known.creds_file,
            "nkeys_seed": known.nkey_file,
            "tls": known.tls() if self._secure else None,
        }

    @property
    def _secure(self) -> bool:
        return self._credentials.secure or any(url.startswith("tls://") for url in self._urls)

    def _refuse_old(self) -> None:
        version = self._client.connected_server_version
        if (version.major, version.minor) < _OLDEST:
            wanted, got = f"version {_OLDEST[0]}.{_OLDEST[1]} or newer", f"{version.major}.{version.minor}"
            raise BusError(explain(self._name, wanted=wanted, got=got, remedy="update the server"))

    @property
    def _name(self) -> str:
        return f"NATS server {without_secrets(','.join(self._urls))}"

    def _failure(self, doing: str, exc: Exception, *, remedy: str) -> BusError:
        silent = "no answer in time" if isinstance(exc, TimeoutError) else type(exc).__name__
        got = str(exc).removeprefix("nats: ") or silent
        wanted = "an encrypted connection" if isinstance(exc, NotEncryptedError) else f"it to {doing}"
        return BusError(explain(self._name, wanted=wanted, got=got, remedy=remedy or remedy_for(exc)))

    async def _on_down(self) -> None:
        self._up.clear()
        self.generation += 1
        self.interrupt()
        _log.debug("NATS connection down", server=self._name)

    async def _on_up(self) -> None:
        self._up.set()
        _log.debug("NATS connection up again", server=self._name)


async def _note(error: Exception) -> None:
    _log.debug("NATS connection", error=str(error))
