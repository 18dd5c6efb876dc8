"""LocalStore: the text store in memory, for tests, trials and runs that need not be resumed quickly."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

from s3agents.embed.base import Embedder
from s3agents.errors import MemoryStoreError, explain
from s3agents.ids import TextId
from s3agents.memory.base import StoredText
from s3agents.memory.recent import stored_text

__all__ = ["LocalStore"]


class LocalStore:
    """Texts and vectors in a dictionary; they end with the process.

    Args:
        embedder: makes the vectors; closed with the store.
        most: texts that it may hold, at about a kilobyte each; none for no limit.
    """

    def __init__(self, embedder: Embedder, *, most: int | None = None) -> None:
        self._embedder, self._most = embedder, most
        self._texts: dict[TextId, StoredText] = {}
        self._writing = asyncio.Lock()
        self._closed = False

    async def add(self, texts: Mapping[TextId, str]) -> None:
        """Embed and keep the texts that are not there yet.

        Raises:
            MemoryStoreError: if the embedder refuses, or the store is full or closed.
        """
        self._check_open()
        if all(key in self._texts for key in texts):
            return
        async with self._writing:
            new = {key: text for key, text in texts.items() if key not in self._texts}
            if self._most is not None and len(self._texts) + len(new) > self._most:
                remedy = "raise limits.texts (s3agents resume --set limits.texts=N), or take memory.store: chroma"
                raise MemoryStoreError(
                    explain("memory", wanted=f"at most {self._most:,} texts", got="more", remedy=remedy)
                )
            vectors = await self._embedder.embed(list(new.values()))
            for (key, text), vector in zip(new.items(), vectors, strict=True):
                self._texts[key] = stored_text(text, vector)

    async def get(self, ids: Collection[TextId]) -> dict[TextId, StoredText]:
        """The texts of ``ids``.

        Raises:
            MemoryStoreError: if one is not there, or the store is closed.
        """
        self._check_open()
        missing = [key for key in ids if key not in self._texts]
        if missing:
            raise MemoryStoreError(f"memory: {len(missing)} of {len(ids)} texts were never added, such as {missing[0]}")
        return {key: self._texts[key] for key in ids}

    async def count(self) -> int:
        """Number of texts."""
        self._check_open()
        return len(self._texts)

    async def close(self) -> None:
        """Forget all texts, and close the embedder."""
        self._closed = True
        self._texts.clear()
        await self._embedder.close()

    def _check_open(self) -> None:
        if self._closed:
            raise MemoryStoreError("memory: the store is closed")
