"""Linear threshold on the follow graph (Granovetter 1978, "Threshold models of collective behavior"; Kempe 2003).

A user forwards once the share of their followees who have forwarded, times a weight, reaches a threshold of their own,
drawn evenly between 0 and 1.
"""

from __future__ import annotations

import numpy as np

from s3agents.evaluation.baselines.base import Beginning, Floats, Forecast
from s3agents.evaluation.baselines.on_graph import NO_GRAPH, Rounds, followers_of, mean_of
from s3agents.network.graph import FollowGraph, Ints

__all__ = ["WEIGHTS", "linear_threshold"]

WEIGHTS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
"""Those among which the best for other cases is looked for."""


def linear_threshold(
    beginning: Beginning, minutes: Floats, graph: FollowGraph, *, weight: float, rounds: Rounds
) -> Forecast:
    """The mean of seeded replicates.

    Those who have not forwarded by ``after`` have thresholds above what has reached them, and the strict model would
    stand still. It is given the benefit of fresh thresholds, drawn when the forecast begins.

    Args:
        beginning: what is known.
        minutes: of the forecast.
        graph: who follows whom.
        weight: of the followees together.
        rounds: time of a round, replicates and seed.
    """
    if not graph.edges:
        return Forecast(None, NO_GRAPH)

    def run(generator: np.random.Generator, number: int) -> Floats:
        thresholds = generator.random(graph.n)
        # Who has forwarded is won for good: no share of followees reaches an infinite threshold.
        thresholds[beginning.spreaders] = np.inf
        heard = np.zeros(graph.n)
        won, frontier = np.zeros(number), beginning.spreaders
        for i in range(number):
            frontier = _won(graph, frontier, heard, thresholds, weight)
            won[i] = len(frontier)
            if not len(frontier):
                break
            thresholds[frontier] = np.inf
        return won

    return mean_of(beginning, minutes, rounds, run)


def _won(graph: FollowGraph, frontier: Ints, heard: Floats, thresholds: Floats, weight: float) -> Ints:
    """Those whose threshold is reached now that ``frontier`` has forwarded too; counts it in ``heard``."""
    told, times = np.unique(followers_of(graph, frontier), return_counts=True)
    heard[told] += times
    followed = np.array([len(graph.followees(user)) for user in told.tolist()], dtype=np.float64)
    won: Ints = told[weight * heard[told] / followed >= thresholds[told]].astype(np.int32)
    return won
