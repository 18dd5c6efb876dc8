"""StoreTexts: vectors of texts by way of the store that a run's memories share: each is embedded once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from s3agents.embed.base import Vectors
from s3agents.ids import text_id
from s3agents.memory.base import TextStore

__all__ = ["StoreTexts"]


class StoreTexts:
    """The port :class:`~s3agents.channels.base.Texts`.

    Args:
        store: of the run.
    """

    def __init__(self, store: TextStore) -> None:
        self._store = store

    async def vectors(self, texts: Sequence[str]) -> Vectors:
        """Of shape ``(len(texts), dimensions)``.

        Raises:
            MemoryStoreError: if the store or the embedder refuses.
        """
        keys = [text_id(text) for text in texts]
        if not keys:
            return np.zeros((0, 0), dtype=np.float32)
        await self._store.add(dict(zip(keys, texts, strict=True)))
        known = await self._store.get(set(keys))
        return np.stack([known[key].vector for key in keys])
