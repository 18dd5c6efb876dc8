"""Independent cascade on the follow graph (Kempe, Kleinberg and Tardos 2003, "Maximizing the spread of influence").

Whoever forwards has one chance to win each follower, with one probability for all edges, in the round that follows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from s3agents.evaluation.baselines.base import Beginning, Floats, Forecast
from s3agents.evaluation.baselines.on_graph import NO_GRAPH, Rounds, followers_of, mean_of
from s3agents.network.graph import FollowGraph, Ints

__all__ = ["PROBABILITIES", "independent_cascade"]

PROBABILITIES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
"""Those among which the best for other cases is looked for."""


def independent_cascade(
    beginning: Beginning, minutes: Floats, graph: FollowGraph, *, probability: float, rounds: Rounds
) -> Forecast:
    """The mean of seeded replicates.

    The model knows no time but rounds, by which all who were won before ``after`` would have had their chance. It is
    given the benefit of a fresh one: in the first round after the beginning every spreader tries every follower.

    Args:
        beginning: what is known.
        minutes: of the forecast.
        graph: who follows whom.
        probability: of an edge.
        rounds: time of a round, replicates and seed.
    """
    if not graph.edges:
        return Forecast(None, NO_GRAPH)
    first, tries = np.unique(followers_of(graph, beginning.spreaders), return_counts=True)
    fresh = ~np.isin(first, beginning.spreaders)
    first, tries = first[fresh], tries[fresh]

    def run(generator: np.random.Generator, number: int) -> Floats:
        won = np.zeros(number)
        reached = set(beginning.spreaders.tolist())
        frontier = _won(first, tries, probability, generator)
        for i in range(number):
            won[i] = len(frontier)
            reached.update(frontier.tolist())
            if i + 1 == number or not len(frontier):
                break
            users, chances = np.unique(followers_of(graph, frontier), return_counts=True)
            open_ = np.array([user not in reached for user in users.tolist()], dtype=np.bool_)
            frontier = _won(users[open_], chances[open_], probability, generator)
        return won

    return mean_of(beginning, minutes, rounds, run)


def _won(users: Ints, tries: NDArray[np.intp], p: float, generator: np.random.Generator) -> Ints:
    """Those of ``users`` whom one of so many independent ``tries`` wins."""
    won: Ints = users[generator.random(len(users)) < 1.0 - (1.0 - p) ** tries]
    return won
