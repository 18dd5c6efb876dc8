"""Influence: which messages stay in an agent's memory pool, and which come to mind (S3 section 4.1).

A memory's influence is the weighted sum of three scores: how recent it is, how close to the agent's attributes, and how
authentic its source. Everything here is a pure function of values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from s3agents.config.memory import WeightsSection
from s3agents.embed.base import Vectors
from s3agents.events import Source
from s3agents.state import MemoryItem

__all__ = ["Influence", "cosine", "cosines"]

_DIGITS = 6
"""Scores are compared to six decimals, so that no order hangs on the last bit of a sum."""
_APART = 2e-6
"""Scores further apart than this have the same order before and after rounding."""

Scored = tuple[float, MemoryItem]
Rows = Vectors | NDArray[np.float64]
"""Vectors as the rows of a matrix."""


@dataclass(frozen=True, slots=True)
class Influence:
    """How memories are weighed.

    Where two memories weigh the same, the newer counts for more; within a tick, the one whose post id sorts later.

    Attributes:
        weights: of the terms.
        authenticity: score of each source.
        half_life: ticks after which a memory has half of its recency.
    """

    weights: WeightsSection
    authenticity: Mapping[Source, float]
    half_life: float

    def forgetting(self, age: float) -> float:
        """Recency of a memory of ``age`` ticks: 1 when new, half after each half-life."""
        return _forgetting(age, self.half_life)

    def influence(self, item: MemoryItem, now: int) -> float:
        """Weighted sum of recency, relevance and authenticity at tick ``now`` (S3 section 4.1)."""
        w = self.weights
        recency = w.recency * self.forgetting(now - item.tick)
        return recency + w.relevance * item.relevance + w.authenticity * self.authenticity[item.source]

    def remember(
        self,
        pool: Sequence[MemoryItem],
        items: Iterable[MemoryItem],
        *,
        now: int,
        capacity: int,
        scores: Sequence[float] | None = None,
    ) -> tuple[tuple[MemoryItem, ...], tuple[MemoryItem, ...], tuple[MemoryItem, ...]]:
        """Add ``items`` to ``pool``, and keep the ``capacity`` most influential at tick ``now``.

        A post is remembered once: when it comes again, from the more authentic of its sources.

        Args:
            pool: all memories, each of another post.
            items: what may become one.
            now: current tick.
            capacity: most memories kept.
            scores: influence of each of ``pool`` at that tick, where it is known already.

        Returns:
            The new pool, in the order in which it was filled; the memories in it that ``pool`` did not hold; and those
            that were forgotten, which may be ones of ``items``.
        """
        news = list(items)
        posts = {item.post for item in news}
        if len(posts) < len(news) or not posts.isdisjoint([item.post for item in pool]):
            return self._merge(pool, news, now, capacity)
        merged = (*pool, *news)
        if len(merged) <= capacity:
            return merged, tuple(news), ()
        weighed = [*(self.scores(pool, now) if scores is None else scores), *self.scores(news, now)]
        gone = set(_worst(weighed, merged, len(merged) - capacity))
        kept = tuple([item for i, item in enumerate(merged) if i not in gone])
        remembered = tuple([item for i, item in enumerate(news, start=len(pool)) if i not in gone])
        return kept, remembered, tuple([merged[i] for i in sorted(gone)])

    def _merge(
        self, pool: Sequence[MemoryItem], items: Sequence[MemoryItem], now: int, capacity: int
    ) -> tuple[tuple[MemoryItem, ...], tuple[MemoryItem, ...], tuple[MemoryItem, ...]]:
        """:meth:`remember` where a post comes again."""
        merged = {item.post: item for item in pool}
        for item in items:
            merged[item.post] = self._more_authentic(merged.get(item.post, item), item)
        before = set(map(id, pool))
        kept, _, forgotten = self.remember((), merged.values(), now=now, capacity=capacity)
        return kept, tuple([item for item in kept if id(item) not in before]), forgotten

    def recall(
        self,
        pool: Sequence[MemoryItem],
        now: int,
        k: int,
        *,
        cues: Sequence[Vectors] | Rows = (),
        vectors: Sequence[Vectors] | Rows | None = None,
        scores: Sequence[float] | None = None,
    ) -> list[tuple[MemoryItem, float]]:
        """The ``k`` memories of highest influence at tick ``now``, highest first, with their scores to six decimals.

        Args:
            pool: all memories.
            now: current tick.
            k: most memories to return.
            cues: unit vectors of what is being read; a memory gains by its cosine to the nearest of them.
            vectors: unit vectors of the texts of ``pool``, in its order; needed with ``cues``.
            scores: influence of each of ``pool`` at that tick, where it is known already.

        Raises:
            ValueError: if there are cues and no vectors.
        """
        if k <= 0 or not pool:
            return []
        scores = self.scores(pool, now) if scores is None else scores
        if len(cues) and self.weights.cue:
            if vectors is None:
                raise ValueError("cues are compared with the vectors of the pool: give both")
            nearness, weight = _nearness(vectors, cues), self.weights.cue
            scores = [score + weight * near for score, near in zip(scores, nearness, strict=True)]
        best = [(_rounded(scores[i]), pool[i]) for i in _best(scores, pool, k)]
        return [(item, score) for score, item in sorted(best, key=_rank, reverse=True)]

    def scores(self, items: Sequence[MemoryItem], now: int) -> list[float]:
        """The influence of each of ``items`` at tick ``now``: many share a tick, whose recency is worked out once."""
        w, recency = self.weights, dict[int, float]()
        relevance, by_source = w.relevance, {s: w.authenticity * score for s, score in self.authenticity.items()}
        scores = []
        for item in items:
            fresh = recency.get(item.tick)
            if fresh is None:
                fresh = recency[item.tick] = w.recency * _forgetting(now - item.tick, self.half_life)
            scores.append(fresh + relevance * item.relevance + by_source[item.source])
        return scores

    def _more_authentic(self, known: MemoryItem, again: MemoryItem) -> MemoryItem:
        return again if self.authenticity[again.source] > self.authenticity[known.source] else known


@lru_cache(4096)
def _forgetting(age: float, half_life: float) -> float:
    return float(0.5 ** (max(age, 0.0) / half_life))


def cosine(a: Vectors | NDArray[np.float64], b: Vectors) -> float:
    """Cosine of two unit vectors of shape ``(dimensions,)``, to six decimals; 0 where one is 0."""
    return _rounded(float(np.dot(a.astype(np.float64, copy=False), b)))


def cosines(a: NDArray[np.float64], rows: NDArray[np.float64]) -> list[float]:
    """:func:`cosine` of ``a`` and each of ``rows``, with the same bits: one product for all might sum otherwise."""
    return [_rounded(float(a.dot(row))) for row in rows]


def _rows(vectors: Sequence[Vectors] | Rows) -> NDArray[np.float64]:
    """``vectors`` as the rows of a matrix; faster than ``np.array`` on a list of them."""
    if isinstance(vectors, np.ndarray):
        return vectors.astype(np.float64, copy=False)
    if not vectors:
        return np.zeros((0, 0))
    return np.concatenate(vectors).astype(np.float64).reshape(len(vectors), -1)


def _nearness(vectors: Sequence[Vectors] | Rows, cues: Sequence[Vectors] | Rows) -> list[float]:
    """For each of ``vectors`` its cosine to the nearest of ``cues``."""
    nearest: list[float] = (_rows(vectors) @ _rows(cues).T).max(axis=1).tolist()
    return nearest


def _best(scores: Sequence[float], items: Sequence[MemoryItem], k: int) -> list[int]:
    """Places of the ``k`` of ``items`` that rank highest, in no order.

    Rounding takes longer than all else, and only those about the edge can change places by it.
    """
    if k >= len(items) or not k:
        return list(range(len(items))) if k else []
    edge = sorted(scores, reverse=True)[k - 1]
    best = [i for i, score in enumerate(scores) if score > edge + _APART]
    doubtful = [i for i, score in enumerate(scores) if edge - _APART <= score <= edge + _APART]
    if len(best) + len(doubtful) > k:
        doubtful.sort(key=lambda i: _rank((_rounded(scores[i]), items[i])), reverse=True)
    return best + doubtful[: k - len(best)]


def _worst(scores: Sequence[float], items: Sequence[MemoryItem], n: int) -> list[int]:
    """Places of the ``n`` of ``items`` that rank lowest, in no order; as :func:`_best`, from the other end."""
    if n >= len(items):
        return list(range(len(items)))
    edge = sorted(scores)[n - 1]
    worst = [i for i, score in enumerate(scores) if score < edge - _APART]
    doubtful = [i for i, score in enumerate(scores) if edge - _APART <= score <= edge + _APART]
    if len(worst) + len(doubtful) > n:
        doubtful.sort(key=lambda i: _rank((_rounded(scores[i]), items[i])))
    return worst + doubtful[: n - len(worst)]


def _rounded(score: float) -> float:
    return round(score, _DIGITS) + 0.0  # no negative zero


def _rank(scored: Scored) -> tuple[float, int, str]:
    score, item = scored
    return score, item.tick, item.post
