"""Trimming a set of users: to the best connected, or to the largest part that hangs together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from s3agents.network.build.edges import Edges
from s3agents.network.components import weak_components
from s3agents.network.graph import FollowGraph

__all__ = ["best_connected", "graph_among", "largest_component"]

Mask = NDArray[np.bool_]


def graph_among(members: Mask, edges: Edges) -> FollowGraph:
    """The follow graph among ``members`` (shape ``(users,)``), who become ``0, 1, ...`` in their order."""
    inside = members[edges.follower] & members[edges.followee]
    new = np.cumsum(members, dtype=np.int32) - 1
    a, b = (new[ends[inside]] for ends in edges)
    return FollowGraph.from_edges(int(members.sum()), a, b)


def largest_component(members: Mask, edges: Edges) -> Mask:
    """Those of ``members`` in the largest weakly connected component; of two as large, that of the first user."""
    positions = np.flatnonzero(members)
    label = weak_components(graph_among(members, edges))
    kept = np.zeros_like(members)
    if len(label):
        kept[positions[label == np.bincount(label).argmax()]] = True
    return kept


def best_connected(members: Mask, core: Mask, edges: Edges, *, most: int, ids: Sequence[str]) -> Mask:
    """At most ``most`` of ``members``: the core first, then those with most edges to and from it; ties by id."""
    positions = np.flatnonzero(members).tolist()
    if len(positions) <= most:
        return members
    heart = members & core
    links = np.bincount(edges.follower[heart[edges.followee]], minlength=len(members))
    links += np.bincount(edges.followee[heart[edges.follower]], minlength=len(members))
    positions.sort(key=lambda i: (not heart[i], -int(links[i]), ids[i]))
    kept = np.zeros_like(members)
    kept[positions[:most]] = True
    return kept
