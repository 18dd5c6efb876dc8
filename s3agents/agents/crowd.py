"""Crowd: the agents in hand: their states and minds, who of them is due for a turn, and what such turns need.

A crowd knows no bus: whoever holds it brings the mail, publishes what its agents write, and then has them take on their
new states. An agent without mail is no object: agents come into being with their first mail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

import structlog

from s3agents.agents.base import Agent, AgentMaker
from s3agents.agents.inbox import bounded
from s3agents.agents.social_agent import SocialAgent
from s3agents.cognition import in_hand
from s3agents.cognition.announce import Announcement
from s3agents.cognition.in_hand import TurnInHand
from s3agents.cognition.mind import Mind
from s3agents.cognition.turn import TurnResult
from s3agents.events import Delivery
from s3agents.ids import TextId, UserId, text_id
from s3agents.memory.base import TextStore
from s3agents.memory.text_table import TextTable
from s3agents.network.society import Society
from s3agents.persona import Persona
from s3agents.rng import Draws
from s3agents.state import AgentState

__all__ = ["Crowd", "CrowdLimits", "Due"]

_AT_ONCE = 256
"""Agents that are told their history together."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdLimits:
    """Bounds of a crowd.

    Attributes:
        history: most earlier posts of a user that enter their memory.
        spontaneous: probability that an agent that has had a turn takes one without mail.
        inbox: most posts that reach an agent in one tick.
    """

    history: int = 4
    inbox: int = 10_000
    spontaneous: float = 0.0


@dataclass(frozen=True, slots=True)
class Due:
    """An agent that is to have a turn, and what it finds; ``user`` is its index in the society."""

    agent: Agent
    inbox: Sequence[Delivery]
    announcements: Sequence[Announcement]
    user: int


