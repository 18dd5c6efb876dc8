"""The bus over NATS keeps to the contract, mirrors the follow edges on the server, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from uuid import uuid4

import nats
import pytest
import pytest_asyncio
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, StorageType
from nats.js.errors import NotFoundError

from s3agents.bus import nats as nats_bus
from s3agents.bus import nats_reader
from s3agents.bus.nats import NatsBus
from s3agents.bus.nats_reader import NatsReader
from s3agents.bus.nats_subjects import RunSubjects
from s3agents.errors import BusError
from s3agents.events import encode_post
from s3agents.testing.bus_contract import BusContract, MakeBus, a_post, opened, received, shard


class TestNatsBus(BusContract):
    @pytest.fixture
    def make_bus(self, nats_url: str) -> MakeBus:
        """A bus on the session's server."""
        return lambda: NatsBus(nats_url)


@pytest.fixture
def make_bus(nats_url: str) -> MakeBus:
    """A bus on the session's server."""
    return lambda: NatsBus(nats_url)


@pytest.fixture
def run() -> str:
    """A name that no other test uses."""
    return f"run-{uuid4().hex}"


@pytest_asyncio.fixture
async def js(nats_url: str) -> AsyncIterator[JetStreamContext]:
    """The server as seen by somebody else."""
    client = await nats.connect(nats_url)
    yield client.jetstream()
    await client.close()


async def test_subscriptions_are_the_follow_edges(make_bus: MakeBus, js: JetStreamContext, run: str) -> None:
    """A shard is a durable consumer whose subjects are its authors and nothing else; one without authors needs none."""
    async with opened(make_bus, shard(0, "ann", "b.b"), shard(1), run=run):
        (consumer,) = await js.consumers_info(f"S3_{run}")
    assert consumer.config.durable_name == "shard-0"
    assert sorted(consumer.config.filter_subjects) == [f"s3.{run}.post.ann", f"s3.{run}.post.b=2Eb"]


async def test_a_shard_with_too_many_authors_reads_everything(
    make_bus: MakeBus, js: JetStreamContext, run: str
) -> None:
    """The server would compare each pair of its subjects; by number or by length."""
    many = shard(0, *(f"user-{n}" for n in range(3_001)))
    long = shard(1, *(f"{'user' * 30}-{n}" for n in range(2_000)))
    async with opened(make_bus, many, long, run=run):
        for name in ("shard-0", "shard-1"):
            info = await js.consumer_info(f"S3_{run}", name)
            assert info.config.filter_subjects == [f"s3.{run}.post.>"]


async def test_the_stream_is_bounded_and_refuses_what_is_too_much(
    make_bus: MakeBus, js: JetStreamContext, run: str
) -> None:
    """It lies in files, has a size and an age, and never makes room by dropping posts."""
    async with opened(make_bus, shard(0, "ann"), run=run):
        config = (await js.stream_info(f"S3_{run}")).config
    assert (config.storage, config.discard) == (StorageType.FILE, DiscardPolicy.NEW)
    assert (config.max_bytes, config.max_age) == (nats_bus.MAX_BYTES, nats_bus.MAX_AGE)
    assert config.num_replicas == 1


async def test_a_full_stream_is_an_error_and_loses_nothing(nats_url: str) -> None:
    """What was taken before arrives; what was refused says so."""
    async with opened(lambda: NatsBus(nats_url, max_bytes=64 * 1024), shard(0, "ann")) as bus:
        taken = [a_post("ann", 0, n, text="x" * 10_000) for n in range(5)]
        await bus.publish(taken)
        with pytest.raises(BusError, match="stream is full"):
            await bus.publish([a_post("ann", 0, n, text="x" * 10_000) for n in range(5, 10)])
        assert await received(bus, 0, taken) == taken


async def test_what_is_forgotten_leaves_the_stream(make_bus: MakeBus, js: JetStreamContext, run: str) -> None:
    """The stream holds the ticks under way, however long the run; those whom nobody follows leave it, too."""
    async with opened(make_bus, shard(0, "ann"), shard(1, "bob"), run=run) as bus:
        for tick in range(4):
            posts = [a_post(name, tick) for name in ("ann", "bob", "cyd")]
            await bus.publish([*posts, a_post("ann", tick + 1, 1)])
            assert await received(bus, 0, posts[:1]) == posts[:1]
            await bus.forget(tick)
        assert (await js.stream_info(f"S3_{run}")).state.messages == 1
        await bus.forget(4)
        assert (await js.stream_info(f"S3_{run}")).state.messages == 0


async def test_close_removes_the_stream(make_bus: MakeBus, js: JetStreamContext, run: str) -> None:
    """Nothing of the run stays on the server."""
    async with opened(make_bus, shard(0, "ann"), run=run) as bus:
        await bus.publish([a_post("ann")])
    with pytest.raises(NotFoundError):
        await js.stream_info(f"S3_{run}")


