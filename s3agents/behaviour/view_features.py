"""Features of the posts that an agent reads, from what its turn shows it; the counterpart of :mod:`.observed_features`.

What happened before the run can be told in the same terms as what happens in it: as cascades heard of and shared at
ticks below 0 (``TurnView.heard`` and ``TurnView.shared``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from s3agents.behaviour.features import Moment, Past, Profile, post_features, profile_features, row_of
from s3agents.cognition.base import TurnView
from s3agents.events import Delivery, PostKind, Source
from s3agents.ids import PostId

__all__ = ["Clock", "author_of", "tick_of", "view_features"]

ProfileOf = Callable[[str], Profile]

_TEXTS = 1 << 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What tick 0 is in the world.

    Attributes:
        elapsed: minutes since the news broke; ``None`` if unknown.
        hour: of the day in UTC; ``None`` if unknown.
    """

    elapsed: float | None = 0.0
    hour: float | None = None


def view_features(
    view: TurnView, deliveries: Sequence[Delivery], profile_of: ProfileOf, clock: Clock | None = None
) -> list[tuple[float, ...]]:
    """The features of posts that reached the agent, each in the order of :data:`.features.FEATURES`.

    Args:
        view: the turn.
        deliveries: posts perceived.
        profile_of: what the profile of a user tells (:func:`.features.profile_features`), by id.
        clock: what tick 0 is in the world.
    """
    reader, told = profile_features(view.persona), clock or Clock()
    found = []
    for delivery in deliveries:
        post = delivery.post
        author = author_of(post.root)
        moment, past = _moment(delivery, told, view.scene.minutes), _past(view, post.root, author, post.tick)
        form = _post_features(post.text)
        found.append(row_of(reader, profile_of(author), profile_of(post.author), post=form, moment=moment, past=past))
    return found


_post_features = lru_cache(_TEXTS)(post_features)
"""Many read the same post."""


def _moment(delivery: Delivery, clock: Clock, minutes: float) -> Moment:
    post = delivery.post
    return Moment(
        forwarded=post.kind is PostKind.FORWARD,
        mutual=delivery.source is Source.MUTUAL,
        age=(post.tick - tick_of(post.root)) * minutes,
        elapsed=None if clock.elapsed is None else clock.elapsed + post.tick * minutes,
        hour=None if clock.hour is None else (clock.hour + post.tick * minutes / 60.0) % 24.0,
    )


@lru_cache(_TEXTS)
def author_of(root: PostId) -> str:
    """Who wrote the post with this id (:func:`s3agents.ids.post_id`)."""
    return root.split(".", 2)[-1]


@lru_cache(_TEXTS)
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
