"""Many posts, and a server that does not take them: the publisher waits, says so, and grows no larger."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import nats
import psutil
import pytest
import structlog

from s3agents.bus import nats_link
from s3agents.bus.nats import NatsBus
from s3agents.events import Post
from s3agents.testing.bus_contract import a_post, opened, shard

MakeServer = Callable[..., Any]

POSTS = 200_000
BOUND = 60.0
WAITING, GOING_ON = "waiting for the NATS server", "no longer waiting for the NATS server"
MOST_BYTES = 64 << 20
"""What publishing may take beyond the posts themselves; all of them encoded would be twice as much."""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals")


@pytest.fixture(scope="module")
def posts() -> list[Post]:
    """Those of a busy tick, of 20,000 authors."""
    return [a_post(f"u{n % 20_000}", 0, n // 20_000, text=f"{n} " + "x" * 140) for n in range(POSTS)]


@contextmanager
def growing() -> Iterator[Callable[[], int]]:
    """Tells by how many bytes this process has grown at most since the block began."""
    me = psutil.Process()
    before = most = me.memory_info().rss
    done = threading.Event()

    def look() -> None:
        nonlocal most
        while not done.wait(0.02):
            most = max(most, me.memory_info().rss)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield lambda: most - before
    finally:
        done.set()
        thread.join()


@pytest.mark.timeout(180)
async def test_a_paused_server_makes_the_publisher_wait(
    make_server: MakeServer, posts: list[Post], monkeypatch: pytest.MonkeyPatch
) -> None:
    """200,000 posts, and a server that stops in the middle: memory stays, the wait is said, and all are stored."""
    monkeypatch.setattr(nats_link, "_TELL_SECONDS", 0.3)
    server = make_server()
    async with opened(lambda: NatsBus(server.url), shard(0, "nobody"), run="pressed") as bus:
        with structlog.testing.capture_logs() as logs, growing() as grown:
            call = asyncio.create_task(bus.publish(posts))
            await until(lambda: stored(server.url), "some posts are stored")
            server.pause()
            await until(lambda: asyncio.sleep(0.01, told(logs)[-1:] == [WAITING]), "the wait is said")
            assert not call.done()
            server.go_on()
            await call
            assert grown() < MOST_BYTES
        assert told(logs) == [WAITING, GOING_ON] * (len(told(logs)) // 2)  # a busy machine may be slow at other times
        assert await stored(server.url) == POSTS


async def until(holds: Callable[[], Awaitable[object]], what: str) -> None:
    """Wait until something holds, which it has to in the end."""
    deadline = time.monotonic() + BOUND
    while not await holds():
        assert time.monotonic() < deadline, what


async def stored(url: str) -> int:
    """How many posts of the run the server has."""
    client = await nats.connect(url)
    try:
        return (await client.jetstream().stream_info("S3_pressed")).state.messages
    finally:
        await client.close()


def told(logs: list[Any]) -> list[str]:
    """What the user was told of waits, one after the other."""
    return [line["event"] for line in logs if line["log_level"] == "warning"]
