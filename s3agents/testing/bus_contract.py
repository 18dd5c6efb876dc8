"""BusContract: what every bus has to keep to, as tests.

Needs the packages ``pytest``, ``pytest-asyncio`` (mode ``auto``) and ``hypothesis``. For a bus of your own::

    class TestMyBus(BusContract):
        @pytest.fixture
        def make_bus(self) -> Callable[[], Bus]:
            return MyBus
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s3agents.bus.base import Bus, Shard
from s3agents.errors import BusError
from s3agents.events import Post, PostKind
from s3agents.ids import PostId, UserId, post_id
from s3agents.labels import Attitude, Emotion

__all__ = ["BusContract", "MakeBus", "a_post", "opened", "shard"]

MakeBus = Callable[[], Bus]

_ODD_NAMES = (
    "a",
    "a.b",
    "a b",
    "a ",
    " a",
    "*",
    ">",
    "a.*",
    "post",
    "tick",
    "=",
    "=2E",
    "名字",
    "é",
    "e\u0301",
    "a\nb",
)
"""Ids that a careless bus would mix up."""

_SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]
"""A law opens a bus of its own for each example, and is inherited by the tests of several buses."""

_STILL = 0.05
"""Seconds after which a call that has not come back is taken to be waiting."""


def a_post(author: str, tick: int = 0, n: int = 0, *, text: str = "text") -> Post:
    """A post that starts a cascade."""
    own = post_id(tick, UserId(author), n)
    return Post(id=own, author=UserId(author), tick=tick, n=n, text=text, root=own)


def shard(number: int, *authors: str) -> Shard:
    """A shard that follows ``authors``."""
    return Shard(number, frozenset(map(UserId, authors)))


@asynccontextmanager
async def opened(make_bus: MakeBus, *shards: Shard, run: str | None = None) -> AsyncIterator[Bus]:
    """A bus with ``shards``, closed afterwards; the run has a name of its own unless ``run`` gives one."""
    bus = make_bus()
    try:
        await bus.open(run or f"contract-{uuid4().hex}", shards)
        yield bus
    finally:
        await bus.close()


@dataclass(frozen=True)
class _Story:
    """A run in miniature.

    Attributes:
        follows: the authors of each shard.
        ticks: the posts of each tick, in the order in which they are published; some come twice.
    """

    follows: tuple[frozenset[str], ...]
    ticks: tuple[tuple[Post, ...], ...]

    def shards(self) -> list[Shard]:
        """The shards of the story."""
        return [shard(number, *authors) for number, authors in enumerate(self.follows)]

    def expected(self, number: int, tick: int) -> list[Post]:
        """The model: what shard ``number`` has to get in ``tick``."""
        once: Mapping[PostId, Post] = {post.id: post for post in self.ticks[tick]}
        mail = [post for post in once.values() if post.author in self.follows[number]]
        return sorted(mail, key=lambda post: (post.tick, post.author, post.n))


@st.composite
def _stories(draw: st.DrawFn) -> _Story:
    """Random follow edges, random posts in random order, some of them published again."""
    names = st.sampled_from(_ODD_NAMES)
    follows = draw(st.lists(st.frozensets(names, max_size=6), min_size=1, max_size=4))
    ticks = [_shuffled(draw, draw(_posts(tick, names))) for tick in range(draw(st.integers(1, 3)))]
    return _Story(tuple(follows), tuple(ticks))


def _posts(tick: int, names: st.SearchStrategy[str]) -> st.SearchStrategy[list[Post]]:
    text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    one = st.builds(lambda author, n, text: a_post(author, tick, n, text=text), names, st.integers(0, 2), text)
    return st.lists(one, max_size=8, unique_by=lambda post: post.id)


def _shuffled(draw: st.DrawFn, posts: list[Post]) -> tuple[Post, ...]:
    again = draw(st.lists(st.sampled_from(posts), max_size=3)) if posts else []
    return tuple(draw(st.permutations([*posts, *again])))


async def _collected(bus: Bus, shards: Iterable[Shard], tick: int) -> dict[int, list[Post]]:
    return {each.number: await bus.collect(each.number, tick) for each in shards}


async def _waits(call: asyncio.Task[list[Post]]) -> bool:
    await asyncio.wait({call}, timeout=_STILL)
    return not call.done()


class BusContract:
    """The tests; a subclass gives a fixture ``make_bus`` that returns a way to make a bus, not yet open.

    Two buses so made have to reach the same server, if there is one.
    """

    async def test_a_shard_gets_exactly_the_posts_of_its_authors(self, make_bus: MakeBus) -> None:
        """Whom nobody of the shard follows is not in its mail."""
        async with opened(make_bus, shard(0, "ann", "bob"), shard(1, "bob", "cyd")) as bus:
            ann, bob, cyd, dan = posts = [a_post(name) for name in ("ann", "bob", "cyd", "dan")]
            await bus.publish(posts)
            await bus.end_tick(0)
            assert await bus.collect(0, 0) == [ann, bob]
            assert await bus.collect(1, 0) == [bob, cyd]
            assert dan not in posts[:3]

    async def test_a_shard_gets_exactly_one_tick(self, make_bus: MakeBus) -> None:
        """Posts of the next tick stay where they are, even if they were published before this one ended."""
        async with opened(make_bus, shard(0, "ann")) as bus:
            await bus.publish([a_post("ann", 1)])
            await bus.publish([a_post("ann", 0)])
            await bus.end_tick(0)
            assert await bus.collect(0, 0) == [a_post("ann", 0)]
            await bus.publish([a_post("ann", 1, 1)])
            await bus.end_tick(1)
            assert await bus.collect(0, 1) == [a_post("ann", 1, 0), a_post("ann", 1, 1)]

    async def test_a_tick_that_nobody_collects_is_dropped(self, make_bus: MakeBus) -> None:
        """A shard may leave ticks out."""
        async with opened(make_bus, shard(0, "ann")) as bus:
            for tick in range(3):
                await bus.publish([a_post("ann", tick)])
                await bus.end_tick(tick)
            assert await bus.collect(0, 2) == [a_post("ann", 2)]

    async def test_a_run_may_begin_at_any_tick(self, make_bus: MakeBus) -> None:
        """A resumed run goes on where the other stood."""
        async with opened(make_bus, shard(0, "ann")) as bus:
            await bus.publish([a_post("ann", 41)])
            await bus.end_tick(41)
            assert await bus.collect(0, 41) == [a_post("ann", 41)]

    async def test_a_post_published_twice_arrives_once(self, make_bus: MakeBus) -> None:
        """Publishing is safe to repeat, together or apart."""
        async with opened(make_bus, shard(0, "ann")) as bus:
            await bus.publish([a_post("ann"), a_post("ann")])
            await bus.publish([a_post("ann")])
            await bus.end_tick(0)
            assert await bus.collect(0, 0) == [a_post("ann")]

    async def test_posts_come_in_their_total_order(self, make_bus: MakeBus) -> None:
        """By author and number, in whatever order they were published."""
        async with opened(make_bus, shard(0, "ann", "bob")) as bus:
            ordered = [a_post(author, 0, n) for author in ("ann", "bob") for n in range(12)]
            await bus.publish(ordered[::-2])
            await bus.publish(ordered[::2])
            await bus.end_tick(0)
            assert await bus.collect(0, 0) == ordered

    async def test_collect_waits_for_the_end_of_the_tick(self, make_bus: MakeBus) -> None:
        """Neither an empty bus nor a post brings it back; the end of the tick does, with every post."""
        async with opened(make_bus, shard(0, "ann")) as bus:
            call = asyncio.create_task(bus.collect(0, 0))
            assert await _waits(call)
            await bus.publish([a_post("ann", 0, 1)])
            assert await _waits(call)
            await bus.publish([a_post("ann", 0, 0)])
            await bus.end_tick(0)
            assert await call == [a_post("ann", 0, 0), a_post("ann", 0, 1)]

    async def test_the_end_of_a_tick_ends_those_before(self, make_bus: MakeBus) -> None:
        """Who waits for an earlier tick need not wait for more."""
        async with opened(make_bus, shard(0, "ann")) as bus:
            await bus.publish([a_post("ann")])
            await bus.end_tick(5)
            await bus.end_tick(5)
            await bus.end_tick(2)
            assert await bus.collect(0, 0) == [a_post("ann")]
            assert await bus.collect(0, 5) == []

    async def test_a_cancelled_collect_may_be_repeated(self, make_bus: MakeBus) -> None:
        """What had already arrived for it is not lost."""
        async with opened(make_bus, shard(0, "ann")) as bus:
            await bus.publish([a_post("ann", 0, 0)])
            call = asyncio.create_task(bus.collect(0, 0))
            assert await _waits(call)
            call.cancel()
            await asyncio.wait({call})
            await bus.publish([a_post("ann", 0, 1)])
            await bus.end_tick(0)
            assert await bus.collect(0, 0) == [a_post("ann", 0, 0), a_post("ann", 0, 1)]

    async def test_an_empty_tick_is_empty(self, make_bus: MakeBus) -> None:
        """No posts, no mail, no wait."""
        async with opened(make_bus, shard(0, "ann"), shard(1)) as bus:
            await bus.end_tick(0)
            assert await bus.collect(0, 0) == []
            assert await bus.collect(1, 0) == []

    async def test_a_shard_that_follows_nobody_waits_like_the_others(self, make_bus: MakeBus) -> None:
        """It has no mail, and still does not run ahead."""
        async with opened(make_bus, shard(0), shard(1, "ann")) as bus:
            await bus.publish([a_post("ann")])
            call = asyncio.create_task(bus.collect(0, 0))
            assert await _waits(call)
            await bus.end_tick(0)
            assert await call == []

    async def test_a_bus_without_shards_takes_posts(self, make_bus: MakeBus) -> None:
        """A society in which nobody follows anybody can still talk."""
        async with opened(make_bus) as bus:
            await bus.publish([a_post("ann")])
            await bus.end_tick(0)

    async def test_a_post_of_a_tick_that_is_over_is_refused(self, make_bus: MakeBus) -> None:
        """It would be lost: some have collected the tick already."""
        async with opened(make_bus, shard(0, "ann")) as bus:
            await bus.end_tick(1)
            with pytest.raises(BusError, match=r"tick 0.*tick 1 over"):
                await bus.publish([a_post("ann", 0)])

    async def test_a_tick_is_collected_once(self, make_bus: MakeBus) -> None:
        """A second time is an error, not a wait without end."""
        async with opened(make_bus, shard(0, "ann")) as bus:
            await bus.end_tick(0)
            await bus.collect(0, 0)
            with pytest.raises(BusError, match="collected last"):
                await bus.collect(0, 0)

    async def test_an_unknown_shard_is_refused(self, make_bus: MakeBus) -> None:
        """A shard that the bus was not opened with has no subscriptions."""
        async with opened(make_bus, shard(0, "ann")) as bus:
            with pytest.raises(BusError, match="shard"):
                await bus.collect(7, 0)

    async def test_a_bus_that_is_not_open_refuses_everything(self, make_bus: MakeBus) -> None:
        """Before it is opened and after it was closed alike."""
        fresh, done = make_bus(), make_bus()
        await done.open(f"contract-{uuid4().hex}", [shard(0, "ann")])
        await done.close()
        for bus in (fresh, done):
            for call in (bus.publish([a_post("ann")]), bus.end_tick(0), bus.collect(0, 0)):
                with pytest.raises(BusError, match="open"):
                    await call

    async def test_an_open_bus_is_not_opened_again(self, make_bus: MakeBus) -> None:
        """The posts of the first run would be lost."""
        async with opened(make_bus, shard(0, "ann"), run="contract-twice") as bus:
            with pytest.raises(BusError, match="contract-twice"):
                await bus.open("contract-other", [])

    async def test_close_is_safe_to_repeat(self, make_bus: MakeBus) -> None:
        """On a bus never opened, too."""
        bus = make_bus()
        await bus.close()
        await bus.open(f"contract-{uuid4().hex}", [shard(0, "ann")])
        await bus.close()
        await bus.close()

    async def test_close_wakes_who_waits(self, make_bus: MakeBus) -> None:
        """With an error: the tick will not end."""
        async with opened(make_bus, shard(0, "ann")) as bus:
            call = asyncio.create_task(bus.collect(0, 0))
            assert await _waits(call)
            await bus.close()
            with pytest.raises(BusError, match="open"):
                await call

    async def test_a_bus_opened_again_is_empty(self, make_bus: MakeBus) -> None:
        """Same bus, same run, nothing left of the first time: ticks, ids and posts begin anew."""
        bus = make_bus()
        run = f"contract-{uuid4().hex}"
        for text in ("first", "second"):
            await bus.open(run, [shard(0, "ann")])
            await bus.publish([a_post("ann", text=text)])
            await bus.end_tick(0)
            assert await bus.collect(0, 0) == [a_post("ann", text=text)]
            await bus.publish([a_post("ann", 1, text="unread")])
            await bus.close()

    async def test_ids_of_any_characters_stay_apart(self, make_bus: MakeBus) -> None:
        """Dots, blanks, wildcards and other scripts in an id mean nothing to the bus."""
        shards = [shard(number, name) for number, name in enumerate(_ODD_NAMES)]
        async with opened(make_bus, *shards) as bus:
            await bus.publish([a_post(name) for name in _ODD_NAMES])
            await bus.end_tick(0)
            got = await _collected(bus, shards, 0)
            assert got == {number: [a_post(name)] for number, name in enumerate(_ODD_NAMES)}

    async def test_a_shard_may_follow_ten_thousand(self, make_bus: MakeBus) -> None:
        """However it reads them, it gets no others."""
        names = [f"user-{number}" for number in range(10_001)]
        async with opened(make_bus, shard(0, *names[:-1])) as bus:
            await bus.publish([a_post(name) for name in (names[-1], names[5_000], names[0])])
            await bus.end_tick(0)
            assert [post.author for post in await bus.collect(0, 0)] == [names[0], names[5_000]]

    async def test_a_tick_may_hold_thousands_of_posts(self, make_bus: MakeBus) -> None:
        """More than fit into one batch of anything."""
        async with opened(make_bus, shard(0, "ann")) as bus:
            posts = [a_post("ann", 0, n) for n in range(2_500)]
            await asyncio.gather(*(bus.publish(posts[start::5]) for start in range(5)))
            await bus.end_tick(0)
            assert await bus.collect(0, 0) == posts

    async def test_two_runs_do_not_see_each_other(self, make_bus: MakeBus) -> None:
        """Same authors, same ids, same server; and one closing leaves the other alone."""
        run = f"contract-{uuid4().hex}"
        async with opened(make_bus, shard(0, "ann"), run=run) as one:
            async with opened(make_bus, shard(0, "ann"), run=f"{run}.x") as two:
                await one.publish([a_post("ann", text="one")])
                await two.publish([a_post("ann", text="two")])
                await two.end_tick(0)
                assert await two.collect(0, 0) == [a_post("ann", text="two")]
            await one.end_tick(0)
            assert await one.collect(0, 0) == [a_post("ann", text="one")]

    async def test_posts_arrive_as_they_were_sent(self, make_bus: MakeBus) -> None:
        """Every field, 64 KB of text, and text of any script."""
        texts = ("", "核能 🙂\r\n\0", "ß" * 32_768)
        plain = [a_post("ann", 0, n, text=text) for n, text in enumerate(texts)]
        full = Post(
            id=PostId("0.3.ann"),
            author=UserId("ann"),
            tick=0,
            n=3,
            text="forwarded",
            kind=PostKind.FORWARD,
            parent=PostId("p"),
            root=PostId("r"),
            emotion=Emotion.INTENSE,
            attitude=Attitude.NEGATIVE,
        )
        async with opened(make_bus, shard(0, "ann")) as bus:
            await bus.publish([*plain, full])
            await bus.end_tick(0)
            assert await bus.collect(0, 0) == [*plain, full]

    @given(story=_stories())
    @settings(deadline=None, max_examples=25, suppress_health_check=_SHARED)
    async def test_any_run_is_delivered_as_the_model_says(self, make_bus: MakeBus, story: _Story) -> None:
        """Law: whatever edges, posts, order and repeats, each shard gets what its edges say, each once, in order."""
        shards: Collection[Shard] = story.shards()
        async with opened(make_bus, *shards) as bus:
            for tick, posts in enumerate(story.ticks):
                await bus.publish(posts)
                await bus.end_tick(tick)
                got = await _collected(bus, shards, tick)
                assert got == {each.number: story.expected(each.number, tick) for each in shards}
