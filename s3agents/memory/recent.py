"""RecentTexts: the stored texts that were used last, bounded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection

from s3agents.embed.base import Vectors
from s3agents.ids import TextId
from s3agents.memory.base import StoredText

__all__ = ["RecentTexts", "stored_text", "weight_of"]


def stored_text(text: str, vector: Vectors) -> StoredText:
    """``text`` with its own read-only copy of ``vector``: many hold it, and it must not keep a whole batch alive."""
    own = vector.copy()
    own.setflags(write=False)
    return StoredText(text, own)


_MOST_BYTES = 512 << 20
_OVERHEAD = 600
"""Bytes that a text takes beside its letters and numbers: keys, headers and places in the dictionary."""


class RecentTexts:
    """At most ``size`` texts, of at most ``size_bytes``; the one whose use lies furthest back goes first.

    Attributes:
        forgot: whether any had to go.

    Args:
        size: most texts; 0 keeps none.
        size_bytes: most memory that they may take.
    """

    def __init__(self, size: int, *, size_bytes: int = _MOST_BYTES) -> None:
        self._size, self._size_bytes = size, size_bytes
        self._texts: OrderedDict[TextId, StoredText] = OrderedDict()
        self._bytes = 0
        self.forgot = False

    def __contains__(self, key: TextId) -> bool:
        return key in self._texts

    def __len__(self) -> int:
        return len(self._texts)

    def put(self, key: TextId, text: StoredText) -> None:
        """Keep ``text``, as the one used last."""
        before = self._texts.pop(key, None)
        self._texts[key] = text
        self._bytes += weight_of(text) - (0 if before is None else weight_of(before))
        while self._texts and (len(self._texts) > self._size or self._bytes > self._size_bytes):
            _, gone = self._texts.popitem(last=False)
            self._bytes -= weight_of(gone)
            self.forgot = True

    def find(self, keys: Collection[TextId]) -> dict[TextId, StoredText]:
        """Those of ``keys`` that are here; they count as used."""
        texts, used = self._texts, self._texts.move_to_end
        found = {key: texts[key] for key in keys if key in texts}
        for key in found:
            used(key)
        return found

    def clear(self) -> None:
        """Forget all."""
        self._texts.clear()
        self._bytes = 0


def weight_of(text: StoredText) -> int:
    """About how many bytes ``text`` takes in memory."""
    return int(text.vector.nbytes) + len(text.text) + _OVERHEAD
