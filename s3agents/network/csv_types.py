"""Types of CSV columns: CSV has only text, so that a column's type has to be found in all of its values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from s3agents.persona import Scalar

__all__ = ["Convert", "column_types"]

Convert = Callable[[str], Scalar]

_INT = re.compile(r"-?(0|[1-9]\d{0,14})")
_LONG = re.compile(r"-?(0|[1-9]\d{0,18})")
# The grammar of JSON ("007" and "+4930" are codes, not numbers), without whole numbers that would lose digits.
_FLOAT = re.compile(r"-?(0|[1-9]\d{0,14})|-?(0|[1-9]\d*)(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)|nan|NaN")
_BOOLS = {"true": True, "True": True, "false": False, "False": False}
_WHOLE = range(-(2**63), 2**63)


def _is_long(cell: str) -> bool:
    return _LONG.fullmatch(cell) is not None and int(cell) in _WHOLE


_TYPES: tuple[tuple[Callable[[str], object], Convert], ...] = (
    (_BOOLS.__contains__, _BOOLS.__getitem__),
    (_INT.fullmatch, int),
    (_is_long, int),
    (_FLOAT.fullmatch, float),
)
_WIDER: Mapping[int, Sequence[int]] = {1: (2, 3)}


def column_types(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Mapping[str, Convert]:
    """How to convert the columns that hold truth values, whole or decimal numbers only; the others stay text.

    Args:
        header: names of the columns.
        rows: all rows, each as long as the header. Empty cells do not count.
    """
    state = [0 for _ in header]  # the narrowest type that fits so far
    filled = [False for _ in header]
    still = set(range(len(header)))
    for row in rows:
        for i in tuple(still):
            if cell := row[i]:
                state[i] = _widened(cell, state[i], first=not filled[i])
                filled[i] = True
                if state[i] == len(_TYPES):
                    still.discard(i)
    return {name: _TYPES[state[i]][1] for i, name in enumerate(header) if filled[i] and state[i] < len(_TYPES)}


def _widened(cell: str, state: int, *, first: bool) -> int:
    """The type after ``cell``: whole numbers widen to long or decimal ones, all else that does not fit is text."""
    if _TYPES[state][0](cell):
        return state
    last = len(_TYPES)
    options = range(last) if first else _WIDER.get(state, ())
    return next((i for i in options if _TYPES[i][0](cell)), last)
