"""What a server says before anybody says anything to it."""

from __future__ import annotations

import asyncio

import pytest

from s3agents.bus.nats_info import server_info, without_secrets


async def test_a_server_tells_what_it_can(nats_url: str) -> None:
    """Without credentials."""
    info = await server_info(without_secrets(nats_url), timeout=5.0)
    assert info.jetstream
    assert not info.tls_required
    assert int(info.version.split(".")[0]) >= 2


@pytest.mark.parametrize("greeting", [b"SSH-2.0-OpenSSH_9.6\r\n", b"INFO {\r\n", b""])
async def test_what_is_no_nats_server_is_an_error(greeting: bytes) -> None:
    """The message shows how it greets."""

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ConnectionError, match="no NATS server"):
            await server_info(f"nats://127.0.0.1:{port}", timeout=5.0)


async def test_a_server_that_does_not_greet_is_not_waited_for_forever() -> None:
    """A firewall that swallows everything looks like that."""
    release = asyncio.Event()

    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await release.wait()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as server:
        with pytest.raises(TimeoutError):
            await server_info(f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}", timeout=0.1)
        release.set()


async def test_what_is_no_address_is_an_error() -> None:
    """A port is a number."""
    with pytest.raises(ConnectionError, match="no address"):
        await server_info("tls://host:many", timeout=5.0)


def test_an_address_is_shown_without_its_secrets() -> None:
    """User, password and token go; the rest stays."""
    assert without_secrets("nats://user:p@ss@host:4222, tls://token@other") == "nats://host:4222,tls://other"
    assert without_secrets("nats://host:4222") == "nats://host:4222"
