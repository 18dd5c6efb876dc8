"""AgentState: what changes in a user during a run: emotion, attitude, memory pool and inbox."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, TypeAdapter, model_validator
from pydantic.dataclasses import dataclass

from s3agents.events import Delivery, Source
from s3agents.ids import PostId, TextId
from s3agents.labels import ATTITUDES, EMOTIONS, Attitude, Emotion

__all__ = ["SHARED_KEPT", "AgentState", "AttitudeBelief", "EmotionBelief", "MemoryItem", "dump_state", "load_state"]

SHARED_KEPT = 64
"""How many cascades an agent remembers having taken part in: it does not pass the same one on twice."""

Probability = Annotated[float, Field(ge=0.0, le=1.0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmotionBelief:
    """An emotion with the probabilities it was drawn from.

    Attributes:
        level: the level the agent is in.
        p: probabilities of calm, moderate and intense; they sum to 1.
    """

    level: Emotion
    p: tuple[Probability, Probability, Probability]

    @model_validator(mode="after")
    def _sums_to_one(self) -> EmotionBelief:
        if abs(sum(self.p) - 1.0) > 1e-6:
            raise ValueError(f"probabilities of emotion must sum to 1, got {self.p}")
        return self

    @classmethod
    def certain(cls, level: Emotion) -> EmotionBelief:
        """The belief that gives ``level`` all of the probability."""
        a, b, c = (1.0 if e is level else 0.0 for e in EMOTIONS)
        return cls(level=level, p=(a, b, c))


@dataclass(frozen=True, slots=True, kw_only=True)
class AttitudeBelief:
    """An attitude with the probability of the positive one.

    Attributes:
        stance: the side the agent takes.
        p_positive: probability of :attr:`Attitude.POSITIVE`.
    """

    stance: Attitude
    p_positive: Probability

    @classmethod
    def certain(cls, stance: Attitude) -> AttitudeBelief:
        """The belief that gives ``stance`` all of the probability."""
        return cls(stance=stance, p_positive=float(ATTITUDES.index(stance)))


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryItem:
    """One remembered message; its text and vector lie in the text store under ``text``.

    Attributes:
        post: which post it was.
        text: content address of what it said.
        tick: when it was published, for forgetting.
        source: where it reached the agent from, for authenticity.
        relevance: cosine of the text to the agent's attributes, -1 to 1.
    """

    post: PostId
    text: TextId
    tick: int
    source: Source
    relevance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentState:
    """The state of one agent after its last turn.

    Attributes:
        emotion: as of tick ``felt``; decays from there.
        attitude: as of the last turn.
        felt: tick of the last turn, from which on the emotion decays.
        pool: the memory pool, bounded, in the order in which it was filled.
        shared: roots of the cascades that the agent started or passed on, oldest first; the last few.
        inbox: what has arrived and not been read.
    """

    emotion: EmotionBelief
    attitude: AttitudeBelief
    felt: int = 0
    pool: tuple[MemoryItem, ...] = ()
    shared: tuple[PostId, ...] = ()
    inbox: tuple[Delivery, ...] = ()


_STATE: TypeAdapter[AgentState] = TypeAdapter(AgentState)


def dump_state(state: AgentState) -> dict[str, Any]:
    """``state`` as plain values that JSON takes."""
    dumped: dict[str, Any] = _STATE.dump_python(state, mode="json")
    return dumped


def load_state(data: dict[str, Any]) -> AgentState:
    """Inverse of :func:`dump_state`.

    Raises:
        pydantic.ValidationError: if ``data`` is not a state.
    """
    return _STATE.validate_python(data)
