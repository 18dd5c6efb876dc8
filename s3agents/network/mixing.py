"""Mixing: whether users follow those who are like themselves, in ties or in attitude (Newman 2003, PRE 67, 026126)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from s3agents.network.graph import FollowGraph

__all__ = ["LabelMixing", "degree_assortativity", "label_assortativity"]


class LabelMixing(NamedTuple):
    """How edges join labels.

    Attributes:
        assortativity: 1 where users follow only their own kind, 0 where labels do not matter; ``None`` where one label
            has all ends.
        edges: between users whose labels are known.
    """

    assortativity: float | None
    edges: int


def degree_assortativity(graph: FollowGraph, *, of_follower: ArrayLike, of_followee: ArrayLike) -> float | None:
    """Correlation, over follow edges, between a count of the follower and a count of the followee.

    Args:
        graph: the edges.
        of_follower: the count by which followers are told, of each user, shape ``(n,)``.
        of_followee: that by which followees are.

    Returns:
        Between -1 and 1; ``None`` where one of the counts does not vary.
    """
    a, b = graph.pairs()
    x, y = np.asarray(of_follower)[a].astype(np.float64), np.asarray(of_followee)[b].astype(np.float64)
    if not len(a) or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    x, y = x - x.mean(), y - y.mean()
    return float(x @ y / np.sqrt((x @ x) * (y @ y)))


def label_assortativity(graph: FollowGraph, labels: ArrayLike) -> LabelMixing:
    """How much more often edges join equal labels than they would at random.

    Args:
        graph: the edges.
        labels: of each user, shape ``(n,)``: a number from 0 on, or -1 where it is unknown.
    """
    codes = np.asarray(labels, dtype=np.int64)
    a, b = graph.pairs()
    x, y = codes[a], codes[b]
    known = (x >= 0) & (y >= 0)
    edges, kinds = int(np.count_nonzero(known)), int(codes.max(initial=-1)) + 1
    if not edges:
        return LabelMixing(None, 0)
    joined = np.bincount(x[known] * kinds + y[known], minlength=kinds * kinds).reshape(kinds, kinds)
    by_chance = int(joined.sum(axis=1) @ joined.sum(axis=0))
    if by_chance == edges**2:
        return LabelMixing(None, edges)
    return LabelMixing((int(joined.trace()) * edges - by_chance) / (edges**2 - by_chance), edges)
