"""The vendor's connection to a NATS server, made and ended with care: encrypted or not at all, and without waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from nats.aio.client import Client
from nats.errors import Error, NoServersError

__all__ = ["CarefulClient", "NotEncryptedError", "hang_up", "try_servers"]

_HANG_UP_SECONDS: Final = 1.0
_GOODBYE_SECONDS: Final = 5


class NotEncryptedError(Error):
    """A server does not ask for TLS where that is wanted; nothing has been said to it."""

    def __str__(self) -> str:
        return "one that does not ask for TLS"


class CarefulClient(Client):
    """A connection without three weaknesses of the vendor's.

    It goes on in the clear, password and all, whenever a server does not ask for TLS, be it when it comes back after
    hours, or to another one of the cluster. It goes deaf, in silence, when a server answers a question that is no
    longer waited for. And it leaves open what it had begun with a server that does not greet.

    Args:
        encrypted: whether it says nothing of itself to a server that does not encrypt.
    """

    def __init__(self, *, encrypted: bool) -> None:
        super().__init__()
        self._encrypted = encrypted

    def _connect_command(self) -> bytes:
        """The first words of the client, credentials among them; TLS has been begun before, if ever."""
        if self._encrypted and not self._server_info.get("tls_required"):
            raise NotEncryptedError
        return bytes(super()._connect_command())

    def let_go(self) -> None:
        """Leave no connection open, in whatever state it is."""
        writer: asyncio.StreamWriter | None = getattr(self._transport, "_io_writer", None)
        if writer is not None:
            writer.transport.abort()  # closing would wait until what nobody takes is sent

    async def _connect_to_server(self, s: Any) -> None:
        self.let_go()
        await super()._connect_to_server(s)

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
    """See to it that what was sent is out, and close; ``drain`` of nats-py would wait for a server that hangs."""
    if client.is_connected:
        with suppress(Error, OSError):
            await client.flush(timeout=_GOODBYE_SECONDS)
    if client.is_connected or client.is_connecting or client.is_reconnecting:  # else there is nothing to close
        # it waits for ever after a failed TLS handshake, and fails where a server goes with what was meant for it
        with suppress(Error, OSError):
            async with asyncio.timeout(_HANG_UP_SECONDS):
                await client.close()
    client.let_go()
    await asyncio.sleep(0)  # which the loop does in its next round, if there is one
