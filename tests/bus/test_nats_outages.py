"""A server that restarts in time costs nothing; one that does not is an error, soon."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from nats.aio.msg import Msg

from s3agents.bus import nats_client, nats_link
from s3agents.bus.nats import NatsBus
from s3agents.bus.nats_reader import NatsReader
from s3agents.errors import BusError
from s3agents.testing.bus_contract import a_post, opened, received, shard

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
        assert await received(bus, 0, before) == before
        assert await received(bus, 1, [*before, a_post("bob")]) == [*before, a_post("bob")]


async def test_who_waits_goes_on_waiting_through_a_restart(make_server: MakeServer) -> None:
    """What had been delivered stays in hand, what had not comes later, and nothing waits for a time-out."""
    server = make_server()
    async with opened(lambda: NatsBus(server.url), shard(0, "ann")) as bus:
        await bus.publish([a_post("ann", 0, 0)])
        posts = [a_post("ann", 0, n) for n in range(2)]
        call = asyncio.create_task(received(bus, 0, posts))
        await asyncio.wait({call}, timeout=0.1)
        server.kill()
        server.start()
        await bus.publish([a_post("ann", 0, 1)])
        async with asyncio.timeout(_BOUND):
            assert await call == posts


async def test_publishing_waits_for_the_server(make_server: MakeServer) -> None:
    """Posts given while there is none are there when it is back."""
    server = make_server()
    async with opened(lambda: NatsBus(server.url), shard(0, "ann")) as bus:
        server.kill()
        posts = [a_post("ann", 0, n) for n in range(1_200)]
        call = asyncio.create_task(bus.publish(posts))
        await asyncio.wait({call}, timeout=0.1)
        assert not call.done()
        server.start()
        await call
        assert await received(bus, 0, posts) == posts


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
        assert await received(bus, 0, posts) == posts


async def test_what_was_on_its_way_when_the_connection_broke_is_fetched_again(
    make_server: MakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server holds it delivered, and nothing follows it that would show the gap."""
    server, on_its_way = make_server(), asyncio.Event()

    async def lose(reader: NatsReader, binding: int, message: Msg) -> None:
        on_its_way.set()

    with monkeypatch.context() as patch:
        patch.setattr(NatsReader, "_take", lose)
        bus = NatsBus(server.url)
        await bus.open("broken", [shard(0, "ann")])
        await bus.publish([a_post("ann")])
        await on_its_way.wait()
    call = asyncio.create_task(received(bus, 0, [a_post("ann")]))
    server.kill()
    server.start()
    async with asyncio.timeout(_BOUND):
        assert await call == [a_post("ann")]
    await bus.close()


async def test_a_server_that_stays_away_is_an_error(make_server: MakeServer) -> None:
    """For who publishes, forgets, receives or already waits; it says what can be done."""
    server = make_server()
    async with opened(lambda: NatsBus(server.url, patience=0.3), shard(0, "ann"), shard(1, "ann")) as bus:
        await bus.publish([a_post("ann", 0, 1)])
        waiting = asyncio.create_task(received(bus, 1, [a_post("ann")]))
        await asyncio.wait({waiting}, timeout=0.1)
        server.kill()
        late = received(bus, 0, [a_post("ann")])
        for call in (bus.publish([a_post("ann")]), bus.forget(0), late, waiting):
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


async def test_close_does_not_wait_for_a_server_that_hangs(
    make_server: MakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It neither removes the stream nor says goodbye; that is logged, and no error comes of it."""
    monkeypatch.setattr(nats_link, "_API_SECONDS", 0.3)
    monkeypatch.setattr(nats_link, "_TELL_SECONDS", _BOUND)  # on a busy machine this, too, takes a while
    monkeypatch.setattr(nats_client, "_GOODBYE_SECONDS", 0.3)
    server = make_server()
    bus = NatsBus(server.url)
    await bus.open("hung", [shard(0, "ann")])
    server.pause()
    began = time.monotonic()
    with structlog.testing.capture_logs() as logs:
        await bus.close()
    assert time.monotonic() - began < _BOUND
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == ["stream left on the server"]
    server.go_on()
