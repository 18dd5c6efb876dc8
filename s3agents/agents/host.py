"""Host: a crowd on a bus: what its agents publish goes out, and is mail where it is read, by shard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from itertools import groupby

import numpy as np

from s3agents.agents.base import Agent
from s3agents.agents.crowd import Crowd, Due
from s3agents.agents.shards import plan_shards
from s3agents.bus.base import Bus, Shard
from s3agents.cognition.announce import Announcement
from s3agents.cognition.in_hand import TurnInHand
from s3agents.cognition.turn import TurnResult
from s3agents.events import Delivery, Post
from s3agents.ids import PostId, TextId, UserId
from s3agents.network.feed import deliveries
from s3agents.network.graph import FollowGraph, distinct
from s3agents.state import AgentState
from s3agents.steering.steering import Steering

__all__ = ["Host"]

Mail = dict[int, list[Delivery]]


class Host:
    """The agents of one society on a bus.

    Which of them are at which tick is the caller's business. An agent's turn in a tick needs the turns of the tick
    before to be settled, its own and those of whom it follows: what they published is then mail.

    Args:
        crowd: the agents, all of them.
        bus: where their mail comes from and their posts go to.
        shard: agents that share one subscription.

    Attributes:
        steering: what else decides on mail and posts, if anything does; then whole ticks have to be asked for.
    """

    def __init__(self, crowd: Crowd, bus: Bus, *, shard: int = 256) -> None:
        self._crowd, self._society, self._bus, self._shard = crowd, crowd.society, bus, shard
        self._shards = tuple(plan_shards(crowd.society, shard))
        self._mail: dict[int, Mail] = {}
        self.steering: Steering | None = None

    @property
    def shards(self) -> tuple[Shard, ...]:
        """The shards, each with the authors that its agents follow."""
        return self._shards

    @property
    def agents(self) -> tuple[Agent, ...]:
        """The agents that have come into being."""
        return self._crowd.agents

    @property
    def graph(self) -> FollowGraph:
        """Who follows whom."""
        return self._society.graph

    async def open(self, run: str) -> None:
        """Open the bus, empty of posts, for ``run``; whoever made the bus closes it."""
        await self._bus.open(run, self._shards)

    async def restore(
        self, states: Mapping[UserId, AgentState], texts: Mapping[TextId, str], posts: Sequence[Post]
    ) -> None:
        """Bring back the agents of a checkpoint, and their mail.

        Args:
            states: their states.
            texts: of the posts that they remember.
            posts: that nobody has read.
        """
        await self._crowd.restore(states, texts)
        await self._deliver(posts)

    async def ready(self, tick: int) -> None:
        """Have what steers the run decide on ``tick``, of which nobody has been asked for, and all mail has come."""
        if self.steering is not None:
            self.steering.plan(tick)
            self._mail[tick] = await self.steering.feed(tick, self._mail.get(tick, {}))

    def due(
        self, tick: int, among: Set[int] | None, announcements: Mapping[UserId, Sequence[Announcement]]
    ) -> list[Due]:
        """Those that have mail, a post to announce, an act due, or an urge, in the order of the users.

        Args:
            tick: now.
            among: indices of those who are asked for, and who are asked for once a tick; ``None`` for all.
            announcements: what the scenario has agents publish in this tick.
        """
        mail = self._mail.get(tick, {})
        mine = {i: mail.pop(i) for i in (list(mail) if among is None else mail.keys() & among)}
        for inbox in mine.values():
            inbox.sort(key=_order)  # it may have come in pieces
        if self.steering is not None:
            announcements = self.steering.announced(announcements)
            if idle := self.steering.suspended:
                among = (set(range(len(self._society))) if among is None else among) - idle
        return self._crowd.due(tick, mine, announcements, among)

    async def prepare(self, due: Sequence[Due]) -> None:
        """Embed what the turns of ``due`` need, in one batch."""
        await self._crowd.prepare(due)

    async def begin(self, due: Sequence[Due], tick: int) -> list[TurnInHand]:
        """The turns of those who are due, up to the point where each has to think."""
        return await self._crowd.begin(due, tick)

    async def finish(self, turns: Sequence[TurnInHand]) -> list[TurnResult]:
        """What turns come to that have been thought out; it changes nothing yet."""
        return await self._crowd.finish(turns)

    async def settle(self, due: Sequence[Due], results: Sequence[TurnResult]) -> None:
        """Publish what turns came to, see to it that it has arrived, and then have the agents take on their states."""
        await self._deliver([post for result in results for post in result.posts])
        self._crowd.settle(due, results)

    async def forget(self, tick: int) -> None:
        """Let go of the posts of ``tick``, which all have read who read it, and of what was mail in it."""
        self._mail.pop(tick, None)
        await self._bus.forget(tick)

    async def _deliver(self, posts: Sequence[Post]) -> None:
        """Publish ``posts``, and take them in where they are read: each is mail in the tick after its own."""
        if not posts:
            return
        await self._bus.publish(posts)
        arrived: dict[PostId, Post] = {}
        for shard, ids in self._readers_of(posts).items():  # one after the other: they come in by themselves meanwhile
            arrived.update((post.id, post) for post in await self._bus.receive(shard, ids))
        for tick, some in groupby(sorted(arrived.values(), key=_place), key=lambda post: post.tick):
            mail = self._mail.setdefault(tick + 1, {})
            for reader, delivered in deliveries(some, None, self._society).items():
                held = mail.setdefault(reader, [])
                held.extend(delivered)
                if len(held) > 2 * self._crowd.limits.inbox:
                    mail[reader] = list(self._crowd.bounded(reader, tick + 1, held))

    def _readers_of(self, posts: Sequence[Post]) -> dict[int, list[PostId]]:
        """What each shard has to receive."""
        authors = np.array([self._society.position(post.author) for post in posts], dtype=np.int32)
        followers = self.graph.followers_of(authors)
        post = np.repeat(np.arange(len(posts)), [len(self.graph.followers(author)) for author in authors.tolist()])
        pairs = distinct((followers // self._shard).astype(np.int64) * len(posts) + post)
        wanted: dict[int, list[PostId]] = {}
        for shard, place in zip((pairs // len(posts)).tolist(), (pairs % len(posts)).tolist(), strict=True):
            wanted.setdefault(shard, []).append(posts[place].id)
        return wanted


def _place(post: Post) -> tuple[int, str, int]:
    return post.order


def _order(delivery: Delivery) -> tuple[int, str, int]:
    return delivery.post.order
