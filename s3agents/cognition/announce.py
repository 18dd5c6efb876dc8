"""Announce: the turn of an agent that publishes posts which the scenario puts into its mouth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from s3agents.cognition.appraise import decayed
from s3agents.cognition.mind import Mind
from s3agents.cognition.recall import retain
from s3agents.cognition.turn import TurnResult
from s3agents.events import Action, Delivery, Post, Source
from s3agents.ids import UserId, post_id
from s3agents.labels import Attitude, Emotion
from s3agents.persona import Persona
from s3agents.record.base import Exposure, TurnRecord
from s3agents.rng import Draws
from s3agents.state import SHARED_KEPT, AgentState, AttitudeBelief, EmotionBelief

__all__ = ["Announcement", "announce"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A post that enters from outside, with what its author feels and thinks if the scenario says so."""

    text: str
    emotion: Emotion | None = None
    attitude: Attitude | None = None


async def announce(
    mind: Mind,
    persona: Persona,
    state: AgentState,
    *,
    tick: int,
    inbox: Sequence[Delivery],
    announcements: Sequence[Announcement],
) -> TurnResult:
    """Publish ``announcements``; whatever mail comes in the same tick is delivered and stays unread.

    A stated emotion or attitude is the author's own from then on, with certainty.
    """
    emotion, attitude = _stance(mind, persona, state, tick, announcements)
    posts = tuple(_post(persona, a, tick=tick, n=n, fallback=emotion) for n, a in enumerate(announcements))
    own = [(post, Source.SELF) for post in posts]
    pool, remembered, forgotten = await retain(mind, persona, state.pool, own, tick=tick)
    shared = (*state.shared, *(post.root for post in posts))[-SHARED_KEPT:]
    record = TurnRecord(
        user=persona.id,
        mode="seed",
        exposures=tuple(Exposure(d.post.id, d.source, False) for d in inbox),
        emotion=emotion,
        attitude=attitude,
        action=Action.POST,
        remembered=remembered,
        forgotten=tuple(item.post for item in forgotten),
    )
    after = AgentState(emotion=emotion, attitude=attitude, felt=tick, pool=pool, shared=shared)
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
    post = post_id(tick, UserId(persona.id), n)
    emotion = stated.emotion or fallback.level
    return Post(
        id=post,
        author=persona.id,
        tick=tick,
        n=n,
        text=stated.text,
        root=post,
        emotion=emotion,
        attitude=stated.attitude,
    )
