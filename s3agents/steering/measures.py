"""Measures: figures of a run as it goes on, which conditions are held against; those of its curves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from s3agents.config.condition import ConditionSection
from s3agents.events import Post, PostKind
from s3agents.ids import PostId
from s3agents.labels import EMOTIONS, Attitude, Emotion
from s3agents.record.base import TurnRecord
from s3agents.steering.platform import Platform

__all__ = ["Measures"]

_UNKNOWN = -1


class Measures:
    """What conditions go by; see :class:`~s3agents.config.condition.ConditionSection`.

    Args:
        platform: cascades, and the users.
    """

    def __init__(self, platform: Platform) -> None:
        self._platform, self._index = platform, platform.society.index
        users = len(platform.society)
        self._aware: NDArray[np.bool_] = np.zeros(users, dtype=np.bool_)
        self._positive: NDArray[np.int8] = np.full(users, _UNKNOWN, dtype=np.int8)
        self._tick: dict[str, float] = {"posts": 0.0, "forwards": 0.0}

    def had_turn(self, user: int) -> bool:
        """Whether the user has had a turn that did not fail."""
        return bool(self._positive[user] != _UNKNOWN)

    def observe(self, posts: Sequence[Post], turns: Sequence[TurnRecord]) -> None:
        """Take in a tick."""
        index = self._index
        forwards = sum(post.kind is PostKind.FORWARD for post in posts)
        self._tick = {"posts": float(len(posts) - forwards), "forwards": float(forwards)}
        self._aware[[index[post.author] for post in posts]] = True
        self._aware[[index[turn.user] for turn in turns if turn.exposures]] = True
        felt: list[Emotion] = []
        for turn in turns:
            if turn.emotion is not None and turn.attitude is not None:
                felt.append(turn.emotion.level)
                self._positive[index[turn.user]] = turn.attitude.stance is Attitude.POSITIVE
        if felt:
            self._tick["emotion_level"] = sum(map(EMOTIONS.index, felt)) / len(felt)
            self._tick["share_intense"] = felt.count(Emotion.INTENSE) / len(felt)

    def value(self, condition: ConditionSection, cascade: PostId | None = None) -> float | None:
        """What ``condition`` measures; ``None`` where nothing is known of it.

        Args:
            condition: what it asks for.
            cascade: the first post of the cascade that it is about; ``None`` for the largest.
        """
        name = condition.measure
        if name == "cascade":
            sizes = self._platform.sizes
            return float(max(sizes.values(), default=0) if cascade is None else sizes[cascade])
        if name == "share_positive":
            known = self._positive[self._positive != _UNKNOWN]
            return float(np.mean(known)) if len(known) else None
        aware = float(np.count_nonzero(self._aware))
        if name == "aware":
            return aware
        if name == "share_aware":
            return aware / len(self._aware) if len(self._aware) else None
        return self._tick.get(name)

    def met(self, condition: ConditionSection, cascade: PostId | None = None) -> bool:
        """Whether ``condition`` holds after the last tick."""
        value = self.value(condition, cascade)
        if value is None:
            return False
        low, high = condition.at_least, condition.at_most
        return (low is None or value >= low) and (high is None or value <= high)
