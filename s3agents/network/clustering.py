"""Clustering: how often two neighbours of a user are tied themselves, whatever the direction of ties."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from s3agents.network.graph import FollowGraph, Ints, Rows

__all__ = ["Clustering", "clustering", "undirected"]

_CHUNK = 1 << 21
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clustering:
    """Two means over the undirected graph (Watts and Strogatz 1998; Newman, Watts and Strogatz 2002).

    Attributes:
        mean_local: mean over users of the share of pairs of neighbours who are tied; 0 for users with less than two.
            ``None``, as the other, where nobody has two.
        transitivity: share of all pairs of neighbours who are tied.
        sampled: pairs that were drawn for each of the two; 0 where all were counted.
        mean_local_error: standard error, 0 where all were counted.
        transitivity_error: likewise.
    """

    mean_local: float | None
    transitivity: float | None
    sampled: int = 0
    mean_local_error: float = 0.0
    transitivity_error: float = 0.0


def undirected(graph: FollowGraph) -> Rows:
    """The neighbours of each user, ascending: whom they follow and who follow them, each once."""
    a, b = graph.pairs()
    return Rows.from_pairs(graph.n, np.concatenate([a, b]), np.concatenate([b, a]))


def clustering(neighbours: Rows, *, seed: int, most: int = 50_000_000, draws: int = 500_000) -> Clustering:
    """The clustering of a graph, counted where that is feasible, else estimated.

    Triangles are counted at their user of least degree, so that hubs cost little; where more than ``most`` pairs would
    have to be looked at, ``draws`` random pairs of neighbours are, of random users for the local mean and out of all
    pairs for the transitivity (Schank and Wagner 2005, JGAA 9(2); Seshadhri, Pinar and Kolda 2014, SAM 7(4)).

    Args:
        neighbours: see :func:`undirected`.
        seed: of the draws.
        most: pairs that may be looked at.
        draws: pairs drawn where they may not.
    """
    degree = np.diff(neighbours.starts)
    pairs = degree * (degree - 1) // 2
    if not pairs.any():
        return Clustering(mean_local=None, transitivity=None)
    upward, place = _upward(neighbours, degree)
    ahead = np.diff(upward.starts)
    if int((ahead * (ahead - 1) // 2).sum()) > most:
        return _estimated(neighbours, pairs, seed=seed, draws=draws)
    triangles = _triangles(upward)[place]
    local = triangles[pairs > 0] / pairs[pairs > 0]
    return Clustering(mean_local=float(local.sum() / len(degree)), transitivity=float(triangles.sum() / pairs.sum()))


def _upward(neighbours: Rows, degree: Counts) -> tuple[Rows, Counts]:
    """Each undirected edge once, from the end of lower degree to the other; users are numbered by degree.

    Returns:
        The rows over the new numbers, and the new number of each user.
    """
    n = len(degree)
    place = np.empty(n, dtype=np.int32)
    place[np.argsort(degree, kind="stable")] = np.arange(n, dtype=np.int32)
    one, other = place[neighbours.row_of_each()], place[neighbours.values]
    up = one < other
    return Rows.from_pairs(n, one[up], other[up]), place.astype(np.int64)


def _triangles(upward: Rows) -> Counts:
    """The number of triangles at each user."""
    n = len(upward.starts) - 1
    row, value = upward.row_of_each(), upward.values
    edges = _keys(row, value, n)
    found = np.zeros(n, dtype=np.int64)
    for first, second in _pairs(upward, row):
        closed = _among(edges, _keys(value[first], value[second], n))
        for corner in (row[first[closed]], value[first[closed]], value[second[closed]]):
            found += np.bincount(corner, minlength=n)
    return found


def _pairs(upward: Rows, row: Ints) -> Iterator[tuple[Counts, Counts]]:
    """All pairs of values of one row, as places in ``upward.values``, some millions at a time."""
    later = upward.starts[row + 1] - 1 - np.arange(len(row))
    before = np.concatenate([[0], np.cumsum(later)])
    cuts = np.searchsorted(before, np.arange(0, before[-1], _CHUNK))
    for start, end in itertools.pairwise([*cuts.tolist(), len(row)]):
        first = np.repeat(np.arange(start, end), later[start:end])
        yield first, first + 1 + np.arange(len(first)) - (before[first] - before[start])


def _keys(one: Ints, other: Ints, n: int) -> Counts:
    return one.astype(np.int64) * n + other


def _among(ordered: Counts, keys: Counts) -> NDArray[np.bool_]:
    at = np.searchsorted(ordered, keys)
    at[at == len(ordered)] = 0  # above all, and so not the first
    found: NDArray[np.bool_] = ordered[at] == keys
    return found


def _estimated(neighbours: Rows, pairs: Counts, *, seed: int, draws: int) -> Clustering:
    rng = np.random.default_rng(seed)
    able = np.flatnonzero(pairs)
    share = len(able) / len(pairs)
    local = _closed(neighbours, rng.choice(able, draws), rng)
    before = np.cumsum(pairs)
    drawn = np.searchsorted(before, rng.integers(0, before[-1], draws), side="right")
    overall = _closed(neighbours, drawn, rng)
    return Clustering(
        mean_local=share * local,
        transitivity=overall,
        sampled=draws,
        mean_local_error=share * _error(local, draws),
        transitivity_error=_error(overall, draws),
    )


def _error(share: float, draws: int) -> float:
    """Standard error of a share of ``draws``; not 0 even where all draws agree (one more of each kind is assumed)."""
    shrunk = (share * draws + 1) / (draws + 2)
    return math.sqrt(shrunk * (1 - shrunk) / draws)


def _closed(neighbours: Rows, users: Counts, rng: np.random.Generator) -> float:
    """Share of those of ``users`` of whom two random neighbours are tied."""
    start, degree = neighbours.starts[users], np.diff(neighbours.starts)[users]
    one = rng.integers(0, degree)
    other = (one + rng.integers(1, degree)) % degree
    n = len(neighbours.starts) - 1
    edges = _keys(neighbours.row_of_each(), neighbours.values, n)
    keys = _keys(neighbours.values[start + one], neighbours.values[start + other], n)
    return float(_among(edges, keys).mean())
