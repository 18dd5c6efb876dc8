"""The vendor's connection to a NATS server, made and ended with care: encrypted or not at all, and without waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from nats.aio.client import Client
from nats.aio.transport import TcpTransport
from nats.errors import Error, NoServersError

__all__ = ["CarefulClient", "NotEncryptedError", "hang_up", "try_servers"]

_HANG_UP_SECONDS: Final = 1.0
_GOODBYE_SECONDS: Final = 5


class NotEncryptedError(Error):
    """A server does not ask for TLS where that is wanted; nothing has been said to it."""

    def __str__(self) -> str:
        return "one that does not ask for TLS"


class _Connections(TcpTransport):
    """The connection at hand, with a list of all that have been opened and may be open.

    Attributes:
        wanted: whether it counts as one although nothing is open yet.
        over: whether what is opened is closed at once, and who did so is cancelled.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.wanted = self.over = False
        self._opened: list[asyncio.StreamWriter] = []

    def __bool__(self) -> bool:
        return self.wanted or bool(self._io_writer)

    async def connect(self, *args: Any, **kwargs: Any) -> None:
        """Open one."""
        await super().connect(*args, **kwargs)
        self._note()

    async def connect_tls(self, *args: Any, **kwargs: Any) -> None:
        """Encrypt it."""
        await super().connect_tls(*args, **kwargs)
        self._note()

    def let_go(self) -> None:
        """Close all of them; to close them kindly would mean to wait until what nobody takes is sent."""
        for writer in self._opened:
            writer.transport.abort()
        self._opened.clear()

    def _note(self) -> None:
        self._opened += [self._io_writer] if self._io_writer is not None else []
        if self.over:
            self.let_go()
            raise asyncio.CancelledError  # as it was before, and has not heard


class CarefulClient(Client):
    """A connection without three weaknesses of the vendor's.

    It goes on in the clear, password and all, whenever a server does not ask for TLS, be it when it comes back after
    hours, or to another one of the cluster. It goes deaf, in silence, when a server answers a question that is no
    longer waited for. And it leaves open what it had begun with a server that does not greet, or what one of two
    reconnections has opened that it had under way at once.

    Args:
        encrypted: whether it says nothing of itself to a server that does not encrypt.
    """

    def __init__(self, *, encrypted: bool) -> None:
        super().__init__()
        self._encrypted = encrypted
        self._connections = _Connections()

    def _connect_command(self) -> bytes:
        """The first words of the client, credentials among them; TLS has been begun before, if ever."""
        if self._encrypted and not self._server_info.get("tls_required"):
            raise NotEncryptedError
        return bytes(super()._connect_command())

    def let_go(self, *, for_good: bool = False) -> None:
        """Leave no connection open, in whatever state it is; ``for_good``, none is opened any more either."""
        self._connections.let_go()
        self._connections.over = for_good

    async def _connect_to_server(self, s: Any) -> None:
        self.let_go(for_good=self._connections.over)
        self._transport = self._connections
        self._connections.wanted = True  # else the vendor would put another in its place
        try:
            await super()._connect_to_server(s)
        finally:
            self._connections.wanted = False

    async def _process_pong(self) -> None:
        if self._pongs and self._pongs[0].done():  # given up since: its answer is nobody's
            self._pongs[0] = asyncio.get_running_loop().create_future()
        await super()._process_pong()


async def try_servers(urls: Sequence[str], options: Mapping[str, Any], *, encrypted: bool) -> None:
    """Return once any server of ``urls`` lets us in; fail at once where a lasting connection would go on trying.

    Args:
        urls: servers of one cluster, tried side by side.
        options: of the connection.
        encrypted: whether it has to be.

    Raises:
        Error: if none does: what one of them says, or that nobody is there.
    """
    tries = [asyncio.create_task(_try_one(CarefulClient(encrypted=encrypted), url, options)) for url in urls]
    refusals: list[Exception] = []
    try:
        for attempt in asyncio.as_completed(tries):
            try:
                return await attempt
            except (Error, OSError) as exc:
                refusals.append(exc)
    finally:
        for task in tries:
            task.cancel()
        await asyncio.gather(*tries, return_exceptions=True)
    raise next((exc for exc in refusals if not isinstance(exc, NoServersError | OSError)), refusals[0])


async def _try_one(probe: CarefulClient, url: str, options: Mapping[str, Any]) -> None:
    try:
        await probe.connect(servers=[url], **options, allow_reconnect=False, max_reconnect_attempts=1)
    finally:
        await hang_up(probe)


async def hang_up(client: CarefulClient) -> None:
    """See to it that what was sent is out, and close; ``drain`` of nats-py would wait for a server that hangs.

    Whoever is cancelled meanwhile leaves nothing open either.
    """
    try:
        await _part(client)
    finally:
        client.let_go(for_good=True)
    await asyncio.sleep(0)  # which the loop does in its next round, if there is one


async def _part(client: CarefulClient) -> None:
    """Take leave of the server, for as long as that takes at most."""
    if client.is_connected:
        with suppress(Error, OSError):
            await client.flush(timeout=_GOODBYE_SECONDS)
    if client.is_connected or client.is_connecting or client.is_reconnecting:  # else there is nothing to close
        # it waits for ever after a failed TLS handshake, and fails where a server goes with what was meant for it
        with suppress(Error, OSError):
            async with asyncio.timeout(_HANG_UP_SECONDS):
                await client.close()
