"""Collector: Python's search for cycles of garbage, kept from looking over and over at a society that never changes."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["seldom_collected"]

_SELDOM = (50_000, 20, 20)
_before: list[tuple[int, int, int]] = []
"""What held when each of the blocks under way began."""


@contextmanager
def seldom_collected() -> Iterator[None]:
    """In the block, what is there already is left alone, and what is made is looked at seldom.

    A run makes few cycles and many objects that stay: the search takes a tenth of its time, and more the more users
    there are. Blocks may overlap; after the last one everything is as before the first.
    """
    _before.append(gc.get_threshold())
    gc.set_threshold(*_SELDOM)
    gc.freeze()
    try:
        yield
    finally:
        first = _before[0]
        _before.pop()
        if not _before:
            gc.set_threshold(*first)
            gc.unfreeze()