class Crowd:
    """The agents of a society, or of a part of it.

    In this order: :meth:`due`, :meth:`prepare`, :meth:`begin`, the thinking of each turn, :meth:`finish`, and, once
    posts are out, :meth:`settle`; each for as many turns at once as the caller likes.

    Args:
        society: users and edges.
        store: the texts and vectors that all of their minds share.
        mind_of: the mind of a user; asked once for each agent that comes into being.
        limits: bounds.
        agent_of: makes the agent of a user.
        users: indices of the users in hand; by default all. States and announcements of others are passed over.
    """

    def __init__(
        self,
        society: Society,
        store: TextStore,
        *,
        mind_of: Callable[[Persona], Mind],
        limits: CrowdLimits,
        agent_of: AgentMaker = SocialAgent,
        users: range | None = None,
    ) -> None:
        self.society, self._store, self._mind_of, self.limits = society, store, mind_of, limits
        self._agent_of = agent_of
        self.users = range(len(society.ids)) if users is None else users
        self._agents: dict[int, Agent] = {}
        self._new: set[int] = set()
        self._awake: set[int] = set()
        self._intending: dict[int, int] = {}

    @property
    def agents(self) -> tuple[Agent, ...]:
        """The agents that have come into being."""
        return tuple(self._agents.values())

    @property
    def states(self) -> dict[UserId, AgentState]:
        """The state of every agent that has had a turn."""
        return {self.society.ids[i]: self._agents[i].state for i in sorted(self._awake)}

    def agent(self, index: int) -> Agent:
        """The agent of a user, which comes into being if it has not yet."""
        agent = self._agents.get(index)
        if agent is None:
            persona = self.society.personas[index]
            agent = self._agents[index] = self._agent_of(persona, self._mind_of(persona))
            self._new.add(index)
        return agent

    async def restore(self, states: Mapping[UserId, AgentState], texts: Mapping[TextId, str]) -> None:
        """Bring back agents of a checkpoint, in the place of what was in hand of them.

        Args:
            states: their states.
            texts: of the posts that they remember.
        """
        indices = {self.society.index[user]: state for user, state in states.items()}
        mine = {i: state for i, state in indices.items() if i in self.users}
        for i, state in mine.items():
            persona = self.society.personas[i]
            self._agents[i] = self._agent_of(persona, self._mind_of(persona), state=state)
            self._new.discard(i)
            self._wake(i, state)
        await self._store.add({**texts, **self._histories(mine)})

    def due(
        self,
        tick: int,
        mail: Mapping[int, Sequence[Delivery]],
        announcements: Mapping[UserId, Sequence[Announcement]],
        among: Set[int] | None = None,
    ) -> list[Due]:
        """Those that have mail, a post to announce, an act due, or an urge, in the order of the users.

        Args:
            tick: now.
            mail: what has arrived, by index of the reader, for users in hand.
            announcements: what the scenario has agents publish in this tick.
            among: indices of those who are asked for; by default all in hand. Others cost nothing.
        """
        said = self._said(announcements, among)
        acting = self._acting(tick, among)
        told = mail.keys() | said.keys() if among is None else (mail.keys() & among) | (said.keys() & among)
        found = []
        for i in sorted(told | acting):
            agent = self.agent(i)
            news = agent.unsaid(said.get(i, ()))
            if news or i in mail or i in acting:
                found.append(Due(agent, self.bounded(i, tick, mail.get(i, ())), news, i))
        full = sum(len(mail.get(entry.user, ())) > self.limits.inbox for entry in found)
        if full:
            _log.info("inboxes are full: not all posts are delivered", tick=tick, inboxes=full, limit=self.limits.inbox)
        return found

    def bounded(self, user: int, tick: int, mail: Sequence[Delivery]) -> Sequence[Delivery]:
        """What of ``mail`` reaches an agent in ``tick``; it may come in parts that are bounded before."""
        most = self.limits.inbox
        if len(mail) <= most:
            return mail
        return bounded(mail, seed=self.agent(user).mind.seed, reader=self.society.ids[user], tick=tick, most=most)

    async def prepare(self, due: Sequence[Due]) -> None:
        """Embed what is new in one batch, rather than in every turn.

        Those who have just come into being learn their history.
        """
        posts = {delivery.post.id: delivery.post for entry in due for delivery in entry.inbox}
        new = {entry.user: entry.agent for entry in due if entry.user in self._new}
        said = [announcement.text for entry in due for announcement in entry.announcements]
        await self._store.add(
            {post.text_id: post.text for post in posts.values()}
            | {entry.agent.profile.id: entry.agent.profile.text for entry in due}
            | {text_id(text): text for text in said}
            | self._histories(new)
        )
        agents = list(new.values())
        for start in range(0, len(agents), _AT_ONCE):
            await self._tell_history(agents[start : start + _AT_ONCE])
        self._new.difference_update(new)

    async def begin(self, due: Sequence[Due], tick: int) -> list[TurnInHand]:
        """The turns of those who are due, prepared as they are, up to the point where each has to think."""
        turns = [entry.agent.turn(tick, entry.inbox, entry.announcements) for entry in due]
        await in_hand.begin(self._store, turns)
        return turns

    async def finish(self, turns: Sequence[TurnInHand]) -> list[TurnResult]:
        """What turns come to that have been thought out; it changes no agent yet."""
        return await in_hand.finish(self._store, turns)

    def settle(self, due: Sequence[Due], results: Sequence[TurnResult]) -> None:
        """Have agents take on the states that their turns came to, once what they publish is out."""
        for entry, result in zip(due, results, strict=True):
            entry.agent.settle(result)
            if result.state is not None:
                self._wake(entry.user, result.state)

    def _wake(self, index: int, state: AgentState) -> None:
        """Keep account of an agent that has had a turn, and of when it next has something to do."""
        self._awake.add(index)
        if state.intentions:
            self._intending[index] = state.intentions[0].due
        else:
            self._intending.pop(index, None)

    def _said(
        self, announcements: Mapping[UserId, Sequence[Announcement]], among: Set[int] | None
    ) -> dict[int, Sequence[Announcement]]:
        """What agents are to publish, by index."""
        if among is not None and len(among) < len(announcements):
            ids = self.society.ids
            return {i: announcements[ids[i]] for i in among if ids[i] in announcements}
        index = self.society.index
        return {index[user]: news for user, news in announcements.items() if index[user] in self.users}

    def _acting(self, tick: int, among: Set[int] | None) -> set[int]:
        """Who has an act due or an urge."""
        awake: Set[int] = self._awake if among is None else self._awake & among
        intending: Set[int] = self._intending.keys() if among is None else self._intending.keys() & among
        chance = self.limits.spontaneous
        acting = {i for i in intending if self._intending[i] <= tick}
        if chance == 0.0:
            return acting
        agents = ((i, self._agents[i]) for i in awake)
        urged = {i for i, a in agents if Draws(a.mind.seed, a.persona.id, tick).uniform("spontaneous") < chance}
        return acting | urged

    def _histories(self, indices: Mapping[int, object]) -> dict[TextId, str]:
        """The earlier posts of users, and what these are held against."""
        people = [self.society.personas[i] for i in indices]
        telling = [(persona, history) for persona in people if (history := self._history(persona))]
        return {text_id(text): text for person, history in telling for text in (person.describe(), *history)}

    async def _tell_history(self, agents: Sequence[Agent]) -> None:
        """Have agents remember what their users posted before the run."""
        telling = [(agent, history) for agent in agents if (history := self._history(agent.persona))]
        keys = {text_id(text) for _, history in telling for text in history}
        known = TextTable(await self._store.get(keys | {agent.profile.id for agent, _ in telling}))
        for agent, history in telling:
            agent.remember_history(history, known)

    def _history(self, persona: Persona) -> Sequence[str]:
        most = self.limits.history
        return self.society.history.get(persona.id, ())[-most:] if most else ()
