"""Host: who gets a turn, in which order things happen, and what it costs to be idle."""

from __future__ import annotations

from typing import Any

import pytest

from s3agents import Society, wiring
from s3agents.agents.crowd import Crowd, CrowdLimits
from s3agents.agents.host import Host, HostLimits
from s3agents.bus.local import LocalBus
from s3agents.cognition.announce import Announcement
from s3agents.coordinator.roster import Roster
from s3agents.embed.hashing import HashingEmbedder
from s3agents.errors import BusError
from s3agents.events import Post
from s3agents.ids import UserId
from s3agents.memory.local import LocalStore
from s3agents.testing.societies import lively_scenario, society_of

NEWS = {UserId("u0"): [Announcement(text="News!")]}


def host_of(society: Society, bus: LocalBus, **changes: Any) -> Host:
    """A host of textbook agents."""
    scenario = lively_scenario([], **changes)
    store = LocalStore(HashingEmbedder())
    minds = wiring.Minds(scenario, Roster(scenario, society), store, client=None, packs={})
    return Host(Crowd(society, store, mind_of=minds, limits=CrowdLimits()), bus, limits=HostLimits(shard=2))


async def test_only_agents_with_mail_come_into_being() -> None:
    """Followers of the author have a turn in the next tick; for all others there is not even an object."""
    society = society_of(1000, [(1, 0), (2, 0), (3, 1)])
    bus = LocalBus()
    host = host_of(society, bus)
    await bus.open("run", host.shards)
    assert [r.record.user for r in await host.run_tick(0, NEWS)] == ["u0"]
    assert [r.record.user for r in await host.run_tick(1, {})] == ["u1", "u2"]
    assert len(host.agents) == 3


async def test_shards_mirror_the_follow_edges() -> None:
    """A shard subscribes to exactly the authors that its agents follow."""
    host = host_of(society_of(4, [(0, 1), (0, 3), (1, 3), (2, 0)]), LocalBus())
    assert [sorted(shard.authors) for shard in host.shards] == [["u1", "u3"], ["u0"]]


async def test_agents_change_only_after_their_posts_are_out() -> None:
    """If the bus refuses the posts of a tick, no agent has taken on a new state."""

    class Refusing(LocalBus):
        """A bus that takes no posts."""

        async def publish(self, posts: Any) -> None:
            raise BusError("the server is gone")

    bus = Refusing()
    host = host_of(society_of(2, [(1, 0)]), bus)
    await bus.open("run", host.shards)
    with pytest.raises(BusError):
        await host.run_tick(0, NEWS)
    (author,) = host.agents
    assert author.state.pool == ()


async def test_history_enters_the_memory_once() -> None:
    """Earlier posts of a user are in its memory at its first turn, the last few of them, and on its record."""
    plain = society_of(2, [(1, 0)])
    society = Society(plain.personas, plain.graph, history={UserId("u1"): [f"old {n}" for n in range(9)]})
    bus = LocalBus()
    host = host_of(society, bus)
    await bus.open("run", host.shards)
    await host.run_tick(0, NEWS)
    (result,) = await host.run_tick(1, {})
    remembered = [item.post for item in result.record.remembered]
    assert remembered[:4] == [f"before.{n}.u1" for n in range(4)]
    assert all(isinstance(post, Post) for post in result.posts)
