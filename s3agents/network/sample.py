"""Samples of a graph: the users nearest to given ones."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from s3agents.network.graph import FollowGraph, Ints, distinct

__all__ = ["nearest"]


def nearest(graph: FollowGraph, n: int, around: Collection[int]) -> Ints:
    """The ``n`` users nearest to ``around``, ascending: breadth first along edges in either direction.

    Among users of one distance the smaller index comes first, as it does among ``around`` themselves. Where no more
    users can be reached, the remaining ones follow by index.
    """
    size = min(n, graph.n)
    seen = np.zeros(graph.n, dtype=np.bool_)
    level = distinct(np.fromiter(around, dtype=np.int32, count=len(around)))[:size]
    seen[level] = True
    taken = len(level)
    while len(level) and taken < size:
        near = graph.neighbours(level)
        level = near[~seen[near]][: size - taken]
        seen[level] = True
        taken += len(level)
    seen[np.flatnonzero(~seen)[: size - taken]] = True
    return np.flatnonzero(seen).astype(np.int32)
