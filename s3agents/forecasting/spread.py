"""Spread: a cascade among fitted readers in a few milliseconds, for optimisers that ask for thousands.

The rules are those of :class:`~s3agents.cognition.fitted.FittedCognition` in a society in which nothing else is talked
about: a reader decides once, when the cascade first reaches them, in the tick after the one in which it was passed on;
the odds are the model's times the base rate, the delay is the model's times the time scale. Draws are given, so that
other parameters meet the same readers with the same luck (common random numbers).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from s3agents.evaluation.baselines.base import Floats
from s3agents.network.graph import FollowGraph

__all__ = ["Delay", "FreeParameters", "Luck", "spread"]

Delay = Callable[[float, float], float]
"""Minutes from exposure to act: of a uniform number, and of the age of the cascade in minutes."""


@dataclass(frozen=True, slots=True)
class FreeParameters:
    """What a calibration finds; both are factors.

    Attributes:
        base_rate: on the odds of a forward.
        time_scale: on the delay until it.
    """

    base_rate: float = 1.0
    time_scale: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Luck:
    """The draws of one replicate, each of shape ``(users,)`` in [0, 1).

    Attributes:
        acts: who would forward at which odds.
        waits: who waits how long.
    """

    acts: Floats
    waits: Floats

    @classmethod
    def drawn(cls, users: int, generator: np.random.Generator) -> Luck:
        """Fresh ones."""
        return cls(generator.random(users), generator.random(users))


def spread(
    graph: FollowGraph,
    author: int,
    *,
    log_odds: Floats,
    delay: Delay,
    parameters: FreeParameters,
    luck: Luck,
    tick_minutes: float,
    end: float,
) -> Floats:
    """Minutes of the forwards up to ``end``, ascending.

    Args:
        graph: who follows whom.
        author: position of who publishes at minute 0.
        log_odds: of a forward by each user, shape ``(users,)``.
        delay: from exposure to act.
        parameters: base rate and time scale.
        luck: the draws.
        tick_minutes: what a tick takes.
        end: minute after which nothing counts.
    """
    acts = luck.acts < 1.0 / (1.0 + np.exp(-log_odds - np.log(parameters.base_rate)))
    reached = np.zeros(graph.n, dtype=np.bool_)
    reached[author] = True
    last = int(end / tick_minutes)
    pending, ticks = [(0, author)], []
    while pending:
        tick, user = heapq.heappop(pending)
        if user != author:
            ticks.append(tick)
        followers = graph.followers(user)
        new = followers[~reached[followers]]
        reached[new] = True
        for reader in new[acts[new]].tolist():
            waited = delay(float(luck.waits[reader]), tick * tick_minutes) * parameters.time_scale
            due = tick + max(1, round(waited / tick_minutes))
            if due <= last:
                heapq.heappush(pending, (due, reader))
    return np.array(ticks, dtype=np.float64) * tick_minutes
