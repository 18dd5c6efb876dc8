"""Polarisation: whether users are in two camps, and whether ties keep to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from s3agents.evaluation.common_time import Floats
from s3agents.network.graph import FollowGraph
from s3agents.network.mixing import label_assortativity

__all__ = ["Polarisation", "bimodality", "ei_index", "polarisation"]

_FEWEST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Polarisation:
    """How far a population has split.

    Attributes:
        users: with a known attitude.
        positive: of these.
        edges: follow edges between them.
        assortativity: of attitudes over these edges (Newman 2003): 1 where users follow only their own side.
        ei_index: ties to the other side less those to the own, over all (Krackhardt & Stern 1988): -1 to 1.
        bimodality: of the probabilities of being positive (Pfister et al. 2013): above 5/9, which is that of a uniform
            distribution, there may be two camps; towards 1 where all are at one of two points.
        reasons: why a measure is ``None``, by its name.
    """

    users: int
    positive: int
    edges: int
    assortativity: float | None
    ei_index: float | None
    bimodality: float | None
    reasons: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)


def polarisation(graph: FollowGraph | None, attitudes: ArrayLike, p_positive: ArrayLike) -> Polarisation:
    """The polarisation of a population.

    Args:
        graph: who follows whom; ``None`` where that is not known.
        attitudes: of each user, shape ``(n,)``: 1 positive, 0 negative, -1 unknown.
        p_positive: probabilities of being positive, of those users for whom there is one, shape ``(m,)``.
    """
    sides = np.asarray(attitudes, dtype=np.int64)
    users, positive = int(np.count_nonzero(sides >= 0)), int(np.count_nonzero(sides == 1))
    mixing = None if graph is None else label_assortativity(graph, sides)
    edges = 0 if mixing is None else mixing.edges
    split = bimodality(p_positive)
    reasons = {} if split is not None else {"bimodality": "fewer than 4 probabilities, or all the same"}
    if why := _why_no_mixing(graph, users, positive, edges):
        reasons |= {"assortativity": why, "ei_index": why}
    elif mixing is None or mixing.assortativity is None:
        reasons["assortativity"] = "all edges join one side"
    return Polarisation(
        users=users,
        positive=positive,
        edges=edges,
        assortativity=None if mixing is None or why else mixing.assortativity,
        ei_index=None if graph is None or why else ei_index(graph, sides),
        bimodality=split,
        reasons=reasons,
    )


def _why_no_mixing(graph: FollowGraph | None, users: int, positive: int, edges: int) -> str:
    """Why nothing can be said of edges between sides; empty if it can."""
    if not users:
        return "nobody's attitude is known"
    if positive in {0, users}:
        return "all are on one side"
    if graph is None:
        return "the follow graph is not at hand"
    return "" if edges else "no edges between users of known attitude"


def ei_index(graph: FollowGraph, sides: ArrayLike) -> float | None:
    """Krackhardt & Stern's E-I index (Social Psychology Quarterly 51, 1988, 123): external less internal ties over all.

    Args:
        graph: the ties.
        sides: of each user, shape ``(n,)``: a number from 0 on, or -1 where it is unknown.

    Returns:
        -1 where all ties stay within a side, 1 where all lead to another; ``None`` without ties of known sides.
    """
    codes = np.asarray(sides, dtype=np.int64)
    a, b = graph.pairs()
    known = (codes[a] >= 0) & (codes[b] >= 0)
    ties = int(np.count_nonzero(known))
    external = int(np.count_nonzero(codes[a[known]] != codes[b[known]]))
    return (2 * external - ties) / ties if ties else None


def bimodality(values: ArrayLike) -> float | None:
    """The bimodality coefficient of a sample (Pfister et al. 2013, Frontiers in Psychology 4:700).

    ``(g^2 + 1) / (k + 3 (n - 1)^2 / ((n - 2)(n - 3)))`` with skewness ``g`` and excess kurtosis ``k``, corrected
    for small samples.

    Args:
        values: shape ``(n,)``.

    Returns:
        Above 0 and at most 1; ``None`` for fewer than 4 values, and where they do not vary.
    """
    x: Floats = np.asarray(values, dtype=np.float64)
    n = len(x)
    if n < _FEWEST or np.ptp(x) <= 1e-12 * np.abs(x).max():
        return None
    deviations = (x - x.mean()) / np.ptp(x)
    spread = float(np.mean(deviations**2))
    skewness = float(np.mean(deviations**3)) / spread**1.5 * np.sqrt(n * (n - 1)) / (n - 2)
    excess = float(np.mean(deviations**4)) / spread**2 - 3
    kurtosis = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * excess + 6)
    return float((skewness**2 + 1) / (kurtosis + 3 * (n - 1) ** 2 / ((n - 2) * (n - 3))))
