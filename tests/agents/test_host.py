"""Host: who is due, in which order things happen, and what it costs to be idle."""

from __future__ import annotations

from typing import Any

import pytest

from s3agents import Society
from s3agents.agents.crowd import Crowd, CrowdLimits
from s3agents.agents.host import Host
from s3agents.bus.local import LocalBus
from s3agents.cognition.announce import Announcement
from s3agents.cognition.turn import TurnResult
from s3agents.coordinator.roster import Roster
from s3agents.embed.hashing import HashingEmbedder
from s3agents.errors import BusError
from s3agents.events import Post
from s3agents.ids import UserId
from s3agents.memory.local import LocalStore
from s3agents.minds import Minds
from s3agents.testing.societies import lively_scenario, society_of

NEWS = {UserId("u0"): [Announcement(text="News!")]}


async def host_of(society: Society, bus: LocalBus, **changes: Any) -> Host:
    """A host of textbook agents, open."""
    scenario = lively_scenario([], **changes)
    store = LocalStore(HashingEmbedder())
    minds = Minds(scenario, Roster(scenario, society), store, client=None, packs={})
    host = Host(Crowd(society, store, mind_of=minds, limits=CrowdLimits()), bus, shard=2)
    await host.open("run")
    return host


async def played(host: Host, tick: int, **options: Any) -> list[TurnResult]:
    """All turns of a tick, one after the other."""
    due = host.due(tick, options.get("among"), options.get("announcements", {}))
    await host.prepare(due)
    turns = await host.begin(due, tick)
    for turn in turns:
        await turn.think()
    results = await host.finish(turns)
    await host.settle(due, results)
    return results


async def test_only_agents_with_mail_come_into_being() -> None:
    """Followers of the author have a turn in the next tick; for all others there is not even an object."""
    host = await host_of(society_of(1000, [(1, 0), (2, 0), (3, 1)]), LocalBus())
    assert [r.record.user for r in await played(host, 0, announcements=NEWS)] == ["u0"]
    assert [r.record.user for r in await played(host, 1)] == ["u1", "u2"]
    assert len(host.agents) == 3


async def test_a_tick_may_be_played_in_parts() -> None:
    """Whoever is asked for later finds its mail all the same, in its order, though it came in pieces."""
    host = await host_of(society_of(4, [(2, 0), (3, 0), (2, 1)]), LocalBus())
    for n in (1, 0):
        await played(host, 0, among={n}, announcements={UserId(f"u{n}"): [Announcement(text="News!")]})
    (late,) = await played(host, 1, among={0, 1, 3})
    (early,) = await played(host, 1, among={2})
    assert (late.record.user, early.record.user) == ("u3", "u2")
    assert [exposure.post for exposure in early.record.exposures] == ["0.0.u0", "0.0.u1"]


async def test_mail_is_read_once() -> None:
    """Who had it in its turn is not due again, and what is forgotten is nobody's."""
    host = await host_of(society_of(2, [(1, 0)]), LocalBus())
    await played(host, 0, announcements=NEWS)
    assert len(await played(host, 1)) == 1
    assert host.due(1, None, {}) == []
    await host.forget(1)
    assert host.due(1, None, {}) == []


async def test_shards_mirror_the_follow_edges() -> None:
    """A shard subscribes to exactly the authors that its agents follow."""
    host = await host_of(society_of(4, [(0, 1), (0, 3), (1, 3), (2, 0)]), LocalBus())
    assert [sorted(shard.authors) for shard in host.shards] == [["u1", "u3"], ["u0"]]


async def test_agents_change_only_after_their_posts_are_out() -> None:
    """If the bus refuses the posts, no agent has taken on a new state."""

    class Refusing(LocalBus):
        """A bus that takes no posts."""

        async def publish(self, posts: Any) -> None:
            raise BusError("the server is gone")

    host = await host_of(society_of(2, [(1, 0)]), Refusing())
    with pytest.raises(BusError):
        await played(host, 0, announcements=NEWS)
    (author,) = host.agents
    assert author.state.pool == ()


async def test_history_enters_the_memory_once() -> None:
    """Earlier posts of a user are in its memory at its first turn, the last few of them, and on its record."""
    plain = society_of(2, [(1, 0)])
    society = Society(plain.personas, plain.graph, history={UserId("u1"): [f"old {n}" for n in range(9)]})
    host = await host_of(society, LocalBus())
    await played(host, 0, announcements=NEWS)
    (result,) = await played(host, 1)
    remembered = [item.post for item in result.record.remembered]
    assert remembered[:4] == [f"before.{n}.u1" for n in range(4)]
    assert all(isinstance(post, Post) for post in result.posts)
