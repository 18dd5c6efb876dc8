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


async def _ask(link: NatsLink) -> None:
    """Ask until no answer comes in time: a server may answer once more before it stops."""
    for _ in range(100):
        await link.client.flush(timeout=0.1)
