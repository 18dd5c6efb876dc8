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
from s3agents.memory.influence import cosines
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

    def learn(self, known: TextTable, texts: Sequence[TextId]) -> NDArray[np.float64]:
        """Hold ``texts`` against the reader's attributes; their vectors, the rows of a matrix."""
        if self._me is None:
            self._me = known.vector(self._profile)
        vectors = known.vectors(texts)
        self._of.update(zip(texts, cosines(self._me, vectors), strict=True))
        return vectors


def recollect(
    mind: Mind,
    pool: Sequence[MemoryItem],
    known: TextTable,
    *,
    tick: int,
    cues: NDArray[np.float64] | None = None,
    scores: Sequence[float] | None = None,
) -> tuple[list[Recollection], list[MemoryItem]]:
    """The memories of highest influence, and the items behind them; what is being read right now is no memory yet.

    Args:
        mind: how memories are weighed, and how many come to mind.
        pool: all memories.
        known: their texts.
        tick: now.
        cues: unit vectors of the texts that are being read, as rows.
        scores: influence of each of ``pool`` in that tick, where it is known already.
    """
    if not pool or mind.recall == 0:
        return [], []
    told = cues is not None and len(cues) > 0
    best = mind.influence.recall(
        pool,
        now=tick,
        k=mind.recall,
        cues=cues if cues is not None else (),
        vectors=known.vectors([item.text for item in pool]) if told else None,
        scores=scores,
    )
    recalled = [_recollection(item, known.text(item.text), score, tick) for item, score in best]
    return recalled, [item for item, _ in best]


def retain(
    mind: Mind,
    pool: Sequence[MemoryItem],
    read: Sequence[tuple[Post, Source]],
    affinity: Affinity,
    *,
    tick: int,
    scores: Sequence[float] | None = None,
) -> Retained:
    """What was read and written enters the pool; the least influential leaves it.

    A text is remembered once: read again, its memory is as of now, from the most authentic of its sources. Otherwise
    the forwards of one post would drive everything else out.

    Args:
        mind: how memories are weighed, and how many are kept.
        pool: all memories.
        read: posts, with where they came from.
        affinity: of the reader, who has learnt their texts.
        tick: now.
        scores: influence of each of ``pool`` in that tick, where it is known already.
    """
    newest: dict[TextId, MemoryItem] = {}
    for post, source in read:
        item = _memory(post, source, affinity)
        newest[item.text] = _more_authentic(mind, newest.get(item.text), item)
    superseded: list[MemoryItem] = []
    if not newest.keys().isdisjoint([item.text for item in pool]):
        superseded = [item for item in pool if item.text in newest]
        if scores is not None:
            scores = [score for item, score in zip(pool, scores, strict=True) if item.text not in newest]
        pool = [item for item in pool if item.text not in newest]
    for item in superseded:
        newest[item.text] = _more_authentic(mind, item, newest[item.text])
    kept, remembered, forgotten = mind.influence.remember(
        pool, newest.values(), now=tick, capacity=mind.capacity, scores=scores
    )
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
