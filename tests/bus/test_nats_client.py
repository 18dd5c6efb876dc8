"""A connection finds another server when its own says nothing, and hears on whatever comes too late."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from nats.errors import TimeoutError as NatsTimeoutError

from s3agents.bus import nats_link
from s3agents.bus.nats import NatsCredentials
from s3agents.bus.nats_client import CarefulClient, hang_up
from s3agents.bus.nats_link import NatsLink

MakeServer = Callable[..., Any]


async def test_a_server_that_says_nothing_is_left_for_another(
    make_server: MakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection stays open, as that to a machine without power does: only the lack of answers tells."""
    monkeypatch.setattr(nats_link, "_PING_SECONDS", 0.5)
    servers = {server.url: server for server in (make_server(), make_server())}
    link = NatsLink(",".join(servers), NatsCredentials(), patience=20.0)
    await link.connect()
    assert link.client.connected_url is not None
    first = link.client.connected_url.geturl()
    servers[first].pause()
    async with asyncio.timeout(20.0):
        while link.generation == 0 or not link.up:
            await asyncio.sleep(0.02)
    assert link.client.connected_url is not None
    assert link.client.connected_url.geturl() != first
    await link.call("answer", link.quick.account_info)
    await link.close()
    servers[first].go_on()


async def test_an_answer_that_comes_too_late_leaves_the_connection_hearing(make_server: MakeServer) -> None:
    """It is nobody's; the same connection goes on with what comes after."""
    server = make_server()
    link = NatsLink(server.url, NatsCredentials(), patience=20.0)
    await link.connect()
    server.pause()
    with pytest.raises(NatsTimeoutError):
        await _ask(link)
    server.go_on()
    began = time.monotonic()
    await link.quick.account_info()
    await link.client.flush(timeout=5)
    assert time.monotonic() - began < 5.0
    assert link.generation == 0
    await link.close()


async def test_of_two_reconnections_at_once_neither_is_left_open(
    make_server: MakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vendor begins a second one before the first has heard of its end, and forgets what one of them opened."""
    opened, connect = list[Any](), asyncio.open_connection

    async def noted(*args: Any, **kwargs: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await connect(*args, **kwargs)
        opened.append(writer.get_extra_info("socket"))
        return reader, writer

    monkeypatch.setattr(asyncio, "open_connection", noted)
    link = NatsLink(make_server().url, NatsCredentials(), patience=20.0)
    await link.connect()
    client = link.client
    again = [client._connect_to_server(client._current_server) for _ in range(2)]
    await asyncio.gather(*again)
    late = asyncio.create_task(client._connect_to_server(client._current_server))
    await link.close()
    await asyncio.wait({late})
    await asyncio.sleep(0)
    assert len(opened) >= 4
    assert {connection.fileno() for connection in opened} == {-1}


async def test_who_is_cancelled_while_hanging_up_leaves_nothing_open(
    make_server: MakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one of several servers is that are tried at once, when another one has let us in."""
    client, reached = CarefulClient(encrypted=False), asyncio.Event()
    await client.connect(servers=[make_server().url])
    opened = client._transport._io_writer.get_extra_info("socket")

    async def silent(*args: Any, **kwargs: Any) -> None:
        reached.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(client, "flush", silent)
    leaving = asyncio.create_task(hang_up(client))
    await reached.wait()
    leaving.cancel()
    await asyncio.wait({leaving})
    await asyncio.sleep(0)
    assert opened.fileno() == -1
    monkeypatch.undo()
    await hang_up(client)


async def _ask(link: NatsLink) -> None:
    """Ask until no answer comes in time: a server may answer once more before it stops."""
    for _ in range(100):
        await link.client.flush(timeout=0.1)
