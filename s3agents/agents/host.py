"""Host: holds the agents of a society and gives a turn to each that has mail or something to do, shard by shard.

An agent without mail is no object: agents come into being with their first mail.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from s3agents.agents.social_agent import SocialAgent
from s3agents.bus.base import Bus, Shard
from s3agents.cognition.announce import Announcement
from s3agents.cognition.mind import Mind
from s3agents.cognition.turn import TurnResult
from s3agents.events import Delivery
from s3agents.ids import TextId, UserId, text_id
from s3agents.memory.base import TextStore
from s3agents.network.feed import deliveries
from s3agents.network.society import Society
from s3agents.persona import Persona
from s3agents.rng import Draws
from s3agents.state import AgentState

__all__ = ["Host", "HostLimits"]

_COLLECTED_AT_ONCE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class HostLimits:
    """Bounds of a host.

    Attributes:
        shard: agents that share one subscription.
        concurrency: turns under way at once.
        history: most earlier posts of a user that enter their memory.
        spontaneous: probability that an agent that has had a turn takes one without mail.
        faults: share of the turns of a tick that may fail; when more have failed, no further ones are begun.
    """

    shard: int = 256
    concurrency: int = 1
    history: int = 4
    spontaneous: float = 0.0
    faults: float = 1.0


@dataclass(frozen=True, slots=True)
class _Due:
    """An agent that is to have a turn."""

    agent: SocialAgent
    inbox: Sequence[Delivery]
    announcements: Sequence[Announcement]


class Host:
    """The agents of one society.

    Args:
        society: users and edges.
        bus: where their mail comes from and their posts go to.
        store: the texts and vectors that all of their minds share.
        mind_of: the mind of a user; asked once for each agent that comes into being.
        limits: bounds.
    """

    def __init__(
        self,
        society: Society,
        bus: Bus,
        store: TextStore,
        *,
        mind_of: Callable[[Persona], Mind],
        limits: HostLimits,
    ) -> None:
        self._society, self._bus, self._store, self._mind_of, self._limits = society, bus, store, mind_of, limits
        self._agents: dict[int, SocialAgent] = {}
        self._awake: set[int] = set()
        self._intending: dict[int, int] = {}
        self._shards = tuple(self._plan())

    @property
    def shards(self) -> tuple[Shard, ...]:
        """The shards, each with the authors that its agents follow."""
        return self._shards

    @property
    def agents(self) -> tuple[SocialAgent, ...]:
        """The agents that have come into being."""
        return tuple(self._agents.values())

    async def restore(self, states: Mapping[UserId, AgentState], texts: Mapping[TextId, str]) -> None:
        """Bring back the agents of a checkpoint.

        Args:
            states: their states.
            texts: of the posts that they remember.
        """
        await self._store.add(texts)
        for user, state in states.items():
            index = self._society.index[user]
            persona = self._society.personas[index]
            self._agents[index] = SocialAgent(persona, self._mind_of(persona), state=state)
            self._wake(index, state)
        await self._learn_histories([self._society[user] for user in states])

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
        due = await self._due(tick, announcements)
        await self._prefetch(due)
        results = await self._turns(tick, due, on_turn)
        if len(results) < len(due):
            return results
        await self._bus.publish([post for result in results for post in result.posts])
        for entry, result in zip(due, results, strict=True):
            entry.agent.settle(result)
            if result.state is not None:
                self._wake(self._society.index[entry.agent.persona.id], result.state)
        return results

    def _plan(self) -> Iterable[Shard]:
        ids = self._society.ids
        for number, start in enumerate(range(0, len(ids), self._limits.shard)):
            stop = min(start + self._limits.shard, len(ids))
            followed = {int(a) for reader in range(start, stop) for a in self._society.graph.followees(reader)}
            yield Shard(number, frozenset(ids[a] for a in followed))

    async def _due(self, tick: int, announcements: Mapping[UserId, Sequence[Announcement]]) -> list[_Due]:
        mail = await self._mail(tick)
        speakers = {self._society.index[user]: said for user, said in announcements.items()}
        acting = self._urged(tick) | {i for i, due in self._intending.items() if due <= tick}
        indices = sorted(mail.keys() | speakers.keys() | acting)
        await self._learn_histories([self._society.personas[i] for i in indices if i not in self._agents])
        due = []
        for i in indices:
            agent = await self._agent(i)
            news = agent.unsaid(speakers.get(i, ()))
            if news or i in mail or i in acting:
                due.append(_Due(agent, mail.get(i, ()), news))
        return due

    def _wake(self, index: int, state: AgentState) -> None:
        """Keep account of an agent that has had a turn, and of when it next has something to do."""
        self._awake.add(index)
        if state.intentions:
            self._intending[index] = state.intentions[0].due
        else:
            self._intending.pop(index, None)

    async def _mail(self, tick: int) -> dict[int, list[Delivery]]:
        if tick == 0:
            return {}
        mail: dict[int, list[Delivery]] = {}
        for start in range(0, len(self._shards), _COLLECTED_AT_ONCE):
            shards = self._shards[start : start + _COLLECTED_AT_ONCE]
            collected = await asyncio.gather(*(self._bus.collect(shard.number, tick - 1) for shard in shards))
            for shard, posts in zip(shards, collected, strict=True):
                mail.update(deliveries(posts, self._readers(shard), self._society))
        return mail

    def _readers(self, shard: Shard) -> range:
        start = shard.number * self._limits.shard
        return range(start, min(start + self._limits.shard, len(self._society.ids)))

    async def _prefetch(self, due: Sequence[_Due]) -> None:
        """Embed what is new and fetch what will be recalled in one batch each, rather than in every turn."""
        posts = {delivery.post.id: delivery.post for entry in due for delivery in entry.inbox}
        profiles = [entry.agent.persona.describe() for entry in due]
        await self._store.add(
            {post.text_id: post.text for post in posts.values()} | {text_id(profile): profile for profile in profiles}
        )
        remembered = {item.text for entry in due for item in entry.agent.state.pool}
        await self._store.get(remembered)

    async def _learn_histories(self, personas: Sequence[Persona]) -> None:
        """Embed the earlier posts of agents that come into being, and what these are held against, in one batch."""
        telling = [(persona, history) for persona in personas if (history := self._history(persona))]
        texts = [text for persona, history in telling for text in (persona.describe(), *history)]
        await self._store.add({text_id(text): text for text in texts})

    def _history(self, persona: Persona) -> Sequence[str]:
        most = self._limits.history
        return self._society.history.get(persona.id, ())[-most:] if most else ()

    def _urged(self, tick: int) -> set[int]:
        chance = self._limits.spontaneous
        if chance == 0.0:
            return set()
        agents = ((i, self._agents[i]) for i in self._awake)
        return {i for i, a in agents if Draws(a.mind.seed, a.persona.id, tick).uniform("spontaneous") < chance}

    async def _agent(self, index: int) -> SocialAgent:
        agent = self._agents.get(index)
        if agent is None:
            persona = self._society.personas[index]
            agent = self._agents[index] = SocialAgent(persona, self._mind_of(persona))
            history = self._history(persona)
            if history:
                await agent.remember_history(history)
        return agent

    async def _turns(self, tick: int, due: Sequence[_Due], on_turn: Callable[[int, int], None]) -> list[TurnResult]:
        results: list[TurnResult | None] = [None] * len(due)
        queue = iter(enumerate(due))
        done = failed = 0

        async def work() -> None:
            nonlocal done, failed
            while failed <= self._limits.faults * len(due):
                place, entry = next(queue, (0, None))
                if entry is None:
                    return
                result = results[place] = await entry.agent.take_turn(tick, entry.inbox, entry.announcements)
                done, failed = done + 1, failed + (result.record.fault is not None)
                on_turn(done, len(due))

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._limits.concurrency, len(due))):
                    group.create_task(work())
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from errors
        return [result for result in results if result is not None]
