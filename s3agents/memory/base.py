"""TextStore: the port of the vector memory that all agents of a run share."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from s3agents.embed.base import Vectors
from s3agents.ids import TextId

__all__ = ["StoredText", "TextStore"]


@dataclass(frozen=True, slots=True)
class StoredText:
    """A text and its unit vector, of shape ``(dimensions,)``."""

    text: str
    vector: Vectors


class TextStore(Protocol):
    """Content-addressed store of texts with their vectors: a text is embedded once, however many agents saw it.

    An agent's pool refers to texts by id (see :class:`s3agents.state.MemoryItem`), so that recall is one look-up by
    ids, whose cost does not grow with the store.
    """

    async def add(self, texts: Mapping[TextId, str]) -> None:
        """Embed and keep the texts that are not there yet. Safe to repeat.

        Raises:
            MemoryStoreError: if the store or the embedder refuses.
        """
        ...

    async def get(self, ids: Collection[TextId]) -> dict[TextId, StoredText]:
        """The texts of ``ids``, all of them.

        Raises:
            MemoryStoreError: if one is not there, or the store refuses.
        """
        ...

    async def close(self) -> None:
        """Let go of files and connections. Safe to repeat."""
        ...
