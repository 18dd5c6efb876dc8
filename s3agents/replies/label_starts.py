"""Labels: the values that a field of a reply may have, and which of them a token starts."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["Labels"]

_MOST_KNOWN = 4096
_MOST_BEGINNINGS = 64


class Labels:
    """The possible values of a field.

    Args:
        names: the values.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._quoted = [f'{name}"'.encode() for name in names]
        self._starts: dict[bytes, dict[bytes, int | None]] = {}

    def __len__(self) -> int:
        """Number of values."""
        return len(self._quoted)

    def starts(self, before: bytes) -> dict[bytes, int | None]:
        """By token: the index of the label that it starts; ``None`` if that is none, or could be several.

        Args:
            before: what stands in the token before the label.
        """
        known = self._starts.get(before)
        if known is None:
            if len(self._starts) >= _MOST_BEGINNINGS:
                self._starts.clear()
            known = self._starts[before] = _Starts(self._quoted, before)
        return known


class _Starts(dict[bytes, int | None]):
    """What tokens start, each found out once."""

    def __init__(self, quoted: list[bytes], before: bytes) -> None:
        super().__init__()
        self._quoted, self._before = quoted, before

    def __missing__(self, token: bytes) -> int | None:
        if len(self) >= _MOST_KNOWN:
            self.clear()
        label = self[token] = self._label(token)
        return label

    def _label(self, token: bytes) -> int | None:
        if not token.startswith(self._before):
            return None
        rest = token[len(self._before) :]
        fits = [index for index, label in enumerate(self._quoted) if label.startswith(rest) or rest.startswith(label)]
        return fits[0] if len(fits) == 1 else None
