"""Embedder: the port that turns texts into vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Embedder", "Vectors"]

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into unit vectors; the same text gives the same vector in any batch."""

    @property
    def name(self) -> str:
        """Kind, model and size, as manifests show them, such as ``hashing-256``."""
        ...

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape ``(len(texts), dimensions)``, each of length 1 (or 0 for a text without content).

        Raises:
            MemoryStoreError: if an endpoint cannot be reached or answers with something else.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