async def test_open_removes_what_an_earlier_run_left(make_bus: MakeBus, js: JetStreamContext, run: str) -> None:
    """A run that was killed never closed its bus; the next of that name starts empty."""
    await js.add_stream(name=f"S3_{run}", subjects=[f"s3.{run}.>"])
    await js.publish(f"s3.{run}.post.ann", b"left behind")
    async with opened(make_bus, shard(0, "ann"), run=run) as bus:
        await js.publish(f"s3.{run}.post.bob", b"not for this shard")
        await bus.publish([a_post("ann")])
        assert await received(bus, 0, [a_post("ann")]) == [a_post("ann")]


async def test_open_removes_what_other_openings_left(make_bus: MakeBus, js: JetStreamContext, run: str) -> None:
    """A run that was killed and goes on has a new opening; other runs' streams are none of its business."""
    left, other = make_bus(), make_bus()
    await left.open(f"{run}/1", [shard(0, "ann")])
    await other.open(f"{run}-other/1", [shard(0, "ann")])
    async with opened(make_bus, shard(0, "ann"), run=f"{run}/2"):
        marks = {info.config.description for info in await js.streams_info()}
        names = {info.config.name for info in await js.streams_info() if run in str(info.config.name)}
        assert {RunSubjects(f"{run}/2").mark, RunSubjects(f"{run}-other/1").mark} <= marks
        assert names == {RunSubjects(f"{run}/2").stream, RunSubjects(f"{run}-other/1").stream}
    await left.close()
    await other.close()


