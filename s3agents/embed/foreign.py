"""ForeignEmbedder: an embedder of others, its errors in our words, and its vectors held to what the port says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from s3agents.embed.base import Embedder, Vectors
from s3agents.embed.unit import unit_vectors
from s3agents.errors import MemoryStoreError
from s3agents.secrecy import failures_as

__all__ = ["ForeignEmbedder"]


class ForeignEmbedder:
    """Vectors of an embedder that is not ours, scaled to length 1.

    Args:
        inner: the embedder.
        who: as messages call it.
        secrets: what no message may show.
    """

    def __init__(self, inner: Embedder, who: str, *, secrets: Sequence[str] = ()) -> None:
        self._inner, self._who, self._secrets = inner, who, tuple(secrets)

    @property
    def name(self) -> str:
        """As the embedder calls itself."""
        return str(self._inner.name)

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape ``(len(texts), dimensions)``.

        Raises:
            MemoryStoreError: if the embedder fails, or answers with something else.
        """
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        with failures_as(MemoryStoreError, self._who, secrets=self._secrets):
            rows = await self._inner.embed(texts)
        return unit_vectors(rows, count=len(texts), who=self._who)

    async def close(self) -> None:
        """Have the embedder let go of what it holds."""
        await self._inner.close()
