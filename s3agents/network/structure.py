"""Structure: the shape of a follow graph in numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from s3agents.network.clustering import Clustering, clustering, undirected
from s3agents.network.components import strong_components, weak_components
from s3agents.network.distances import Distances, distances
from s3agents.network.graph import FollowGraph
from s3agents.network.mixing import degree_assortativity
from s3agents.network.power_law_fit import PowerLaw, fit_power_law
from s3agents.network.ties import count_ties

__all__ = ["Bin", "Components", "Degrees", "Structure", "degrees", "gini", "structure"]

_PERCENTILES = (50, 75, 90, 95, 99)
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bin:
    """How many users have a degree from ``low`` to ``high``, both included."""

    low: int
    high: int
    users: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Degrees:
    """A degree distribution.

    Attributes:
        mean: over all users, those without ties included; ``None`` for nobody.
        most: the largest.
        percentiles: by percent: the smallest degree that at least so many users do not exceed.
        bins: users with 0, 1, 2 to 3, 4 to 7, 8 to 15 and so on, up to the largest.
        gini: inequality: 0 where all have the same, towards 1 where one has all; ``None`` where nobody has any.
        power_law: that comes nearest to the tail.
    """

    mean: float | None
    most: int
    percentiles: dict[int, int]
    bins: tuple[Bin, ...]
    gini: float | None
    power_law: PowerLaw | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """How many components a graph has, and the users in the largest one."""

    count: int
    largest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """The shape of a follow graph.

    Attributes:
        followers: the indegrees (S3 section 4.1).
        followees: the outdegrees.
        reciprocity: share of edges that are returned; ``None`` without edges.
        isolated: users without any tie.
        clustering: without regard to direction.
        weak: components, whatever the direction of ties.
        strong: components in which everybody reaches everybody.
        active_follow_popular: correlation over edges between followees of the follower and followers of the followee
            (out-in assortativity).
        popular_follow_popular: the same between the followers of both ends (in-in assortativity).
        distances: within the largest weak component.
    """

    followers: Degrees
    followees: Degrees
    reciprocity: float | None
    isolated: int
    clustering: Clustering
    weak: Components
    strong: Components
    active_follow_popular: float | None
    popular_follow_popular: float | None
    distances: Distances | None


def structure(graph: FollowGraph, *, seed: int = 0) -> Structure:
    """The shape of ``graph``; ``seed`` is that of whatever is estimated from a sample."""
    followers, followees, mutual = count_ties(graph)
    neighbours = undirected(graph)
    weak = weak_components(graph)
    sizes = np.bincount(weak, minlength=1)
    inside = np.flatnonzero(weak == sizes.argmax()).astype(np.int32)
    return Structure(
        followers=degrees(followers),
        followees=degrees(followees),
        reciprocity=int(mutual.sum()) / graph.edges if graph.edges else None,
        isolated=int(np.count_nonzero(followers + followees == 0)),
        clustering=clustering(neighbours, seed=seed),
        weak=_components(weak),
        strong=_components(strong_components(graph)),
        active_follow_popular=degree_assortativity(graph, of_follower=followees, of_followee=followers),
        popular_follow_popular=degree_assortativity(graph, of_follower=followers, of_followee=followers),
        distances=distances(neighbours, inside, seed=seed),
    )


def degrees(counts: ArrayLike) -> Degrees:
    """The distribution of ``counts``, whole numbers from 0 on, shape ``(n,)``."""
    each = np.asarray(counts, dtype=np.int64)
    levels = np.percentile(each, _PERCENTILES, method="inverted_cdf").tolist() if len(each) else []
    return Degrees(
        mean=float(each.mean()) if len(each) else None,
        most=int(each.max(initial=0)),
        percentiles=dict(zip(_PERCENTILES, levels, strict=False)),
        bins=_bins(each),
        gini=gini(each),
        power_law=fit_power_law(each),
    )


def gini(counts: ArrayLike) -> float | None:
    """The Gini coefficient of ``counts``, from 0 on; ``None`` where their sum is 0.

    The mean difference between any two users, themselves included, over twice the mean.
    """
    ordered = np.sort(np.asarray(counts, dtype=np.float64))
    n, total = len(ordered), ordered.sum()
    return float(2 * (np.arange(1, n + 1) @ ordered) / (n * total) - (n + 1) / n) if total else None


def _bins(counts: Counts) -> tuple[Bin, ...]:
    if not len(counts):
        return ()
    # the exponent of a number as frexp has it: 0 of 0, 1 of 1, 2 of 2 and 3, 3 of 4 to 7
    users = np.bincount(np.frexp(counts)[1]).tolist()
    return tuple(Bin(2**k // 2, max(2**k - 1, 0), number) for k, number in enumerate(users))


def _components(labels: Counts) -> Components:
    sizes = np.bincount(labels)
    return Components(count=int(np.count_nonzero(sizes)), largest=int(sizes.max(initial=0)))
