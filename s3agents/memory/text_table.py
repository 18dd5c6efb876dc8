"""TextTable: the texts that a batch of turns needs, their vectors the rows of one matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from s3agents.ids import TextId
from s3agents.memory.base import StoredText

__all__ = ["TextTable"]


class TextTable:
    """Texts found once for a whole batch: a reader picks its rows, rather than gather vectors that lie far apart.

    Args:
        stored: the texts; one of them may serve many readers.
    """

    def __init__(self, stored: Mapping[TextId, StoredText]) -> None:
        self._stored = stored
        self._row = dict(zip(stored, range(len(stored)), strict=True))
        vectors = [known.vector for known in stored.values()]
        self._vectors = np.concatenate(vectors).reshape(len(vectors), -1) if vectors else np.zeros((0, 0), np.float32)

    def text(self, key: TextId) -> str:
        """The text ``key``."""
        return self._stored[key].text

    def vector(self, key: TextId) -> NDArray[np.float64]:
        """Its unit vector, of shape ``(dimensions,)``; one that does not keep the table alive."""
        vector: NDArray[np.float64] = self._vectors[self._row[key]].astype(np.float64)
        return vector

    def vectors(self, keys: Sequence[TextId]) -> NDArray[np.float64]:
        """The unit vectors of ``keys``, of shape ``(len(keys), dimensions)``."""
        row = self._row
        return self._vectors.take(np.array([row[key] for key in keys], dtype=np.intp), axis=0).astype(np.float64)
