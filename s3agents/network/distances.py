"""Distances: how many ties of any direction lie between users, from a sample of users to all others."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from s3agents.network.graph import Ints, Rows, distinct

__all__ = ["Distances", "distances"]

_SOURCES = 64
_ONE = np.uint64(1)
_LONGEST = 1000
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distances:
    """Shortest paths within one component.

    Attributes:
        mean: of the distances to all others.
        error: its standard error over sources; 0 where every user was one.
        longest: the largest distance met.
        sources: users from whom distances were measured.
    """

    mean: float
    error: float
    longest: int
    sources: int


def distances(neighbours: Rows, users: Ints, *, seed: int) -> Distances | None:
    """Distances from at most 64 random ``users`` to all of them.

    All searches go at once, each by one bit of a word a user.

    Args:
        neighbours: see :func:`s3agents.network.clustering.undirected`.
        users: those of one component, ascending.
        seed: of the draw.

    Returns:
        ``None`` for less than two users, and where paths have more than 1000 steps.
    """
    if len(users) < 2:
        return None
    rng = np.random.default_rng(seed)
    sources = rng.choice(users, min(_SOURCES, len(users)), replace=False)
    found: list[Counts] = []
    for reached in _steps(neighbours, sources):
        if len(found) == _LONGEST:
            return None
        found.append(reached)
    means = np.arange(1, len(found) + 1) @ np.array(found) / (len(users) - 1)
    sampled = len(sources) < len(users)
    error = float(means.std(ddof=1)) / math.sqrt(len(means)) if sampled else 0.0
    return Distances(mean=float(means.mean()), error=error, longest=len(found), sources=len(sources))


def _steps(neighbours: Rows, sources: Ints) -> Iterator[Counts]:
    """How many users each source reaches at distance 1, 2 and so on; the work of a step is that of who is reached."""
    n = len(neighbours.starts) - 1
    seen, told = np.zeros(n, dtype=np.uint64), np.zeros(n, dtype=np.uint64)
    at, new = sources, _ONE << np.arange(len(sources), dtype=np.uint64)
    while len(at):
        seen[at] |= new
        near = neighbours.gather(at)
        np.bitwise_or.at(told, near, np.repeat(new, neighbours.starts[at + 1] - neighbours.starts[at]))
        near = distinct(near)
        new = told[near] & ~seen[near]
        told[near] = 0
        at, new = near[new != 0], new[new != 0]
        if len(at):
            yield _by_source(new)[: len(sources)]


def _by_source(words: NDArray[np.uint64]) -> Counts:
    """How many of ``words`` have each of the 64 bits, lowest first."""
    return np.array([np.count_nonzero(words & (_ONE << np.uint64(bit))) for bit in range(_SOURCES)])
