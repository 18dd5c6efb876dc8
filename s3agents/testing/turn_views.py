"""Turn views: what an agent goes by in one turn, made from a few texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from s3agents.cognition.base import Recollection, Scene, TurnView
from s3agents.events import Delivery, Post, PostKind, Source
from s3agents.ids import UserId, post_id
from s3agents.labels import Attitude, Emotion
from s3agents.persona import Persona
from s3agents.rng import Draws
from s3agents.state import AttitudeBelief, EmotionBelief

__all__ = ["turn_view"]

_TICK = 4
_READ = (Source.MUTUAL, Source.FOLLOWEE, Source.PLATFORM)


def turn_view(
    posts: Sequence[str] = (), *, memories: Sequence[str] = (), author: str = "author", **changes: Any
) -> TurnView:
    """The view of a calm, positive agent ``me`` at tick 4 that reads ``posts``, every second of them a forward.

    Args:
        posts: texts of the posts perceived, published a tick ago by ``author0``, ``author1`` and so on.
        memories: texts that come to mind, each a tick older than the one before.
        author: what the authors' ids start with.
        **changes: fields of the view that differ.
    """
    fields: dict[str, Any] = {
        "scene": Scene(topic="A tax on sugar is proposed.", question="Should sugar be taxed?"),
        "persona": Persona(id=UserId("me"), gender="female", age=34, occupation="Engineer", bio="Runner, baker."),
        "emotion": EmotionBelief.certain(Emotion.CALM),
        "attitude": AttitudeBelief.certain(Attitude.POSITIVE),
        "tick": _TICK,
        "perceived": tuple(_delivery(f"{author}{n}", n, text) for n, text in enumerate(posts)),
        "recalled": tuple(_recollection(n, text) for n, text in enumerate(memories)),
        "draws": Draws(1, "me", _TICK),
    }
    return TurnView(**{**fields, **changes})


def _delivery(author: str, n: int, text: str) -> Delivery:
    post = post_id(_TICK - 1, UserId(author), 0)
    kind = PostKind.FORWARD if n % 2 else PostKind.ORIGINAL
    return Delivery(
        post=Post(id=post, author=UserId(author), tick=_TICK - 1, text=text, kind=kind, root=post),
        source=_READ[n % len(_READ)],
    )


def _recollection(n: int, text: str) -> Recollection:
    return Recollection(text=text, source=tuple(Source)[n % len(Source)], age=n + 1, influence=1.0 / (n + 1))
