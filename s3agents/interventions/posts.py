"""Interventions on posts: one enters from outside, others are removed, labelled or down-ranked by rule."""

from __future__ import annotations

from s3agents.ids import UserId
from s3agents.interventions.base import Levers, Situation
from s3agents.interventions.selecting import PostSelection
from s3agents.labels import Attitude, Emotion

__all__ = ["DownRank", "Inject", "Label", "Remove"]


class Inject:
    """A post from outside.

    Args:
        author: who publishes it.
        text: what it says.
        attitude: that it expresses.
        emotion: of its author.
    """

    def __init__(
        self, author: UserId, text: str, *, attitude: Attitude | None = None, emotion: Emotion | None = None
    ) -> None:
        self._author, self._text, self._attitude, self._emotion = author, text, attitude, emotion

    def act(self, now: Situation, levers: Levers) -> None:
        """Publish it."""
        del now
        levers.inject(self._author, self._text, attitude=self._attitude, emotion=self._emotion)


class Remove:
    """Posts are taken down.

    Args:
        posts: which.
    """

    def __init__(self, posts: PostSelection) -> None:
        self._posts = posts

    def act(self, now: Situation, levers: Levers) -> None:
        """Remove what has come into question."""
        for post in self._posts.chosen(now):
            levers.remove(post.id)


class Label:
    """Posts are shown with a note.

    Args:
        posts: which.
        text: the note.
    """

    def __init__(self, posts: PostSelection, text: str) -> None:
        self._posts, self._text = posts, text

    def act(self, now: Situation, levers: Levers) -> None:
        """Label what has come into question."""
        for post in self._posts.chosen(now):
            levers.label(post.id, self._text)


class DownRank:
    """Posts come less to attention.

    Args:
        posts: which.
        weight: factor on their chance.
    """

    def __init__(self, posts: PostSelection, weight: float) -> None:
        self._posts, self._weight = posts, weight

    def act(self, now: Situation, levers: Levers) -> None:
        """Down-rank what has come into question."""
        for post in self._posts.chosen(now):
            levers.down_rank(post.id, self._weight)
