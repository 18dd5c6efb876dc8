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

__all__ = ["BusContract", "MakeBus", "a_post", "opened", "received", "shard"]

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


async def received(bus: Bus, number: int, posts: Iterable[Post]) -> list[Post]:
    """``posts`` as they have reached a shard."""
    return await bus.receive(number, [post.id for post in posts])


async def _waits(call: asyncio.Task[list[Post]]) -> bool:
    await asyncio.wait({call}, timeout=_STILL)
    return not call.done()


class BusContract:
    """The tests; a subclass gives a fixture ``make_bus`` that returns a way to make a bus, not yet open.

    Two buses so made have to reach the same server, if there is one.
    """

    async def test_a_shard_gets_the_posts_of_its_authors(self, make_bus: MakeBus) -> None:
        """Each shard those of the authors whom it follows."""
        async with opened(make_bus, shard(0, "ann", "bob"), shard(1, "bob", "cyd")) as bus:
            ann, bob, cyd, dan = [a_post(name) for name in ("ann", "bob", "cyd", "dan")]
            await bus.publish([ann, bob, cyd, dan])
            assert await received(bus, 0, [ann, bob]) == [ann, bob]
            assert await received(bus, 1, [bob, cyd]) == [bob, cyd]

    async def test_whom_a_shard_does_not_follow_does_not_reach_it(self, make_bus: MakeBus) -> None:
        """Who asks for it all the same waits in vain."""
        async with opened(make_bus, shard(0, "ann"), shard(1, "bob")) as bus:
            await bus.publish([a_post("ann"), a_post("bob")])
            call = asyncio.create_task(received(bus, 0, [a_post("ann"), a_post("bob")]))
            assert await _waits(call)
            call.cancel()
            await asyncio.wait({call})
            assert await received(bus, 0, [a_post("ann")]) == [a_post("ann")]

    async def test_a_shard_gets_exactly_what_it_asks_for(self, make_bus: MakeBus) -> None:
        """Of one tick or of several, while others are there and others are to come."""
        async with opened(make_bus, shard(0, "ann", "bob")) as bus:
            first, second, third = a_post("ann", 1), a_post("bob", 0), a_post("bob", 1)
            await bus.publish([first, second])
            assert await received(bus, 0, [first]) == [first]
            await bus.publish([third])
            assert await received(bus, 0, [third, first]) == [first, third]
            assert await received(bus, 0, [first, second]) == [second, first]

    async def test_what_was_received_may_be_asked_for_again(self, make_bus: MakeBus) -> None:
        """Until it is forgotten; side by side, too."""
        async with opened(make_bus, shard(0, "ann")) as bus:
            await bus.publish([a_post("ann")])
            calls = [received(bus, 0, [a_post("ann")]) for _ in range(3)]
            assert await asyncio.gather(*calls) == [[a_post("ann")]] * 3

    async def test_a_run_may_begin_at_any_tick(self, make_bus: MakeBus) -> None:
        """A resumed run goes on where the other stood."""
        async with opened(make_bus, shard(0, "ann")) as bus:
            await bus.publish([a_post("ann", 41)])
            assert await received(bus, 0, [a_post("ann", 41)]) == [a_post("ann", 41)]

    async def test_a_post_published_twice_arrives_once(self, make_bus: MakeBus) -> None:
        """Publishing is safe to repeat, together or apart."""
        async with opened(make_bus, shard(0, "ann")) as bus:
            await bus.publish([a_post("ann"), a_post("ann")])
            await bus.publish([a_post("ann")])
            assert await bus.receive(0, [a_post("ann").id, a_post("ann").id]) == [a_post("ann")]

    async def test_posts_come_in_their_total_order(self, make_bus: MakeBus) -> None:
        """By tick, author and number, in whatever order they were published or asked for."""
        async with opened(make_bus, shard(0, "ann", "bob")) as bus:
            ordered = [a_post(name, tick, n) for tick in range(2) for name in ("ann", "bob") for n in range(12)]
            await bus.publish(ordered[::-2])
            await bus.publish(ordered[::2])
            assert await received(bus, 0, reversed(ordered)) == ordered

    async def test_receive_waits_until_all_have_arrived(self, make_bus: MakeBus) -> None:
        """Neither an empty bus nor some of the posts bring it back; the last of them does."""
        async with opened(make_bus, shard(0, "ann")) as bus:
            posts = [a_post("ann", 0, n) for n in range(2)]
            call = asyncio.create_task(received(bus, 0, posts))
            assert await _waits(call)
            await bus.publish([posts[1]])
            assert await _waits(call)
            await bus.publish([posts[0]])
            assert await call == posts

    async def test_a_cancelled_call_may_be_repeated(self, make_bus: MakeBus) -> None:
        """What had already arrived for it is not lost."""
        async with opened(make_bus, shard(0, "ann")) as bus:
            posts = [a_post("ann", 0, n) for n in range(2)]
            await bus.publish(posts[:1])
            call = asyncio.create_task(received(bus, 0, posts))
            assert await _waits(call)
            call.cancel()
            await asyncio.wait({call})
            await bus.publish(posts[1:])
            assert await received(bus, 0, posts) == posts

    async def test_who_asks_for_nothing_does_not_wait(self, make_bus: MakeBus) -> None:
        """A shard that follows nobody, too."""
        async with opened(make_bus, shard(0, "ann"), shard(1)) as bus:
            assert await bus.receive(0, []) == []
            assert await bus.receive(1, []) == []

    async def test_a_bus_without_shards_takes_posts(self, make_bus: MakeBus) -> None:
        """A society in which nobody follows anybody can still talk."""
        async with opened(make_bus) as bus:
            await bus.publish([a_post("ann")])
            await bus.forget(0)

    async def test_what_is_not_forgotten_stays(self, make_bus: MakeBus) -> None:
        """Later ticks, though they were published before; those whom nobody has asked for yet, too."""
        async with opened(make_bus, shard(0, "ann"), shard(1, "ann")) as bus:
            late, early = a_post("ann", 1), a_post("ann", 0)
            await bus.publish([late])
            await bus.publish([early])
            assert await received(bus, 0, [early, late]) == [early, late]
            for _ in range(2):
                await bus.forget(0)
            assert await received(bus, 0, [late]) == [late]
            assert await received(bus, 1, [late]) == [late]

    async def test_a_post_of_a_tick_that_is_forgotten_is_refused(self, make_bus: MakeBus) -> None:
        """Nobody would read it, and it would stay for good; forgetting less afterwards changes nothing."""
        async with opened(make_bus, shard(0, "ann")) as bus:
            await bus.forget(1)
            await bus.forget(0)
            with pytest.raises(BusError, match=r"tick 1.*tick 1 forgotten"):
                await bus.publish([a_post("ann", 1)])
            await bus.publish([a_post("ann", 2)])

    async def test_an_unknown_shard_is_refused(self, make_bus: MakeBus) -> None:
        """A shard that the bus was not opened with has no subscriptions."""
        async with opened(make_bus, shard(0, "ann")) as bus:
            with pytest.raises(BusError, match="shard"):
                await bus.receive(7, [])

    async def test_a_bus_that_is_not_open_refuses_everything(self, make_bus: MakeBus) -> None:
        """Before it is opened and after it was closed alike."""
        fresh, done = make_bus(), make_bus()
        await done.open(f"contract-{uuid4().hex}", [shard(0, "ann")])
        await done.close()
        for bus in (fresh, done):
            for call in (bus.publish([a_post("ann")]), bus.receive(0, []), bus.forget(0)):
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
        """With an error: the post will not come."""
        async with opened(make_bus, shard(0, "ann")) as bus:
            call = asyncio.create_task(received(bus, 0, [a_post("ann")]))
            assert await _waits(call)
            await bus.close()
            with pytest.raises(BusError, match="open"):
                await call

    async def test_a_bus_opened_again_is_empty(self, make_bus: MakeBus) -> None:
        """Same bus, same run, nothing left of the first time: ids, posts and what was forgotten begin anew."""
        bus = make_bus()
        run = f"contract-{uuid4().hex}"
        for text in ("first", "second"):
            await bus.open(run, [shard(0, "ann")])
            await bus.publish([a_post("ann", text=text)])
            assert await received(bus, 0, [a_post("ann")]) == [a_post("ann", text=text)]
            await bus.forget(0)
            await bus.publish([a_post("ann", 1, text="unread")])
            await bus.close()

    async def test_ids_of_any_characters_stay_apart(self, make_bus: MakeBus) -> None:
        """Dots, blanks, wildcards and other scripts in an id mean nothing to the bus."""
        shards = [shard(number, name) for number, name in enumerate(_ODD_NAMES)]
        async with opened(make_bus, *shards) as bus:
            posts = [a_post(name) for name in _ODD_NAMES]
            await bus.publish(posts)
            for number, post in enumerate(posts):
                assert await received(bus, number, [post]) == [post]

    async def test_a_shard_may_follow_ten_thousand(self, make_bus: MakeBus) -> None:
        """However it reads them, it gets no others."""
        names = [f"user-{number}" for number in range(10_001)]
        async with opened(make_bus, shard(0, *names[:-1])) as bus:
            posts = [a_post(name) for name in (names[0], names[5_000], names[-1])]
            await bus.publish(posts)
            assert await received(bus, 0, posts[:2]) == posts[:2]
            call = asyncio.create_task(received(bus, 0, posts))
            assert await _waits(call)
            call.cancel()

    async def test_a_tick_may_hold_thousands_of_posts(self, make_bus: MakeBus) -> None:
        """More than fit into one batch of anything."""
        async with opened(make_bus, shard(0, "ann")) as bus:
            posts = [a_post("ann", 0, n) for n in range(2_500)]
            await asyncio.gather(*(bus.publish(posts[start::5]) for start in range(5)))
            assert await received(bus, 0, posts) == posts

    async def test_two_runs_do_not_see_each_other(self, make_bus: MakeBus) -> None:
        """Same authors, same ids, same server; and one closing leaves the other alone."""
        run = f"contract-{uuid4().hex}"
        async with opened(make_bus, shard(0, "ann"), run=run) as one:
            async with opened(make_bus, shard(0, "ann"), run=f"{run}.x") as two:
                await one.publish([a_post("ann", text="one")])
                await two.publish([a_post("ann", text="two")])
                assert await received(two, 0, [a_post("ann")]) == [a_post("ann", text="two")]
            assert await received(one, 0, [a_post("ann")]) == [a_post("ann", text="one")]

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
            assert await received(bus, 0, [*plain, full]) == [*plain, full]

    @given(story=_stories())
    @settings(deadline=None, max_examples=25, suppress_health_check=_SHARED)
    async def test_any_run_is_delivered_as_the_model_says(self, make_bus: MakeBus, story: _Story) -> None:
        """Law: whatever edges, posts, order and repeats, each shard gets what its edges say, each once, in order."""
        shards: Collection[Shard] = story.shards()
        async with opened(make_bus, *shards) as bus:
            for tick, posts in enumerate(story.ticks):
                await bus.publish(posts)
                for each in shards:
                    expected = story.expected(each.number, tick)
                    assert await received(bus, each.number, expected) == expected
                await bus.forget(tick)
