"""Turn: the phase machine of one agent in one tick: perceive, recall, appraise, act, remember.

A turn changes nothing outside itself: it ends with a :class:`TurnResult`, whose state the agent takes on only after the
posts are out. A turn that fails is a fault, with its phase and cause, and leaves the agent as it was.

What an agent has decided to do later is done in the turn in which it is due. Mail that comes with it is read and
thought about as ever, and what is then decided waits a tick at least; without mail there is nothing to think about, and
an urge to take a turn is spent on the act.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from s3agents.cognition.act import intended, published
from s3agents.cognition.appraise import decayed
from s3agents.cognition.base import Appraisal, Decision, Meter, Recollection, TurnView
from s3agents.cognition.hear import hear
from s3agents.cognition.intend import due_act, revised
from s3agents.cognition.mind import Mind
from s3agents.cognition.perceive import perceive
from s3agents.cognition.recall import recollect, retain
from s3agents.errors import ModelError
from s3agents.events import Action, Delivery, Post, Source
from s3agents.persona import Persona
from s3agents.record.base import Exposure, Fault, TurnRecord
from s3agents.rng import Draws
from s3agents.state import SHARED_KEPT, AgentState, Intention, MemoryItem

__all__ = ["Phase", "Turn", "TurnResult"]


class Phase(Enum):
    """Where a turn stands; each phase follows the one before it, and no other."""

    DELIVERED = 0
    PERCEIVED = 1
    RECALLED = 2
    APPRAISED = 3
    ACTED = 4
    REMEMBERED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnResult:
    """What a turn came to.

    Attributes:
        record: what is kept of it.
        posts: what it publishes.
        state: the agent's new state; ``None`` when the turn failed, and the old one stays.
    """

    record: TurnRecord
    posts: tuple[Post, ...] = ()
    state: AgentState | None = None


class Turn:
    """One turn.

    Args:
        mind: what the agent thinks with.
        persona: who it is.
        state: its state before.
        tick: now.
        inbox: the posts that reached it, in their total order.
    """

    def __init__(
        self, mind: Mind, persona: Persona, state: AgentState, *, tick: int, inbox: Sequence[Delivery]
    ) -> None:
        self._mind, self._persona, self._state, self._tick = mind, persona, state, tick
        self._inbox = tuple(inbox)
        self._draws = Draws(mind.seed, persona.id, tick)
        self._perceived: tuple[Delivery, ...] = ()
        self._recalled: list[Recollection] = []
        self._recalled_items: list[MemoryItem] = []
        self._due = due_act(state.intentions, tick)
        self._thinks = bool(self._inbox) or self._due is None
        self._carried = self._due
        self._later: Intention | None = None
        self._posts: tuple[Post, ...] = ()
        self._meter = Meter()
        self._pool = state.pool
        self._remembered: tuple[MemoryItem, ...] = ()
        self._forgotten: tuple[MemoryItem, ...] = ()
        self.phase = Phase.DELIVERED

    async def run(self) -> TurnResult:
        """All phases, one after the other."""
        try:
            self.perceive()
            await self.recall()
            appraisal = await self.appraise()
            decision = await self.act(appraisal)
        except ModelError as error:
            return self._fault(error)
        await self.remember()
        return self._done(appraisal, decision)

    def perceive(self) -> None:
        """What of the inbox reaches attention."""
        self._advance(Phase.PERCEIVED)
        self._perceived = perceive(
            self._inbox, shared=self._state.shared, attention=self._mind.attention, draws=self._draws
        )

    async def recall(self) -> None:
        """What comes to mind."""
        self._advance(Phase.RECALLED)
        if self._thinks:
            self._recalled, self._recalled_items = await recollect(self._mind, self._state, self._perceived, self._tick)

    async def appraise(self) -> Appraisal:
        """New emotion and attitude."""
        self._advance(Phase.APPRAISED)
        if not self._thinks:
            return Appraisal(emotion=self._view.emotion, attitude=self._view.attitude)
        return await self._mind.cognition.appraise(self._view)

    async def act(self, appraisal: Appraisal) -> Decision:
        """Forward, post, or nothing: what is due, else what is decided now."""
        self._advance(Phase.ACTED)
        if self._thinks:
            decision = await self._mind.cognition.act(self._view, appraisal)
            self._schedule(intended(self._view, appraisal, decision))
        else:
            decision = Decision(action=Action.INACTIVE)
        if self._carried is not None:
            author, felt = self._persona.id, appraisal.emotion.level
            self._posts = (published(self._carried, author=author, tick=self._tick, emotion=felt),)
        return decision

    def _schedule(self, intention: Intention | None) -> None:
        """Carry out ``intention`` now if that is its time and nothing else is due, else later."""
        if intention is None:
            return
        if self._due is None and intention.due == self._tick:
            self._carried = intention
        else:
            self._later = replace(intention, due=max(intention.due, self._tick + 1))

    async def remember(self) -> None:
        """What was read and written enters the pool; the least influential leaves it."""
        self._advance(Phase.REMEMBERED)
        read = [(d.post, d.source) for d in self._perceived] + [(post, Source.SELF) for post in self._posts]
        self._pool, self._remembered, self._forgotten = await retain(
            self._mind, self._persona, self._state.pool, read, tick=self._tick
        )

    def _advance(self, to: Phase) -> None:
        if to.value != self.phase.value + 1:
            raise RuntimeError(f"a turn cannot go from {self.phase.name} to {to.name}")
        self.phase = to

    @cached_property
    def _view(self) -> TurnView:
        """What the mind goes by, once it is known what was perceived and recalled."""
        scene = self._mind.scene
        return TurnView(
            scene=scene,
            persona=self._persona,
            emotion=decayed(self._state, tick=self._tick, coefficient=scene.decay, draws=self._draws),
            attitude=self._state.attitude,
            tick=self._tick,
            perceived=self._perceived,
            recalled=tuple(self._recalled),
            draws=self._draws,
            heard=hear(self._state.heard, (d.post.root for d in self._inbox), tick=self._tick),
            shared=self._state.shared,
            intentions=self._state.intentions,
            meter=self._meter,
        )

    def _exposures(self) -> tuple[Exposure, ...]:
        attended = {d.post.id for d in self._perceived}
        return tuple(Exposure(d.post.id, d.source, d.post.id in attended) for d in self._inbox)

    def _fault(self, error: ModelError) -> TurnResult:
        fault = Fault(stage=self.phase.name.lower(), cause=error.cause, message=str(error))
        record = TurnRecord(
            user=self._persona.id,
            mode=self._mind.cognition.mode,
            exposures=self._exposures(),
            usage=self._meter.usage,
            fault=fault,
        )
        return TurnResult(record=record)

    def _done(self, appraisal: Appraisal, decision: Decision) -> TurnResult:
        carried = self._carried
        shared = (*self._state.shared, *(post.root for post in self._posts))[-SHARED_KEPT:]
        intentions, concluded = revised(self._state.intentions, shared=shared, done=self._due, new=self._later)
        record = TurnRecord(
            user=self._persona.id,
            mode=self._mind.cognition.mode,
            exposures=self._exposures(),
            recalled=tuple(item.post for item in self._recalled_items),
            emotion=appraisal.emotion,
            attitude=appraisal.attitude,
            action=carried.action if carried is not None else Action.INACTIVE,
            target=carried.target if carried is not None else None,
            p=decision.p,
            remembered=self._remembered,
            forgotten=tuple(item.post for item in self._forgotten),
            intended=self._later,
            concluded=concluded,
            usage=self._meter.usage,
        )
        state = AgentState(
            emotion=appraisal.emotion,
            attitude=appraisal.attitude,
            felt=self._tick,
            pool=self._pool,
            shared=shared,
            heard=self._view.heard,
            intentions=intentions,
        )
        return TurnResult(record=record, posts=self._posts, state=state)
