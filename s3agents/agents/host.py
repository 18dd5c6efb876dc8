"""Host: gives the agents of a crowd their turns, tick by tick: mail in from the bus, by shard, and posts out to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from s3agents.agents.crowd import Crowd, Due
from s3agents.agents.social_agent import SocialAgent
from s3agents.bus.base import Bus, Shard
from s3agents.cognition.announce import Announcement
from s3agents.cognition.turn import TurnResult
from s3agents.events import Delivery, Post
from s3agents.ids import PostId, TextId, UserId
from s3agents.network.feed import deliveries
from s3agents.state import AgentState

__all__ = ["Host", "HostLimits"]

_AT_ONCE = 16  # shards that receive


@dataclass(frozen=True, slots=True, kw_only=True)
class HostLimits:
    """Bounds of a host.

    Attributes:
        shard: agents that share one subscription.
        concurrency: turns under way at once.
        faults: share of the turns of a tick that may fail; when more have failed, no further ones are begun.
    """

    shard: int = 256
    concurrency: int = 1
    faults: float = 1.0


class Host:
    """The agents of one society on a bus.

    Args:
        crowd: the agents, all of them.
        bus: where their mail comes from and their posts go to.
        limits: bounds.
    """

    def __init__(self, crowd: Crowd, bus: Bus, *, limits: HostLimits) -> None:
        self._crowd, self._society, self._bus, self._limits = crowd, crowd.society, bus, limits
        self._shards = tuple(self._plan())
        self._mail: dict[int, dict[int, list[Delivery]]] = {}

    @property
    def shards(self) -> tuple[Shard, ...]:
        """The shards, each with the authors that its agents follow."""
        return self._shards

    @property
    def agents(self) -> tuple[SocialAgent, ...]:
        """The agents that have come into being."""
        return self._crowd.agents

    async def restore(self, states: Mapping[UserId, AgentState], texts: Mapping[TextId, str]) -> None:
        """Bring back the agents of a checkpoint.

        Args:
            states: their states.
            texts: of the posts that they remember.
        """
        await self._crowd.restore(states, texts)

    async def run_tick(
        self,
        tick: int,
        announcements: Mapping[UserId, Sequence[Announcement]],
        *,
        on_turn: Callable[[int, int], None] = lambda done, due: None,
    ) -> list[TurnResult]:
        """Give every agent its turn that has mail from the tick before, a post to announce, an act due, or an urge.

        In this order: the turns, then the posts are published, then the agents take on their new states. The results
        come in the order of the users. When too many turns have failed, the others are not begun, nothing is published,
        and no agent changes: there are then fewer results than turns, and the tick must not be committed.

        Args:
            tick: now.
            announcements: what the scenario has agents publish.
            on_turn: told after each turn how many are done, of how many.
        """
        due = self._crowd.due(tick, self._mail.pop(tick, {}), announcements)
        await self._crowd.prepare(due)
        results = await self._turns(tick, due, on_turn)
        if len(results) < len(due):
            return results
        await self.deliver([post for result in results for post in result.posts])
        self._crowd.settle(due, results)
        return results

    async def deliver(self, posts: Sequence[Post]) -> None:
        """Publish ``posts``, and take them in where they are read: each is mail in the tick after its own."""
        await self._bus.publish(posts)
        wanted: dict[int, list[PostId]] = {}
        for post in posts:
            followers = self._society.graph.followers(self._society.position(post.author))
            for shard in np.unique(followers // self._limits.shard).tolist():
                wanted.setdefault(shard, []).append(post.id)
        pairs = list(wanted.items())
        for some in (pairs[start : start + _AT_ONCE] for start in range(0, len(pairs), _AT_ONCE)):
            received = await asyncio.gather(*(self._bus.receive(shard, ids) for shard, ids in some))
            for (shard, _), mine in zip(some, received, strict=True):
                for reader, mail in deliveries(mine, self._readers(shard), self._society).items():
                    self._mail.setdefault(mail[0].post.tick + 1, {}).setdefault(reader, []).extend(mail)

    def _plan(self) -> Iterable[Shard]:
        ids = self._society.ids
        for number, start in enumerate(range(0, len(ids), self._limits.shard)):
            stop = min(start + self._limits.shard, len(ids))
            followed = {int(a) for reader in range(start, stop) for a in self._society.graph.followees(reader)}
            yield Shard(number, frozenset(ids[a] for a in followed))

    def _readers(self, shard: int) -> range:
        start = shard * self._limits.shard
        return range(start, min(start + self._limits.shard, len(self._society.ids)))

    async def _turns(self, tick: int, due: Sequence[Due], on_turn: Callable[[int, int], None]) -> list[TurnResult]:
        results: list[TurnResult | None] = [None] * len(due)
        queue = iter(enumerate(due))
        done = failed = 0

        async def work() -> None:
            nonlocal done, failed
            while failed <= self._limits.faults * len(due):
                place, entry = next(queue, (0, None))
                if entry is None:
                    return
                result = results[place] = await self._crowd.take(entry, tick)
                done, failed = done + 1, failed + (result.record.fault is not None)
                on_turn(done, len(due))

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._limits.concurrency, len(due))):
                    group.create_task(work())
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from errors
        return [result for result in results if result is not None]
