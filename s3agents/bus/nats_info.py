"""What a NATS server says of itself to whoever connects, before any credentials are sent."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

__all__ = ["ServerInfo", "server_info", "without_secrets"]

_PORT = 4222


class ServerInfo(BaseModel):
    """The part of the greeting that matters here.

    Attributes:
        version: of the server.
        jetstream: whether it keeps streams.
        tls_required: whether it goes on encrypted.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: str
    jetstream: bool = False
    tls_required: bool = False


async def server_info(url: str, *, timeout: float) -> ServerInfo:  # noqa: ASYNC109  (one bound for both steps)
    """Read the greeting of the server at ``url``.

    Args:
        url: ``nats://host:port`` or ``tls://host:port``.
        timeout: seconds to wait for it.

    Raises:
        OSError: if nobody listens there, says nothing in time, or speaks another protocol.
    """
    parts = urlsplit(url)
    try:
        port = parts.port or _PORT
    except ValueError as exc:
        raise ConnectionError(f"no address: {exc}") from exc
    async with asyncio.timeout(timeout):
        reader, writer = await asyncio.open_connection(parts.hostname, port)
        try:
            greeting = await reader.readline()
        finally:
            writer.close()
            await writer.wait_closed()
    try:
        return ServerInfo.model_validate_json(greeting.removeprefix(b"INFO "))
    except ValueError as exc:
        raise ConnectionError(f"no NATS server: it greets with {greeting[:40]!r}") from exc


def without_secrets(url: str) -> str:
    """``url`` (or several, comma-separated) without user, password and token: fit for messages and logs."""
    return ",".join(_bare(part.strip()) for part in url.split(","))


def _bare(url: str) -> str:
    scheme, mark, rest = url.rpartition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}"
