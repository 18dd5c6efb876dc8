"""RecentTexts: the stored texts that were used last, bounded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection

from s3agents.embed.base import Vectors
from s3agents.ids import TextId
from s3agents.memory.base import StoredText

__all__ = ["RecentTexts", "stored_text"]


def stored_text(text: str, vector: Vectors) -> StoredText:
    """``text`` with its own read-only copy of ``vector``: many hold it, and it must not keep a whole batch alive."""
    own = vector.copy()
    own.setflags(write=False)
    return StoredText(text, own)


class RecentTexts:
    """At most ``size`` texts; the one whose use lies furthest back goes first.

    Args:
        size: most texts; 0 keeps none.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._texts: OrderedDict[TextId, StoredText] = OrderedDict()

    def __contains__(self, key: TextId) -> bool:
        return key in self._texts

    def __len__(self) -> int:
        return len(self._texts)

    def put(self, key: TextId, text: StoredText) -> None:
        """Keep ``text``, as the one used last."""
        self._texts[key] = text
        self._texts.move_to_end(key)
        if len(self._texts) > self._size:
            self._texts.popitem(last=False)

    def find(self, keys: Collection[TextId]) -> dict[TextId, StoredText]:
        """Those of ``keys`` that are here; they count as used."""
        found = {key: self._texts[key] for key in keys if key in self._texts}
        for key in found:
            self._texts.move_to_end(key)
        return found

    def clear(self) -> None:
        """Forget all."""
        self._texts.clear()
