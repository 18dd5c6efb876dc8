"""Situations: the views of probes, put together from what a user had before them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from s3agents.cognition.base import Recollection, Scene, TurnView
from s3agents.evaluation.individual.history import Earlier
from s3agents.events import Delivery, Post, PostKind, Source
from s3agents.ids import PostId, UserId
from s3agents.labels import Attitude, Emotion
from s3agents.persona import Persona
from s3agents.rng import Draws
from s3agents.state import AttitudeBelief, EmotionBelief, Heard

__all__ = ["CERTAINTY", "Said", "delivery", "situation", "undecided"]

CERTAINTY = 0.9
"""Probability given to an attitude that a user has shown, as by default in a scenario."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A post that somebody published.

    Attributes:
        id: of the post.
        author: of the post.
        minute: when, since the first post.
        text: of the post.
        root: first post of the cascade; its own id by default.
        parent: what it answers or forwards.
        is_forward: whether it passes on what another wrote.
    """

    id: str
    author: str
    minute: float
    text: str
    root: str | None = None
    parent: str | None = None
    is_forward: bool = False


def delivery(said: Said, source: Source) -> Delivery:
    """``said`` in somebody's inbox."""
    post = Post(
        id=PostId(said.id),
        author=UserId(said.author or "unknown"),
        tick=max(0, int(said.minute)),
        text=said.text,
        kind=PostKind.FORWARD if said.is_forward else PostKind.ORIGINAL,
        parent=None if said.parent is None else PostId(said.parent),
        root=PostId(said.root or said.id),
    )
    return Delivery(post=post, source=source)


def situation(
    scene: Scene,
    persona: Persona,
    *,
    probe: str,
    seed: int,
    perceived: Sequence[Delivery],
    recalled: Sequence[Recollection] = (),
    attitude: AttitudeBelief | None = None,
    earlier: Earlier | None = None,
    minute: float = 0.0,
) -> TurnView:
    """What a calm user has before them, a tick being a minute: a post can be read a tick after it was published.

    Args:
        scene: topic and question.
        persona: of the user.
        probe: id of the probe, which draws hang on.
        seed: of the draws.
        perceived: the posts read.
        recalled: the memories that come to mind.
        attitude: so far; drawn from even odds by default.
        earlier: what the user had been through before.
        minute: now, since the first post.
    """
    earlier = earlier or Earlier()
    tick = max([int(minute), *(d.post.tick for d in perceived)], default=0) + 1
    draws = Draws(seed, probe, tick)
    return TurnView(
        scene=scene,
        persona=persona,
        emotion=EmotionBelief.certain(Emotion.CALM),
        attitude=attitude or undecided(draws),
        tick=tick,
        perceived=tuple(sorted(perceived, key=lambda d: d.post.order)),
        recalled=(*recalled, *earlier.recalled),
        draws=draws,
        heard=(*earlier.heard, *_heard_now(perceived, tick)),
        shared=earlier.shared,
    )


def _heard_now(perceived: Sequence[Delivery], tick: int) -> list[Heard]:
    """The cascades of the posts at hand."""
    times = Counter(d.post.root for d in perceived)
    return [Heard(root=root, times=n, since=tick) for root, n in times.items()]


def undecided(draws: Draws) -> AttitudeBelief:
    """An attitude of which nothing is known, at even odds."""
    stance = Attitude.POSITIVE if draws.uniform("initial attitude") < 0.5 else Attitude.NEGATIVE
    return AttitudeBelief(stance=stance, p_positive=0.5)
