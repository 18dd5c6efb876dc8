"""What the baselines on a follow graph share: rounds in time, replicates, and one parameter learnt from other cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from s3agents.evaluation.baselines.base import Beginning, Floats, Forecast, continued
from s3agents.network.graph import FollowGraph, Ints

__all__ = ["NO_GRAPH", "Rounds", "best_of", "followers_of", "mean_of"]

NO_GRAPH = "no follow graph"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """How a model in rounds is put into time, and how often it is run.

    Attributes:
        minutes: what one round takes.
        replicates: runs whose mean is the forecast.
        seed: of their draws.
    """

    minutes: float = 30.0
    replicates: int = 20
    seed: int = 0


def followers_of(graph: FollowGraph, users: Ints) -> Ints:
    """Followers of each of ``users``, one after the other; who follows several occurs several times."""
    return np.concatenate([_nobody(), *(graph.followers(user) for user in users.tolist())])


def mean_of(
    beginning: Beginning,
    minutes: Floats,
    rounds: Rounds,
    run: Callable[[np.random.Generator, int], Floats],
) -> Forecast:
    """The mean of replicates as a forecast.

    Args:
        beginning: what is known.
        minutes: of the forecast.
        rounds: see there.
        run: one replicate: from a generator and a number of rounds, the users won in each round, shape ``(rounds,)``.
    """
    number = max(1, int(np.ceil((minutes.max(initial=0.0) - beginning.after) / rounds.minutes)))
    generators = np.random.default_rng(rounds.seed).spawn(rounds.replicates)
    won = np.mean([run(generator, number) for generator in generators], axis=0)
    done = np.floor((minutes - beginning.after) / rounds.minutes).clip(0, number).astype(np.intp)
    return continued(beginning, minutes, beginning.count + np.concatenate([[0.0], np.cumsum(won)])[done])


def best_of(parameters: Sequence[float], losses: Floats) -> float:
    """The parameter with the smallest mean loss.

    Args:
        parameters: those tried.
        losses: of each case under each parameter, shape ``(cases, parameters)``.
    """
    return parameters[int(np.asarray(losses).mean(axis=0).argmin())]


def _nobody() -> Ints:
    return np.zeros(0, dtype=np.int32)
