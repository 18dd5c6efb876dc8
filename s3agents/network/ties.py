"""Ties: how many followers, followees and mutual ties each user of a graph has."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from s3agents.network.graph import FollowGraph

__all__ = ["Ties", "count_ties"]

Counts = NDArray[np.int64]


class Ties(NamedTuple):
    """Counts by user, each of shape ``(n,)``.

    Attributes:
        followers: who follow the user (S3 section 4.1: the indegree).
        followees: whom the user follows (the outdegree).
        mutual: who are both.
    """

    followers: Counts
    followees: Counts
    mutual: Counts


def count_ties(graph: FollowGraph) -> Ties:
    """The ties of each user of ``graph``."""
    a, b = graph.pairs()
    there = a.astype(np.int64) * graph.n + b  # ascending, for the edges are
    back = np.sort(b.astype(np.int64) * graph.n + a)
    at = np.searchsorted(back, there)
    at[at == len(back)] = 0  # what is above all of them; it differs from the first, too
    mutual = a[back[at] == there] if len(back) else a
    followers, followees, both = (np.bincount(ends, minlength=graph.n) for ends in (b, a, mutual))
    return Ties(followers, followees, both)
