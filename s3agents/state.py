"""AgentState: what changes in a user during a run: emotion, attitude, memory, what it has heard and what it intends.

The values are plain, for every turn makes several. Beliefs, which minds of any kind come to, check themselves; whatever
comes from outside is validated by :func:`load_state`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from s3agents.events import Act, Delivery, Source
from s3agents.ids import PostId, TextId
from s3agents.labels import ATTITUDES, EMOTIONS, Attitude, Emotion

__all__ = [
    "HEARD_KEPT",
    "INTENTIONS_KEPT",
    "SHARED_KEPT",
    "AgentState",
    "AttitudeBelief",
    "EmotionBelief",
    "Heard",
    "Intention",
    "MemoryItem",
    "dump_state",
    "load_state",
]

HEARD_KEPT = 64
"""How many cascades an agent knows to have heard of: those that it first heard of last."""

INTENTIONS_KEPT = 16
"""How many acts an agent can be about to do; of more, those due last are given up."""

SHARED_KEPT = 64
"""How many cascades an agent remembers having taken part in: it does not pass the same one on twice."""

Probability = Annotated[float, Field(ge=0.0, le=1.0)]

_SUM = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class EmotionBelief:
    """An emotion with the probabilities it was drawn from.

    Attributes:
        level: the level the agent is in.
        p: probabilities of calm, moderate and intense; they sum to 1.

    Raises:
        ValueError: if they do not, or the level is none.
    """

    level: Emotion
    p: tuple[Probability, Probability, Probability]

    def __post_init__(self) -> None:
        if type(self.level) is not Emotion:
            object.__setattr__(self, "level", Emotion(self.level))
        a, b, c = self.p
        if not (a >= 0.0 and b >= 0.0 and c >= 0.0 and abs(a + b + c - 1.0) <= _SUM):
            raise ValueError(f"probabilities of emotion must sum to 1, and none be negative, got {self.p}")

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

    Raises:
        ValueError: if the probability is outside of 0 to 1, or the side is none.
    """

    stance: Attitude
    p_positive: Probability

    def __post_init__(self) -> None:
        if type(self.stance) is not Attitude:
            object.__setattr__(self, "stance", Attitude(self.stance))
        if not 0.0 <= self.p_positive <= 1.0:
            raise ValueError(f"a probability must be between 0 and 1, got {self.p_positive}")

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


@dataclass(frozen=True, slots=True)
class Heard:
    """A cascade that reached an agent, whether or not the agent paid attention.

    Attributes:
        root: first post of the cascade.
        times: how many of its posts reached the agent.
        since: tick of the turn in which the first one did.
    """

    root: PostId
    times: int
    since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Intention:
    """An act that an agent has decided on and carries out later.

    Attributes:
        decided: tick of the turn that decided it; a turn decides once, so that it tells an agent's intentions apart.
        due: first tick in which it can be carried out.
        action: what it is called.
        target: the post that it is about.
        root: first post of the target's cascade.
        text: what the post will say; empty if there will be none.
        attitude: the attitude that the text expresses, where known.
    """

    decided: int
    due: int
    action: Act
    target: PostId | None = None
    root: PostId | None = None
    text: str
    attitude: Attitude | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentState:
    """The state of one agent after its last turn.

    Attributes:
        emotion: as of tick ``felt``; decays from there.
        attitude: as of the last turn.
        felt: tick of the last turn, from which on the emotion decays.
        pool: the memory pool, bounded, in the order in which it was filled.
        shared: roots of the cascades that the agent started or passed on, oldest first; the last few.
        heard: cascades that reached the agent, in the order in which they first did; the last few.
        intentions: acts to be carried out later, first due first, then first decided first; bounded.
        inbox: what has arrived and not been read.
    """

    emotion: EmotionBelief
    attitude: AttitudeBelief
    felt: int = 0
    pool: tuple[MemoryItem, ...] = ()
    shared: tuple[PostId, ...] = ()
    heard: tuple[Heard, ...] = ()
    intentions: tuple[Intention, ...] = ()
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
