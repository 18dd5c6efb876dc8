"""Announce: the turn of an agent that publishes posts which the scenario puts into its mouth."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from s3agents.cognition.appraise import decayed
from s3agents.cognition.hear import hear
from s3agents.cognition.intend import revised
from s3agents.cognition.mind import Mind
from s3agents.cognition.recall import Affinity, Retained, retain
from s3agents.cognition.turn import Profile, TurnResult
from s3agents.events import Action, Delivery, Post, PostKind, Source
from s3agents.ids import PostId, TextId, UserId, post_id
from s3agents.labels import Attitude, Emotion
from s3agents.memory.text_table import TextTable
from s3agents.persona import Persona
from s3agents.record.base import Exposure, TurnRecord
from s3agents.rng import Draws
from s3agents.state import SHARED_KEPT, AgentState, AttitudeBelief, EmotionBelief, MemoryItem

__all__ = ["Announcement", "Announcing", "Passed", "fresh"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What a post from outside forwards.

    Attributes:
        parent: the post that is forwarded.
        root: first post of its cascade.
        attitude: the attitude that its text expresses, where known.
    """

    parent: PostId
    root: PostId
    attitude: Attitude | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A post that enters from outside, with what its author feels and thinks if the scenario says so.

    Attributes:
        text: what it says; of a forward, what is forwarded.
        emotion: of the author from then on.
        attitude: of the author from then on; a post that is no forward expresses it.
        passes: what it forwards, if it is a forward.
    """

    text: str
    emotion: Emotion | None = None
    attitude: Attitude | None = None
    passes: Passed | None = None


def fresh(announcements: Iterable[Announcement], shared: Collection[PostId]) -> tuple[Announcement, ...]:
    """``announcements`` without forwards of cascades in ``shared`` or forwarded twice: nobody passes one on again."""
    told, kept = set(shared), []
    for said in announcements:
        if said.passes is None:
            kept.append(said)
        elif said.passes.root not in told:
            told.add(said.passes.root)
            kept.append(said)
    return tuple(kept)


class Announcing:
    """The turn of one who publishes what the scenario says; a :class:`~s3agents.cognition.in_hand.TurnInHand`.

    Whatever mail comes in the same tick is delivered and stays unread. A stated emotion or attitude is the author's own
    from then on, with certainty. The turn's action is to forward if all of the announcements are forwards. What is due
    in this tick waits for the next.

    Args:
        mind: what the author thinks with.
        persona: who it is.
        state: its state before.
        tick: now.
        inbox: the posts that reached it, in their total order.
        announcements: what it publishes.
        profile: of ``persona``.
        earlier: memories that it came with, of which nothing is recorded yet.
    """

    failed = False

    def __init__(
        self,
        mind: Mind,
        persona: Persona,
        state: AgentState,
        *,
        tick: int,
        inbox: Sequence[Delivery],
        announcements: Sequence[Announcement],
        profile: Profile,
        earlier: tuple[MemoryItem, ...] = (),
    ) -> None:
        self._mind, self._persona, self._state, self._tick, self._inbox = mind, persona, state, tick, inbox
        self._profile, self._earlier, self._affinity = profile, earlier, Affinity(profile.id)
        self._felt, self._side = _stance(mind, persona, state, tick, announcements)
        self._posts = tuple(_post(persona, a, tick=tick, n=n, fallback=self._felt) for n, a in enumerate(announcements))

    @property
    def read(self) -> dict[TextId, str]:
        """The author's profile."""
        return {self._profile.id: self._profile.text}

    def perceive(self) -> None:
        """Nothing."""

    @property
    def needed(self) -> list[TextId]:
        """The author's profile."""
        return [self._profile.id]

    def recall(self, known: TextTable) -> None:
        """Nothing; but what is published will be held against the author's attributes."""
        self._affinity.learn(known, ())

    async def think(self) -> None:
        """Nothing: all has been said."""

    @property
    def written(self) -> dict[TextId, str]:
        """The texts of what is published."""
        return {post.text_id: post.text for post in self._posts}

    def finish(self, known: TextTable) -> TurnResult:
        """The author remembers what it has published."""
        self._affinity.learn(known, list(self.written))
        own = [(post, Source.SELF) for post in self._posts]
        retained = retain(self._mind, self._state.pool, own, self._affinity, tick=self._tick)
        return self._done(retained)

    def _done(self, retained: Retained) -> TurnResult:
        posts, state = self._posts, self._state
        shared = (*state.shared, *(post.root for post in posts))[-SHARED_KEPT:]
        intentions, concluded = revised(state.intentions, shared=shared)
        forwards = all(post.kind is PostKind.FORWARD for post in posts)
        record = TurnRecord(
            user=self._persona.id,
            mode="seed",
            exposures=tuple(Exposure(d.post.id, d.source, False) for d in self._inbox),
            emotion=self._felt,
            attitude=self._side,
            action=Action.FORWARD if forwards else Action.POST,
            target=posts[0].parent if forwards else None,
            remembered=(*self._earlier, *retained.remembered),
            forgotten=tuple(item.post for item in retained.forgotten),
            concluded=concluded,
        )
        after = AgentState(
            emotion=self._felt,
            attitude=self._side,
            felt=self._tick,
            pool=retained.pool,
            shared=shared,
            heard=hear(state.heard, (d.post.root for d in self._inbox), tick=self._tick),
            intentions=intentions,
        )
        return TurnResult(record=record, posts=posts, state=after)


def _stance(
    mind: Mind, persona: Persona, state: AgentState, tick: int, announcements: Sequence[Announcement]
) -> tuple[EmotionBelief, AttitudeBelief]:
    draws = Draws(mind.seed, persona.id, tick)
    emotion = decayed(state, tick=tick, coefficient=mind.scene.decay, draws=draws)
    attitude = state.attitude
    for stated in announcements:
        emotion = EmotionBelief.certain(stated.emotion) if stated.emotion is not None else emotion
        attitude = AttitudeBelief.certain(stated.attitude) if stated.attitude is not None else attitude
    return emotion, attitude


def _post(persona: Persona, stated: Announcement, *, tick: int, n: int, fallback: EmotionBelief) -> Post:
    post, passes = post_id(tick, UserId(persona.id), n), stated.passes
    return Post(
        id=post,
        author=persona.id,
        tick=tick,
        n=n,
        text=stated.text,
        kind=PostKind.ORIGINAL if passes is None else PostKind.FORWARD,
        parent=None if passes is None else passes.parent,
        root=post if passes is None else passes.root,
        emotion=stated.emotion or fallback.level,
        attitude=stated.attitude if passes is None else passes.attitude,
    )
