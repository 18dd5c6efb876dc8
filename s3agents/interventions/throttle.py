"""Throttle: not all forwards get through."""

from __future__ import annotations

from collections import defaultdict

from s3agents.events import Post, PostKind
from s3agents.ids import PostId
from s3agents.interventions.base import Levers, Situation
from s3agents.interventions.selecting import PostSelection

__all__ = ["Throttle"]


class Throttle:
    """Of the forwards that nobody has read yet some are withheld: which, is drawn post by post.

    Args:
        share: of them, that gets through; ``None`` for all.
        most: that get through of one cascade; ``None`` for any number.
        posts: which forwards it is about; ``None`` for all.
    """

    def __init__(self, *, share: float | None, most: int | None, posts: PostSelection | None = None) -> None:
        self._share, self._most, self._posts = share, most, posts

    def act(self, now: Situation, levers: Levers) -> None:
        """Withhold those that do not get through."""
        passed: dict[PostId, list[Post]] = defaultdict(list)
        for post in now.fresh:
            if post.kind is not PostKind.FORWARD or not self._concerned(post, now.tick):
                continue
            if self._share is not None and now.draws.uniform(f"share/{post.id}") >= self._share:
                levers.withhold(post.id)
            else:
                passed[post.root].append(post)
        for cascade in passed.values() if self._most is not None else ():
            order = sorted(cascade, key=lambda post: (now.draws.bits(f"most/{post.id}"), post.id))
            for post in order[self._most :]:
                levers.withhold(post.id)

    def _concerned(self, post: Post, tick: int) -> bool:
        return self._posts is None or self._posts.matches(post, tick)
