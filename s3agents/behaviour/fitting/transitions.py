"""Transitions: how often users who took one side took which side next, in what they wrote in one thread.

Few data label two posts of one user in one thread. Below 30 such pairs nothing is learnt, and the textbook step of
:mod:`s3agents.dynamics` stands in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from s3agents.behaviour.fitting.labelled_texts import LabelledText
from s3agents.labels import ATTITUDES, EMOTIONS

__all__ = ["FEWEST", "attitude_steps", "emotion_steps"]

FEWEST = 30
"""Pairs of labelled posts of one user in one thread, below which no transition is learnt."""

_PRIOR = 1.0
Table = tuple[tuple[float, ...], ...]


def emotion_steps(texts: Sequence[LabelledText]) -> tuple[Table | None, int]:
    """Probability of each next level of emotion, a row for each level before, and from how many pairs.

    The table is ``None`` where there are too few.
    """
    return _steps(texts, lambda one: None if one.emotion is None else EMOTIONS.index(one.emotion), len(EMOTIONS))


def attitude_steps(texts: Sequence[LabelledText]) -> tuple[Table | None, int]:
    """Probability of each next side, a row for each side before (negative, positive), and from how many pairs."""
    return _steps(texts, lambda one: None if one.attitude is None else ATTITUDES.index(one.attitude), len(ATTITUDES))


def _steps(
    texts: Sequence[LabelledText], label: Callable[[LabelledText], int | None], n: int
) -> tuple[Table | None, int]:
    counts = [[_PRIOR / n] * n for _ in range(n)]
    pairs = 0
    for one in _by_user(texts):
        labels = [k for text in one if (k := label(text)) is not None]
        for before, after in pairwise(labels):
            counts[before][after] += 1
            pairs += 1
    table = tuple(tuple(value / sum(row) for value in row) for row in counts)
    return (table if pairs >= FEWEST else None), pairs


def _by_user(texts: Iterable[LabelledText]) -> list[list[LabelledText]]:
    """What each user wrote in each thread, in order."""
    found: dict[tuple[str, str], list[LabelledText]] = {}
    for one in texts:
        if one.user and one.thread:
            found.setdefault((one.thread, one.user), []).append(one)
    return [sorted(own, key=lambda one: one.at) for own in found.values()]
