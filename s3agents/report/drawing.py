"""Where users stand in a drawing of their network, and which users stand for a network too large to draw."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from s3agents.network.clustering import undirected
from s3agents.network.components import weak_components
from s3agents.network.graph import FollowGraph, Ints

__all__ = ["DRAWN", "layout", "representatives"]

DRAWN = 500
"""Most users in a drawing."""

_BACK, _PATIENCE = 0.15, 30
_ROUNDS, _FIRST_STEP = 300, 0.1
_GRAVITY = 3.0
Floats = NDArray[np.float64]


def representatives(graph: FollowGraph, *, seed: int) -> Ints:
    """The users to draw, ascending: all of a small network, else some of its largest component.

    They are met on a random walk along ties of any direction that now and then goes back to where it began, for such
    samples keep the shape of a network well (Leskovec and Faloutsos 2006, KDD). A walk that meets nobody new begins
    anew at somebody met.
    """
    if graph.n <= DRAWN:
        return np.arange(graph.n, dtype=np.int32)
    rng = np.random.default_rng(seed)
    component = weak_components(graph)
    inside = np.flatnonzero(component == np.bincount(component).argmax())
    neighbours, wanted = undirected(graph), min(DRAWN, len(inside))
    met = [int(rng.choice(inside))]
    known = set(met)
    while len(met) < wanted:
        at = begin = met[rng.integers(len(met))]
        since = 0
        while since < _PATIENCE and len(met) < wanted:
            back, draw = rng.random(2).tolist()
            near = neighbours[begin if back < _BACK else at]
            at = int(near[int(draw * len(near))])
            since += 1
            if at not in known:
                known.add(at)
                met.append(at)
                since = 0
    return np.array(sorted(met), dtype=np.int32)


def layout(graph: FollowGraph, *, seed: int) -> Floats:
    """A place in the plane for each user of a small graph, shape ``(n, 2)``, within -1 and 1.

    Ties draw users together, all users push each other apart, the more ties they have the harder, and a pull to the
    middle keeps components from drifting away (Fruchterman and Reingold 1991, with the weights and the gravity of
    Jacomy et al. 2014, PLoS ONE 9(6):e98679).
    """
    n, rng = graph.n, np.random.default_rng(seed)
    places = rng.uniform(-0.5, 0.5, (n, 2))
    a, b = graph.pairs()
    tied = np.zeros((n, n))
    tied[a, b] = tied[b, a] = 1.0
    weight = 1 + tied.sum(axis=1)
    weight /= weight.mean() if n else 1.0
    push = np.outer(weight, weight)
    ideal = 1 / np.sqrt(max(n, 1))
    for step in np.linspace(_FIRST_STEP, 0.0, _ROUNDS, endpoint=False):
        square = (places**2).sum(axis=1)
        far = np.sqrt(np.maximum(square[:, None] + square[None, :] - 2 * places @ places.T, (ideal / 100) ** 2))
        force = push * (ideal / far) ** 2 - tied * far / ideal
        move = force.sum(axis=1)[:, None] * places - force @ places - _GRAVITY * ideal * weight[:, None] * places
        length = np.maximum(np.hypot(move[:, 0], move[:, 1]), 1e-12)
        places += move * np.minimum(length, step)[:, None] / length[:, None]
    return np.asarray(places / max(float(np.abs(places).max(initial=0.0)), 1e-12))
