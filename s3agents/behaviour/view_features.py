"""Features of the posts that an agent reads, from what its turn shows it; the counterpart of :mod:`.observed_features`.

What happened before the run can be told in the same terms as what happens in it: as cascades heard of and shared at
ticks below 0 (``TurnView.heard`` and ``TurnView.shared``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from s3agents.behaviour.features import Moment, Past, post_features, profile_features, row_of
from s3agents.cognition.base import TurnView
from s3agents.events import Delivery, PostKind, Source
from s3agents.ids import PostId
from s3agents.persona import Persona

__all__ = ["Clock", "author_of", "tick_of", "view_features"]

People = Callable[[str], Persona | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What tick 0 is in the world.

    Attributes:
        elapsed: minutes since the news broke; ``None`` if unknown.
        hour: of the day in UTC; ``None`` if unknown.
    """

    elapsed: float | None = 0.0
    hour: float | None = None


def view_features(view: TurnView, delivery: Delivery, people: People, clock: Clock | None = None) -> tuple[float, ...]:
    """The features of a post that reached the agent, in the order of :data:`.features.FEATURES`.

    Args:
        view: the turn.
        delivery: one of the posts perceived.
        people: the profile of a user by id; ``None`` where it is not known.
        clock: what tick 0 is in the world.
    """
    post, minutes = delivery.post, view.scene.minutes
    author = author_of(post.root)
    began = tick_of(post.root)
    now = (clock or Clock()).elapsed, (clock or Clock()).hour
    moment = Moment(
        forwarded=post.kind is PostKind.FORWARD,
        mutual=delivery.source is Source.MUTUAL,
        age=(post.tick - began) * minutes,
        elapsed=None if now[0] is None else now[0] + post.tick * minutes,
        hour=None if now[1] is None else (now[1] + post.tick * minutes / 60.0) % 24.0,
    )
    return row_of(
        profile_features(view.persona),
        profile_features(people(author)),
        profile_features(people(post.author)),
        post=post_features(post.text),
        moment=moment,
        past=_past(view, post.root, author, post.tick),
    )


def author_of(root: PostId) -> str:
    """Who wrote the post with this id (:func:`s3agents.ids.post_id`)."""
    return root.split(".", 2)[-1]


def tick_of(root: PostId) -> int:
    """The tick of the post with this id; 0 for an id of another form."""
    number = root.partition(".")[0]
    return int(number) if number.lstrip("-").isdigit() else 0


def _past(view: TurnView, root: PostId, author: str, tick: int) -> Past:
    """What had reached the agent in turns before the post at hand was published, and what it had shared."""
    heard = {one.root: one.since - 1 for one in view.heard if one.root != root and one.since <= tick}
    shared = {one for one in view.shared if one != root}
    return Past(
        heard=len(heard),
        shared=len(shared),
        forwarded=len(shared & heard.keys()),
        since_heard=(tick - max(heard.values())) * view.scene.minutes if heard else None,
        author_heard=sum(author_of(one) == author for one in heard),
        author_shared=sum(author_of(one) == author for one in shared),
    )
