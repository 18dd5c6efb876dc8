"""Influence: which messages stay in an agent's memory pool, and which come to mind (S3 section 4.1).

A memory's influence is the weighted sum of three scores: how recent it is, how close to the agent's attributes, and how
authentic its source. Everything here is a pure function of values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from s3agents.config.memory import WeightsSection
from s3agents.embed.base import Vectors
from s3agents.events import Source
from s3agents.ids import PostId, TextId
from s3agents.state import MemoryItem

__all__ = ["Influence", "cosine"]

_DIGITS = 6
"""Scores are compared to six decimals, so that no order hangs on the last bit of a sum."""


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
        return float(0.5 ** (max(age, 0.0) / self.half_life))

    def influence(self, item: MemoryItem, now: int) -> float:
        """Weighted sum of recency, relevance and authenticity at tick ``now`` (S3 section 4.1)."""
        w = self.weights
        recency = w.recency * self.forgetting(now - item.tick)
        return recency + w.relevance * item.relevance + w.authenticity * self.authenticity[item.source]

    def remember(
        self, pool: Sequence[MemoryItem], items: Iterable[MemoryItem], *, now: int, capacity: int
    ) -> tuple[tuple[MemoryItem, ...], tuple[MemoryItem, ...], tuple[MemoryItem, ...]]:
        """Add ``items`` to ``pool``, and keep the ``capacity`` most influential at tick ``now``.

        A post is remembered once: when it comes again, from the more authentic of its sources.

        Returns:
            The new pool, in the order in which it was filled; the memories in it that ``pool`` did not hold; and those
            that were forgotten, which may be ones of ``items``.
        """
        merged = {item.post: item for item in pool}
        for item in items:
            merged[item.post] = self._more_authentic(merged.get(item.post, item), item)
        before = set(pool)
        kept, forgotten = self._select(merged, now, capacity)
        return kept, tuple(item for item in kept if item not in before), forgotten

    def recall(
        self,
        pool: Sequence[MemoryItem],
        now: int,
        k: int,
        *,
        cues: Sequence[Vectors] | Vectors = (),
        vectors: Mapping[TextId, Vectors] | None = None,
    ) -> list[tuple[MemoryItem, float]]:
        """The ``k`` memories of highest influence at tick ``now``, highest first, with their scores to six decimals.

        Args:
            pool: all memories.
            now: current tick.
            k: most memories to return.
            cues: unit vectors of what is being read; a memory gains by its cosine to the nearest of them.
            vectors: unit vectors of the texts of ``pool``; needed with ``cues``.

        Raises:
            ValueError: if there are cues and no vectors.
        """
        if k <= 0 or not pool:
            return []
        scores = [self.influence(item, now) for item in pool]
        if len(cues) and self.weights.cue:
            if vectors is None:
                raise ValueError("cues are compared with the vectors of the pool: give both")
            nearness = _nearness([vectors[item.text] for item in pool], cues)
            scores = [score + self.weights.cue * near for score, near in zip(scores, nearness, strict=True)]
        ranked = sorted(zip(map(_rounded, scores), pool, strict=True), key=_rank, reverse=True)
        return [(item, score) for score, item in ranked[:k]]

    def _more_authentic(self, known: MemoryItem, again: MemoryItem) -> MemoryItem:
        return again if self.authenticity[again.source] > self.authenticity[known.source] else known

    def _select(
        self, merged: Mapping[PostId, MemoryItem], now: int, capacity: int
    ) -> tuple[tuple[MemoryItem, ...], tuple[MemoryItem, ...]]:
        """The most influential, and the rest, both in the order of ``merged``."""
        items = tuple(merged.values())
        if len(items) <= capacity:
            return items, ()
        ranked = sorted(((_rounded(self.influence(item, now)), item) for item in items), key=_rank, reverse=True)
        lost = {item.post for _, item in ranked[capacity:]}
        return tuple(i for i in items if i.post not in lost), tuple(i for i in items if i.post in lost)


def cosine(a: Vectors, b: Vectors) -> float:
    """Cosine of two unit vectors of shape ``(dimensions,)``, to six decimals; 0 where one is 0."""
    return _rounded(float(np.dot(a.astype(np.float64), b)))


def _nearness(vectors: Sequence[Vectors], cues: Sequence[Vectors] | Vectors) -> list[float]:
    """For each of ``vectors`` its cosine to the nearest of ``cues``."""
    nearest: list[float] = (np.array(vectors, np.float64) @ np.array(cues, np.float64).T).max(axis=1).tolist()
    return nearest


def _rounded(score: float) -> float:
    return round(score, _DIGITS) + 0.0  # no negative zero


def _rank(scored: tuple[float, MemoryItem]) -> tuple[float, int, str]:
    score, item = scored
    return score, item.tick, item.post
