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
from enum import IntEnum
from functools import cached_property
from typing import NamedTuple

from s3agents.cognition.act import intended, published
from s3agents.cognition.appraise import decayed
from s3agents.cognition.base import Appraisal, Decision, Meter, Recollection, TurnView
from s3agents.cognition.hear import hear
from s3agents.cognition.intend import due_act, revised
from s3agents.cognition.mind import Mind
from s3agents.cognition.perceive import perceive
from s3agents.cognition.recall import Affinity, Retained, recollect, retain
from s3agents.errors import ModelError
from s3agents.events import Action, Delivery, Post, Source
from s3agents.ids import TextId, text_id
from s3agents.memory.text_table import TextTable
from s3agents.persona import Persona
from s3agents.record.base import Exposure, Fault, TurnRecord
from s3agents.rng import Draws
from s3agents.state import SHARED_KEPT, AgentState, Intention, MemoryItem

__all__ = ["Phase", "Profile", "Turn", "TurnResult"]


class Phase(IntEnum):
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


class Profile(NamedTuple):
    """An agent's attributes as a text, which relevance is measured against, with its id."""

    id: TextId
    text: str

    @classmethod
    def of(cls, persona: Persona) -> Profile:
        """What ``persona`` says of itself."""
        text = persona.describe()
        return cls(text_id(text), text)


class Turn:
    """One turn; a :class:`~s3agents.cognition.in_hand.TurnInHand`.

    Args:
        mind: what the agent thinks with.
        persona: who it is.
        state: its state before.
        tick: now.
        inbox: the posts that reached it, in their total order.
        profile: of ``persona``, where it is known already.
        earlier: memories that it came with, of which nothing is recorded yet.
    """

    def __init__(
        self,
        mind: Mind,
        persona: Persona,
        state: AgentState,
        *,
        tick: int,
        inbox: Sequence[Delivery],
        profile: Profile | None = None,
        earlier: tuple[MemoryItem, ...] = (),
    ) -> None:
        self._mind, self._persona, self._state, self._tick = mind, persona, state, tick
        self._profile, self._earlier = profile or Profile.of(persona), earlier
        self._inbox = tuple(inbox)
        self._draws = Draws(mind.seed, persona.id, tick)
        self._perceived: tuple[Delivery, ...] = ()
        self._cues: list[TextId] = []
        self._affinity = Affinity(self._profile.id)
        self._scores: list[float] | None = None
        self._recalled: list[Recollection] = []
        self._recalled_items: list[MemoryItem] = []
        self._due = due_act(state.intentions, tick)
        self._thinks = bool(self._inbox) or self._due is None
        self._carried = self._due
        self._later: Intention | None = None
        self._posts: tuple[Post, ...] = ()
        self._meter = Meter()
        self._outcome: tuple[Appraisal, Decision] | ModelError | None = None
        self.phase = Phase.DELIVERED

    @property
    def read(self) -> dict[TextId, str]:
        """The texts of its mail, and the reader's profile."""
        return {self._profile.id: self._profile.text, **{d.post.text_id: d.post.text for d in self._inbox}}

    def perceive(self) -> None:
        """What of the inbox reaches attention."""
        self._advance(Phase.PERCEIVED)
        self._perceived = perceive(
            self._inbox, shared=self._state.shared, attention=self._mind.attention, draws=self._draws
        )
        self._cues = [d.post.text_id for d in self._perceived]

    @property
    def needed(self) -> list[TextId]:
        """The texts that recall looks at: profile, what was perceived, and the pool."""
        pool = [item.text for item in self._state.pool] if self._thinks else []
        return [self._profile.id, *self._cues, *pool]

    def recall(self, known: TextTable) -> None:
        """What comes to mind, and how close to the reader's attributes what is read is."""
        self._advance(Phase.RECALLED)
        mind, pool, tick = self._mind, self._state.pool, self._tick
        cues = self._affinity.learn(known, self._cues)
        if self._thinks:
            self._scores = mind.influence.scores(pool, tick)
            self._recalled, self._recalled_items = recollect(
                mind, pool, known, tick=tick, cues=cues, scores=self._scores
            )

    async def think(self) -> None:
        """Appraise and act; what the model fails at is noted."""
        try:
            appraisal = await self.appraise()
            self._outcome = appraisal, await self.act(appraisal)
        except ModelError as error:
            self._outcome = error

    @property
    def failed(self) -> bool:
        """Whether the model failed."""
        return isinstance(self._outcome, ModelError)

    async def appraise(self) -> Appraisal:
        """New emotion and attitude."""
        self._advance(Phase.APPRAISED)
        if not self._thinks:
            return Appraisal(emotion=self._view.emotion, attitude=self._view.attitude)
        return await self._mind.cognition.appraise(self._view)

    async def act(self, appraisal: Appraisal) -> Decision:
        """One of the actions on offer, or nothing: what is due, else what is decided now."""
        self._advance(Phase.ACTED)
        if self._thinks:
            decision = await self._mind.cognition.act(self._view, appraisal)
            self._schedule(intended(self._view, appraisal, decision))
        else:
            decision = Decision(action=Action.INACTIVE)
        if self._carried is not None:
            offer, author, felt = self._mind.scene.offer, self._persona.id, appraisal.emotion.level
            post = published(offer, self._carried, author=author, tick=self._tick, emotion=felt)
            self._posts = () if post is None else (post,)
        return decision

    def _schedule(self, intention: Intention | None) -> None:
        """Carry out ``intention`` now if that is its time and nothing else is due, else later."""
        if intention is None:
            return
        if self._due is None and intention.due == self._tick:
            self._carried = intention
        else:
            self._later = replace(intention, due=max(intention.due, self._tick + 1))

    @property
    def written(self) -> dict[TextId, str]:
        """The texts of its posts; those that were read are known."""
        posts = () if self.failed else self._posts
        return {post.text_id: post.text for post in posts if post.text_id not in self._affinity}

    def finish(self, known: TextTable) -> TurnResult:
        """What was read and written enters the pool, and the turn is over."""
        if isinstance(self._outcome, ModelError):
            return self._fault(self._outcome)
        retained = self.remember(known)
        if self._outcome is None:
            raise RuntimeError(f"a turn cannot be finished when {self.phase.name}")
        return self._done(*self._outcome, retained)

    def remember(self, known: TextTable) -> Retained:
        """What was read and written enters the pool; the least influential leaves it."""
        self._advance(Phase.REMEMBERED)
        read = [(d.post, d.source) for d in self._perceived] + [(post, Source.SELF) for post in self._posts]
        if written := self.written:
            self._affinity.learn(known, list(written))
        return retain(self._mind, self._state.pool, read, self._affinity, tick=self._tick, scores=self._scores)

    def _advance(self, to: Phase) -> None:
        if to != self.phase + 1:
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

    def _done(self, appraisal: Appraisal, decision: Decision, retained: Retained) -> TurnResult:
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
            remembered=(*self._earlier, *retained.remembered) if self._earlier else retained.remembered,
            forgotten=tuple([item.post for item in retained.forgotten]),
            intended=self._later,
            concluded=concluded,
            usage=self._meter.usage,
        )
        state = AgentState(
            emotion=appraisal.emotion,
            attitude=appraisal.attitude,
            felt=self._tick,
            pool=retained.pool,
            shared=shared,
            heard=self._view.heard,
            intentions=intentions,
        )
        return TurnResult(record=record, posts=self._posts, state=state)
