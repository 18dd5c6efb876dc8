"""A server that restarts in time costs nothing; one that does not is an error, soon."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import nats
import pytest
import structlog

from s3agents.bus.nats import NatsBus
from s3agents.errors import BusError
from s3agents.testing.bus_contract import a_post, opened, shard

MakeServer = Callable[..., Any]

_BOUND = 15.0


async def test_posts_survive_a_server_that_is_killed_and_restarted(make_server: MakeServer) -> None:
    """Those before and after it, in all shards."""
    server = make_server()
    shards = [shard(0, "ann"), shard(1, "ann", "bob")]
    async with opened(lambda: NatsBus(server.url), *shards) as bus:
        before = [a_post("ann", 0, n) for n in range(50)]
        await bus.publish(before)
        server.kill()
        server.start()
        await bus.publish([a_post("bob")])
        await bus.end_tick(0)
        assert await bus.collect(0, 0) == before
        assert await bus.collect(1, 0) == [*before, a_post("bob")]


async def test_who_waits_goes_on_waiting_through_a_restart(make_server: MakeServer) -> None:
    """What had been delivered stays in hand, what had not comes later, and nothing waits for a time-out."""
    server = make_server()
    async with opened(lambda: NatsBus(server.url), shard(0, "ann")) as bus:
        await bus.publish([a_post("ann", 0, 0)])
        call = asyncio.create_task(bus.collect(0, 0))
        await asyncio.wait({call}, timeout=0.1)
        server.kill()
        server.start()
        await bus.publish([a_post("ann", 0, 1)])
        await bus.end_tick(0)
        async with asyncio.timeout(_BOUND):
            assert await call == [a_post("ann", 0, 0), a_post("ann", 0, 1)]


async def test_publishing_waits_for_the_server(make_server: MakeServer) -> None:
    """Posts and the end of the tick, given while there is none, are there when it is back."""
    server = make_server()
    async with opened(lambda: NatsBus(server.url), shard(0, "ann")) as bus:
        server.kill()
        call = asyncio.create_task(bus.publish([a_post("ann", 0, n) for n in range(1_200)]))
        await asyncio.wait({call}, timeout=0.1)
        assert not call.done()
        server.start()
        await call
        await bus.end_tick(0)
        assert len(await bus.collect(0, 0)) == 1_200


async def test_a_kill_in_the_middle_of_publishing_loses_nothing(make_server: MakeServer) -> None:
    """What was not acknowledged is sent again, what was is not doubled."""
    server = make_server()
    async with opened(lambda: NatsBus(server.url), shard(0, "ann")) as bus:
        posts = [a_post("ann", 0, n, text="x" * 2_000) for n in range(3_000)]
        call = asyncio.create_task(bus.publish(posts))
        await asyncio.wait({call}, timeout=0.05)
        server.kill()
        server.start()
        await call
        await bus.end_tick(0)
        assert await bus.collect(0, 0) == posts


async def test_what_was_on_its_way_when_the_connection_broke_is_fetched_again(make_server: MakeServer) -> None:
    """The server holds it delivered, and nothing follows it that would show the gap."""
    server = make_server()
    async with opened(lambda: NatsBus(server.url), shard(0, "ann"), run="broken") as bus:
        await bus.publish([a_post("ann")])
        await bus.end_tick(0)
        client = await nats.connect(server.url, allow_reconnect=False)
        lost = await client.jetstream().pull_subscribe_bind("shard-0", "S3_broken")
        assert len(await lost.fetch(2)) == 2
        await client.close()
        server.stop()
        server.start()
        async with asyncio.timeout(_BOUND):
            assert await bus.collect(0, 0) == [a_post("ann")]


async def test_a_server_that_stays_away_is_an_error(make_server: MakeServer) -> None:
    """For who publishes, ends a tick, collects or already waits; it says what can be done."""
    server = make_server()
    async with opened(lambda: NatsBus(server.url, patience=0.3), shard(0, "ann"), shard(1, "ann")) as bus:
        waiting = asyncio.create_task(bus.collect(1, 0))
        await asyncio.wait({waiting}, timeout=0.1)
        server.kill()
        for call in (bus.publish([a_post("ann")]), bus.end_tick(0), bus.collect(0, 0), waiting):
            with pytest.raises(BusError, match=r"NATS server nats://127.*no connection for 0.3 s.*bus: local"):
                async with asyncio.timeout(_BOUND):
                    await call


async def test_close_without_a_server_is_quick_and_says_what_is_left(make_server: MakeServer) -> None:
    """There is nothing that a caller could do about it."""
    server = make_server()
    bus = NatsBus(server.url)
    await bus.open("left", [shard(0, "ann")])
    server.kill()
    began = time.monotonic()
    with structlog.testing.capture_logs() as logs:
        await bus.close()
        await bus.close()
    assert time.monotonic() - began < _BOUND
    assert [(line["event"], line["stream"]) for line in logs if line["log_level"] == "warning"] == [
        ("stream left on the server", "S3_left")
    ]
