"""Cognition: the port of a mind. It sees a :class:`TurnView`, and answers with feelings, a side, and an act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from s3agents.actions.offer import DEFAULT_OFFER, Choices, Offer
from s3agents.events import Delivery, Source
from s3agents.ids import PostId
from s3agents.persona import Persona
from s3agents.rng import Draws
from s3agents.state import AttitudeBelief, EmotionBelief, Heard, Intention

__all__ = ["Appraisal", "Cognition", "Decision", "Meter", "Recollection", "Scene", "TurnView", "Usage", "Writer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is the same for every turn of a run.

    Attributes:
        topic: what the society talks about.
        question: the question whose "yes" is the positive attitude.
        decay: probability that an emotion falls by a level in a tick (S3 section 4.3).
        post_chars: most characters of a post.
        minutes: what one tick means in time.
        offer: what an agent can do with its turn.
        description: who the agents of a group are, in the words of the scenario; the same for all turns of the group.
    """

    topic: str
    question: str
    decay: float = 0.3
    post_chars: int = 280
    minutes: float = 60.0
    offer: Offer = DEFAULT_OFFER
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recollection:
    """A memory that came to mind.

    Attributes:
        text: what was said.
        source: where it had reached the agent from.
        age: in ticks.
        influence: its score (S3 section 4.1).
    """

    text: str
    source: Source
    age: int
    influence: float


@dataclass(frozen=True, slots=True)
class Usage:
    """What a turn cost at the endpoint.

    Attributes:
        calls: how often it was asked.
        prompt_tokens: as it counted them.
        reply_tokens: as it counted them.
        shortened: calls whose prompt was shortened to stay within its budget.
    """

    calls: int = 0
    prompt_tokens: int = 0
    reply_tokens: int = 0
    shortened: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.reply_tokens + other.reply_tokens,
            self.shortened + other.shortened,
        )


class Meter:
    """Adds up what a turn costs at the endpoint, whether it comes to something or fails.

    Attributes:
        usage: so far.
    """

    __slots__ = ("usage",)

    def __init__(self) -> None:
        self.usage = Usage()

    def add(self, usage: Usage) -> None:
        """Count a reply that came, usable or not."""
        self.usage += usage


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnView:
    """What an agent goes by in one turn.

    Attributes:
        scene: what is the same for all.
        persona: who it is.
        emotion: its emotion, already decayed to this tick.
        attitude: its attitude so far.
        tick: now.
        perceived: the posts that reached its attention, in their total order.
        recalled: the memories that came to mind, most influential first.
        draws: its draws for this tick.
        heard: cascades that have reached it, those of this turn's inbox included, in the order in which they first did.
        shared: first posts of the cascades that it started or passed on; posts of these are never perceived.
        intentions: acts that it has decided on before and not carried out.
        meter: where its replies are counted.
    """

    scene: Scene
    persona: Persona
    emotion: EmotionBelief
    attitude: AttitudeBelief
    tick: int
    perceived: tuple[Delivery, ...]
    recalled: tuple[Recollection, ...]
    draws: Draws
    heard: tuple[Heard, ...] = ()
    shared: tuple[PostId, ...] = ()
    intentions: tuple[Intention, ...] = ()
    meter: Meter = field(default_factory=Meter, compare=False)

    @property
    def choices(self) -> Choices:
        """What it can do about the posts that reached its attention, which are numbered from 1."""
        return self.scene.offer.choices(self.perceived, self.persona.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What an agent does, now or later.

    An act with a delay becomes an intention: the turn is inactive, and the act comes in the tick in which it is due,
    whether or not there is mail. Until then the mind can find it in :attr:`TurnView.intentions`. It is given up when
    the agent has meanwhile started or passed on the cascade of its target, or intends to forward that cascade sooner.

    Attributes:
        action: what it is called: one of the scene's offer, or ``inactive``.
        target: the post that it is about, such as the one that is forwarded, or answered by a post of its own; one of
            those perceived.
        text: what the agent writes, where the action is one with a text.
        p: probability of each action, where the mind knows them.
        delay: ticks until the act is carried out, 0 for at once; without meaning for an inactive agent.
    """

    action: str
    target: PostId | None = None
    text: str | None = None
    p: Mapping[str, float] | None = None
    delay: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal:
    """How an agent feels and thinks after what it read.

    Attributes:
        emotion: next step of the Markov chain of emotion.
        attitude: next step of the Markov chain of attitude.
        plan: the act, where the mind settles everything in one go.
    """

    emotion: EmotionBelief
    attitude: AttitudeBelief
    plan: Decision | None = None


class Cognition(Protocol):
    """A mind. It keeps no state of its own between turns; everything it may use is in the view.

    Both methods raise :class:`~s3agents.errors.ModelError` when a reply cannot be had: the turn is then a fault, never
    a made-up decision.
    """

    @property
    def mode(self) -> str:
        """Its name in tables and records, such as ``rules`` or ``llm/joint``."""
        ...

    async def appraise(self, view: TurnView) -> Appraisal:
        """Emotion and attitude after the turn's messages (S3 sections 3.3.1, 3.3.2, 4.3)."""
        ...

    async def act(self, view: TurnView, appraisal: Appraisal) -> Decision:
        """What to do about them (S3 sections 3.3.3, 3.3.4, 4.4)."""
        ...


@runtime_checkable
class Writer(Protocol):
    """A mind that can be told to write, whatever it would have done; not every mind can."""

    async def write(self, view: TurnView, *, target: PostId | None = None) -> str:
        """The text of the post that it writes in this turn.

        Args:
            view: what it goes by.
            target: the post that it answers, one of those perceived; a post of its own without one.

        Raises:
            ModelError: if a reply cannot be had.
        """
        ...
