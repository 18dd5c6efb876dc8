"""Batches: records by the hundred, so that what is done to each is a loop inside of the interpreter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

__all__ = ["batches"]

_SIZE = 1 << 9
_Record = TypeVar("_Record")


def batches(records: Iterable[_Record], told: Callable[[int], None]) -> Iterator[list[_Record]]:
    """``records``, in lists of 512; before each, ``told`` is given the number of those that came before."""
    source = iter(records)
    done = 0
    told(done)
    while batch := list(islice(source, _SIZE)):
        yield batch
        done += len(batch)
        told(done)
