"""Recall: which memories come to mind, and how what was read becomes one (S3 section 4.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from s3agents.cognition.base import Recollection
from s3agents.cognition.mind import Mind
from s3agents.events import Post, Source
from s3agents.ids import TextId
from s3agents.memory.influence import cosine
from s3agents.memory.text_table import TextTable
from s3agents.state import MemoryItem

__all__ = ["Affinity", "Retained", "recollect", "retain"]


class Retained(NamedTuple):
    """A pool after a turn: what it holds, what is new in it, and what is gone from it."""

    pool: tuple[MemoryItem, ...]
    remembered: tuple[MemoryItem, ...]
    forgotten: tuple[MemoryItem, ...]


class Affinity:
    """How close texts are to the attributes of one reader, each worked out once.

    Args:
        profile: the reader's attributes, as a text; whoever asks first for anything has to know it.
    """

    __slots__ = ("_me", "_of", "_profile")

    def __init__(self, profile: TextId) -> None:
        self._profile = profile
        self._me: NDArray[np.float64] | None = None
        self._of: dict[TextId, float] = {}

    def __contains__(self, text: TextId) -> bool:
        return text in self._of

    def __getitem__(self, text: TextId) -> float:
        return self._of[text]

    def learn(self, known: TextTable, texts: Sequence[TextId]) -> None:
        """Hold ``texts`` against the reader's attributes."""
        if self._me is None:
            self._me = known.vector(self._profile)
        if texts:
            for text, vector in zip(texts, known.vectors(texts), strict=True):
                self._of[text] = cosine(self._me, vector)


def recollect(
    mind: Mind, pool: Sequence[MemoryItem], cues: Sequence[TextId], known: TextTable, *, tick: int
) -> tuple[list[Recollection], list[MemoryItem]]:
    """The memories of highest influence, and the items behind them; what is being read right now is no memory yet.

    Args:
        mind: how memories are weighed, and how many come to mind.
        pool: all memories.
        cues: the texts that are being read.
        known: the texts of both.
        tick: now.
    """
    if not pool or mind.recall == 0:
        return [], []
    best = mind.influence.recall(
        pool,
        now=tick,
        k=mind.recall,
        cues=known.vectors(cues) if cues else (),
        vectors=known.vectors([item.text for item in pool]) if cues else None,
    )
    recalled = [_recollection(item, known.text(item.text), score, tick) for item, score in best]
    return recalled, [item for item, _ in best]


def retain(
    mind: Mind, pool: Sequence[MemoryItem], read: Sequence[tuple[Post, Source]], affinity: Affinity, *, tick: int
) -> Retained:
    """What was read and written enters the pool; the least influential leaves it.

    A text is remembered once: read again, its memory is as of now, from the most authentic of its sources. Otherwise
    the forwards of one post would drive everything else out.
    """
    newest: dict[TextId, MemoryItem] = {}
    for post, source in read:
        item = _memory(post, source, affinity)
        newest[item.text] = _more_authentic(mind, newest.get(item.text), item)
    superseded = [item for item in pool if item.text in newest]
    for item in superseded:
        newest[item.text] = _more_authentic(mind, item, newest[item.text])
    rest = [item for item in pool if item.text not in newest] if superseded else pool
    kept, remembered, forgotten = mind.influence.remember(rest, newest.values(), now=tick, capacity=mind.capacity)
    return Retained(kept, remembered, (*superseded, *forgotten))


def _more_authentic(mind: Mind, before: MemoryItem | None, now: MemoryItem) -> MemoryItem:
    """``now``, from the source of ``before`` if that is the more authentic."""
    authenticity: Mapping[Source, float] = mind.influence.authenticity
    if before is None or authenticity[before.source] <= authenticity[now.source]:
        return now
    return replace(now, source=before.source)


def _memory(post: Post, source: Source, affinity: Affinity) -> MemoryItem:
    text = post.text_id
    return MemoryItem(post=post.id, text=text, tick=post.tick, source=source, relevance=affinity[text])


def _recollection(item: MemoryItem, text: str, score: float, tick: int) -> Recollection:
    return Recollection(text=text, source=item.source, age=tick - item.tick, influence=score)