async def test_posts_that_the_server_has_lost_are_an_error(
    nats_url: str, js: JetStreamContext, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Expired since its clock has jumped, or removed by somebody: nobody waits for ever, and nobody goes on without."""
    monkeypatch.setattr(nats_reader, "_LOST_SECONDS", 0.1)
    async with opened(lambda: NatsBus(nats_url, patience=0.5), shard(0, "ann"), run=run) as bus:
        await bus.publish([a_post("ann")])
        assert await received(bus, 0, [a_post("ann")]) == [a_post("ann")]
        lost = [a_post("ann", 1, n) for n in range(5)]
        async with asyncio.timeout(20):
            with pytest.raises(BusError, match=r"5 are missing, such as 1\.0\.ann.*s3agents resume"):
                await received(bus, 0, lost)


async def test_the_server_keeps_a_repeated_post_once(make_bus: MakeBus, js: JetStreamContext, run: str) -> None:
    """It knows posts and ends of ticks by their ids."""
    async with opened(make_bus, shard(0, "ann"), run=run) as bus:
        for _ in range(3):
            await bus.publish([a_post("ann"), a_post("ann", 0, 1)])
        assert (await js.stream_info(f"S3_{run}")).state.messages == 2


async def test_a_repeat_that_the_server_has_let_through_is_dropped(
    make_bus: MakeBus, js: JetStreamContext, run: str
) -> None:
    """It forgets ids after a while; the reader does not."""
    async with opened(make_bus, shard(0, "ann"), run=run) as bus:
        await bus.publish([a_post("ann")])
        await js.publish(f"s3.{run}.post.ann", encode_post(a_post("ann")))
        assert (await js.stream_info(f"S3_{run}")).state.messages == 2
        await bus.publish([a_post("ann", 0, 1)])
        posts = [a_post("ann"), a_post("ann", 0, 1)]
        assert await received(bus, 0, posts) == posts


@pytest.mark.parametrize("lost", [(0, 1), (2,), (4, 5)])
async def test_what_was_delivered_and_lost_is_fetched_again(
    make_bus: MakeBus, lost: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The count of deliveries has a gap; or nothing follows that would show one, and the post is waited for in vain."""
    monkeypatch.setattr("s3agents.bus.nats_reader._LOST_SECONDS", 0.2)
    take, deliveries = NatsReader._take, iter(range(1_000))

    async def take_some(reader: NatsReader, binding: int, message: Msg) -> None:
        if next(deliveries) not in lost:
            await take(reader, binding, message)

    monkeypatch.setattr(NatsReader, "_take", take_some)
    async with opened(make_bus, shard(0, "ann")) as bus, asyncio.timeout(10.0):
        posts = [a_post("ann", 0, n) for n in range(6)]
        await bus.publish(posts)
        assert await received(bus, 0, posts) == posts


async def test_a_consumer_that_somebody_removed_is_made_again(
    make_bus: MakeBus, js: JetStreamContext, run: str
) -> None:
    """It goes on after the last post in hand."""
    async with opened(make_bus, shard(0, "ann"), run=run) as bus, asyncio.timeout(10.0):
        posts = [a_post("ann", 0, n) for n in range(2)]
        await bus.publish(posts[:1])
        assert await received(bus, 0, posts[:1]) == posts[:1]
        await js.delete_consumer(f"S3_{run}", "shard-0")
        await bus.publish(posts[1:])
        assert await received(bus, 0, posts) == posts


async def test_requests_that_run_out_of_time_are_renewed(make_bus: MakeBus, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long nothing is published."""
    monkeypatch.setattr("s3agents.bus.nats_reader._ASK_SECONDS", 0.1)
    async with opened(make_bus, shard(0, "ann")) as bus:
        for n in range(3):
            call = asyncio.create_task(received(bus, 0, [a_post("ann", 0, n)]))
            await asyncio.wait({call}, timeout=0.25)
            await bus.publish([a_post("ann", 0, n)])
            async with asyncio.timeout(2.0):
                assert await call == [a_post("ann", 0, n)]


async def test_a_stream_that_somebody_removed_is_an_error(make_bus: MakeBus, js: JetStreamContext, run: str) -> None:
    """Posts are gone with it: the run cannot go on."""
    async with opened(make_bus, shard(0, "ann"), run=run) as bus:
        await js.delete_stream(f"S3_{run}")
        with pytest.raises(BusError, match="stream not found"):
            await received(bus, 0, [a_post("ann")])


async def test_what_is_not_a_post_is_an_error(make_bus: MakeBus, js: JetStreamContext, run: str) -> None:
    """Another program publishes on the run's subjects."""
    async with opened(make_bus, shard(0, "ann"), run=run) as bus:
        await js.publish(f"s3.{run}.post.ann", b"hello")
        with pytest.raises(BusError, match=re.escape(f"s3.{run}.post.ann: wanted a post")):
            await received(bus, 0, [a_post("ann")])


async def test_a_post_larger_than_the_server_takes_names_itself(make_bus: MakeBus) -> None:
    """With its size, the limit and the remedy."""
    async with opened(make_bus, shard(0, "ann")) as bus:
        with pytest.raises(BusError, match=r"post '0\.1\.ann': wanted at most \d+ bytes, got \d+ \(shorten the text"):
            await bus.publish([a_post("ann"), a_post("ann", 0, 1, text="x" * 8 * 1024 * 1024)])
        await bus.publish([a_post("ann")])
        assert await received(bus, 0, [a_post("ann")]) == [a_post("ann")]


@pytest.mark.parametrize("name", ["r" * 400, "核能" * 60, "folder-\udcff"])
async def test_a_run_may_have_any_name(make_bus: MakeBus, name: str) -> None:
    """A long one, one of another script, one that no encoding fits: the stream's folder has a name that fits."""
    async with opened(make_bus, shard(0, "ann"), run=name) as bus:
        await bus.publish([a_post("ann")])
        assert await received(bus, 0, [a_post("ann")]) == [a_post("ann")]


async def test_text_that_cannot_be_written_names_its_post(make_bus: MakeBus) -> None:
    """A lone surrogate has no UTF-8."""
    async with opened(make_bus, shard(0, "ann")) as bus:
        with pytest.raises(BusError, match=r"post '0\.0\.ann': wanted text that UTF-8 can express"):
            await bus.publish([a_post("ann", text="\ud800")])


async def test_a_failed_open_leaves_the_bus_closed(nats_url: str) -> None:
    """Here because one server cannot hold three copies; another attempt may be made."""
    bus = NatsBus(nats_url, replicas=3)
    for _ in range(2):
        with pytest.raises(BusError, match="replicas"):
            await bus.open(f"run-{uuid4().hex}", [])
    with pytest.raises(BusError, match="open"):
        await bus.forget(0)


async def test_shards_are_read_side_by_side(make_bus: MakeBus) -> None:
    """Any number may wait at once, in any order."""
    names = [f"user-{n}" for n in range(20)]
    shards = [shard(n, name) for n, name in enumerate(names)]
    async with opened(make_bus, *shards) as bus:
        calls = [asyncio.create_task(received(bus, n, [a_post(names[n])])) for n in reversed(range(20))]
        await bus.publish([a_post(name) for name in names])
        assert await asyncio.gather(*calls) == [[a_post(name)] for name in reversed(names)]


async def test_an_open_that_is_cancelled_leaves_nothing(
    make_bus: MakeBus, js: JetStreamContext, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a stream nor a bus that is half open."""
    begun = asyncio.Event()

    async def bind(reader: NatsReader) -> None:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(NatsReader, "bind", bind)
    bus = make_bus()
    call = asyncio.create_task(bus.open(run, [shard(0, "ann")]))
    await begun.wait()
    assert (await js.stream_info(f"S3_{run}")).state.messages == 0
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    with pytest.raises(NotFoundError):
        await js.stream_info(f"S3_{run}")
    with pytest.raises(BusError, match="open"):
        await bus.forget(0)
