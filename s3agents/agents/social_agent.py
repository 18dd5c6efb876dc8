"""SocialAgent: one user of the network as an AutoGen agent.

In a society the host gives it mail and takes its :class:`~s3agents.cognition.turn.TurnResult`. Alone, in any AutoGen
team, chat messages are its mail: it reads each as a post of the message's source, takes a turn, and answers with what
it publishes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from autogen_agentchat.agents import BaseChatAgent
from autogen_agentchat.base import Response
from autogen_agentchat.messages import BaseChatMessage, TextMessage
from autogen_core import CancellationToken
from pydantic import ValidationError

from s3agents.cognition.announce import Announcement, Announcing, fresh
from s3agents.cognition.in_hand import TurnInHand, take_alone
from s3agents.cognition.initial import initial_state
from s3agents.cognition.mind import Mind
from s3agents.cognition.recall import Affinity, retain
from s3agents.cognition.turn import Profile, Turn, TurnResult
from s3agents.errors import InputError, ReplyError, S3AgentsError, explain
from s3agents.events import Action, Delivery, Post, Source
from s3agents.ids import PostId, UserId, post_id, text_id
from s3agents.memory.autogen import SocialMemory
from s3agents.memory.text_table import TextTable
from s3agents.persona import Persona
from s3agents.prompts.quoting import quoted
from s3agents.state import AgentState, MemoryItem, dump_state, load_state

__all__ = ["SocialAgent"]

_NOT_IDENTIFIER = re.compile(r"\W")
_MOST_CHARS = 200


class SocialAgent(BaseChatAgent):
    """A user that reads, remembers, feels, takes sides and acts.

    Args:
        persona: who it is.
        mind: what it thinks with; shared with other agents.
        state: its state; by default the one in which it enters a run.
        mutuals: users whose messages count as a mutual follow's when the agent is used in a team.
        followees: users whose messages count as a followee's; anybody else's come from the platform.
    """

    component_type = "agent"

    def __init__(
        self,
        persona: Persona,
        mind: Mind,
        *,
        state: AgentState | None = None,
        mutuals: Collection[str] = (),
        followees: Collection[str] = (),
    ) -> None:
        self.profile = Profile.of(persona)
        about = self.profile.text.strip() or f"User {persona.id} of a social network."
        super().__init__(_agent_name(persona.id), quoted(about, _MOST_CHARS))  # selector teams put it into prompts
        self.persona = persona
        self.mind = mind
        self.state = state or self._fresh()
        self._mutuals, self._followees = frozenset(mutuals), frozenset(followees)
        self._tick = self.state.felt
        self._history: tuple[MemoryItem, ...] = ()

    def turn(self, tick: int, inbox: Sequence[Delivery], announcements: Sequence[Announcement] = ()) -> TurnInHand:
        """A turn that is not begun; the agent itself is not changed before :meth:`settle`.

        Args:
            tick: now.
            inbox: what has arrived, in its total order.
            announcements: posts that the scenario has it publish; then it does nothing else. See :meth:`unsaid`.
        """
        mind, persona, state, profile, earlier = self.mind, self.persona, self.state, self.profile, self._history
        if not announcements:
            return Turn(mind, persona, state, tick=tick, inbox=inbox, profile=profile, earlier=earlier)
        return Announcing(
            mind,
            persona,
            state,
            tick=tick,
            inbox=inbox,
            announcements=announcements,
            profile=profile,
            earlier=earlier,
        )

    async def take_turn(self, tick: int, inbox: Sequence[Delivery]) -> TurnResult:
        """The whole of a turn, by itself; the agent is not changed before :meth:`settle`."""
        return await take_alone(self.mind.store, self.turn(tick, inbox))

    def unsaid(self, announcements: Sequence[Announcement]) -> Sequence[Announcement]:
        """``announcements`` without those that pass on a cascade which the agent has already started or passed on."""
        return fresh(announcements, self.state.shared) if announcements else ()

    def settle(self, result: TurnResult) -> None:
        """Take on the state that a turn came to; after a failed turn everything stays as it was."""
        if result.state is not None:
            self.state = result.state
            self._tick = result.state.felt
            self._history = ()

    def remember_history(self, texts: Sequence[str], known: TextTable) -> None:
        """Put the user's earlier posts into its memory, as its own and from before the run.

        The record of its first turn tells of them.

        Args:
            texts: the posts.
            known: these, and the agent's profile.
        """
        posts = [_earlier(self.persona.id, n, text) for n, text in enumerate(texts)]
        affinity = Affinity(self.profile.id)
        affinity.learn(known, [text_id(text) for text in texts])
        own = [(post, Source.SELF) for post in posts]
        self.pool = self._history = retain(self.mind, self.state.pool, own, affinity, tick=0).pool

    @property
    def pool(self) -> tuple[MemoryItem, ...]:
        """What it remembers."""
        return self.state.pool

    @pool.setter
    def pool(self, pool: tuple[MemoryItem, ...]) -> None:
        self.state = replace(self.state, pool=pool)

    @property
    def memory(self) -> SocialMemory:
        """Its memory as AutoGen's ``Memory``: what is added through it, the agent remembers."""
        mind = self.mind
        return SocialMemory(
            mind.store,
            mind.influence,
            persona=self.profile.text,
            capacity=mind.capacity,
            k=mind.recall,
            now=self._tick,
            holder=self,
        )

    @property
    def produced_message_types(self) -> Sequence[type[BaseChatMessage]]:
        """A text message, whose metadata tell emotion, attitude and action."""
        return (TextMessage,)

    async def on_messages(self, messages: Sequence[BaseChatMessage], cancellation_token: CancellationToken) -> Response:
        """Read ``messages`` as mail, take a turn, and answer with what it publishes.

        Raises:
            ReplyError: if the turn failed; the agent is then unchanged and may be asked again.
        """
        tick = self._tick + 1
        inbox = [self._delivery(message, tick, n) for n, message in enumerate(messages)]
        result = await self.take_turn(tick, inbox)
        if result.record.fault is not None:
            fault = result.record.fault
            raise ReplyError(f"agent {self.name}: {fault.message}", cause=fault.cause)
        self.settle(result)
        return Response(chat_message=self._answer(result))

    async def on_reset(self, cancellation_token: CancellationToken) -> None:
        """Back to the state in which it enters a run."""
        self.state = self._fresh()
        self._tick = 0

    async def save_state(self) -> Mapping[str, Any]:
        """The agent's state as plain values, with the texts of its memories."""
        stored = await self.mind.store.get({item.text for item in self.state.pool})
        return {
            "type": "SocialAgentState",
            "tick": self._tick,
            "state": dump_state(self.state),
            "texts": {key: value.text for key, value in stored.items()},
        }

    async def load_state(self, state: Mapping[str, Any]) -> None:
        """Inverse of :meth:`save_state`.

        Raises:
            InputError: if ``state`` was not saved by an agent of this kind.
        """
        try:
            loaded, tick = load_state(state["state"]), int(state["tick"])
            texts = dict(state["texts"])
        except (KeyError, TypeError, ValueError, ValidationError) as exc:
            what = f"state of agent {self.name}"
            raise InputError(explain(what, wanted="what save_state returned", got=str(exc))) from exc
        await self.mind.store.add(texts)
        self.state, self._tick = loaded, tick

    def _fresh(self) -> AgentState:
        mind = self.mind
        return initial_state(self.persona, prior=mind.prior, certainty=mind.certainty, seed=mind.seed)

    def _delivery(self, message: BaseChatMessage, tick: int, n: int) -> Delivery:
        author = UserId(message.source)
        post = post_id(tick - 1, author, n)
        body = Post(id=post, author=author, tick=tick - 1, n=n, text=message.to_text(), root=post)
        return Delivery(post=body, source=self._source(message.source))

    def _source(self, author: str) -> Source:
        if author in (self.name, self.persona.id):
            return Source.SELF
        if author in self._mutuals:
            return Source.MUTUAL
        return Source.FOLLOWEE if author in self._followees else Source.PLATFORM

    def _answer(self, result: TurnResult) -> TextMessage:
        record = result.record
        if record.action is None or record.emotion is None or record.attitude is None:
            raise S3AgentsError(f"agent {self.name}: a turn without a fault must have an outcome")
        text = result.posts[0].text if result.posts else ""
        metadata = {
            "action": str(record.action),
            "target": record.target or "",
            "emotion": record.emotion.level.value,
            "attitude": record.attitude.stance.value,
            "p_positive": f"{record.attitude.p_positive:.6f}",
        }
        done = f"{record.action} {record.target or ''}".strip()
        content = text or ("(stays silent)" if record.action == Action.INACTIVE else f"({done})")
        return TextMessage(content=content, source=self.name, metadata=metadata)


def _agent_name(user: str) -> str:
    """AutoGen wants a Python identifier."""
    name = _NOT_IDENTIFIER.sub("_", user)
    return name if name.isidentifier() else f"user_{name}"


def _earlier(user: UserId, n: int, text: str) -> Post:
    post = PostId(f"before.{n}.{user}")
    return Post(id=post, author=user, tick=0, n=n, text=text, root=post)
