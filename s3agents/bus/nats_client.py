"""The vendor's connection to a NATS server, made and ended with care: encrypted or not at all, and without waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from nats.aio.client import Client
from nats.errors import Error, NoServersError

__all__ = ["NotEncryptedError", "SecureClient", "hang_up", "try_servers"]

_HANG_UP_SECONDS: Final = 1.0
_GOODBYE_SECONDS: Final = 5


class NotEncryptedError(Error):
    """A server does not ask for TLS where that is wanted; nothing has been said to it."""

    def __str__(self) -> str:
        return "one that does not ask for TLS"


class SecureClient(Client):
    """A connection that says nothing of itself to a server, whichever of a cluster, that does not encrypt.

    The vendor's goes on in the clear, password and all, whenever a server does not ask for TLS, be it after years.
    """

    def _connect_command(self) -> bytes:
        """The first words of the client, credentials among them; TLS has been begun before, if ever."""
        if not self._server_info.get("tls_required"):
            raise NotEncryptedError
        return super()._connect_command()


async def try_servers(kind: type[Client], urls: Sequence[str], options: Mapping[str, Any]) -> None:
    """Return once any server of ``urls`` lets us in; fail at once where a lasting connection would go on trying.

    Args:
        kind: of client.
        urls: servers of one cluster, tried side by side.
        options: of the connection.

    Raises:
        Error: if none does: what one of them says, or that nobody is there.
    """
    tries = [asyncio.create_task(_try_one(kind(), url, options)) for url in urls]
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


async def _try_one(probe: Client, url: str, options: Mapping[str, Any]) -> None:
    try:
        await probe.connect(servers=[url], **options, allow_reconnect=False, max_reconnect_attempts=1)
    finally:
        await hang_up(probe)


async def hang_up(client: Client) -> None:
    """See to it that what was sent is out, and close; ``drain`` of nats-py would wait for a server that hangs."""
    if client.is_connected:
        with suppress(Error):
            await client.flush(timeout=_GOODBYE_SECONDS)
    if client.is_connected or client.is_connecting or client.is_reconnecting:  # else there is nothing to close
        with suppress(TimeoutError, Error):  # after a failed TLS handshake the client waits for ever for its end
            async with asyncio.timeout(_HANG_UP_SECONDS):
                await client.close()
