"""Optimise: base rate and time scale with which fitted readers come nearest to given cascades, with the whole trace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from s3agents.errors import InputError, explain
from s3agents.evaluation.baselines.base import Floats
from s3agents.forecasting.pace import Step
from s3agents.forecasting.spread import Delay, FreeParameters, Luck, spread
from s3agents.network.graph import FollowGraph

__all__ = ["FEWEST_TARGETS", "FitOptions", "Fitted", "Target", "fit_parameters"]

FEWEST_TARGETS = 3
"""Cascades that it takes: more than there are parameters."""

_STARTS = (0.25, 1.0, 4.0)
_SPAN = 5.0
_FIRST_STEP = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Target:
    """A cascade that is to be met.

    Attributes:
        author: position of its author.
        log_odds: of a forward by each user, shape ``(users,)``.
        minutes: of the curve, shape ``(n,)``.
        values: forwards by then, shape ``(n,)``; the last one above 0.
    """

    author: int
    log_odds: Floats
    minutes: Floats
    values: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class FitOptions:
    """How parameters are looked for.

    Attributes:
        replicates: runs of each cascade under each pair of parameters.
        tick_minutes: what a tick takes.
        evaluations: most pairs of parameters that are tried.
        seed: of the draws, the same for each pair.
    """

    replicates: int = 3
    tick_minutes: float = 5.0
    evaluations: int = 80
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What was found.

    Attributes:
        parameters: with the smallest loss.
        start: loss of the parameters at 1.
        loss: the smallest one: mean over cascades of RMSE over the true final value.
        trace: every evaluation, in order: base rate, time scale, loss.
    """

    parameters: FreeParameters
    start: float
    loss: float
    trace: tuple[Step, ...]


def fit_parameters(
    targets: Sequence[Target],
    graph: FollowGraph,
    delay: Delay,
    options: FitOptions,
    *,
    on_progress: Callable[[int, int], None] = lambda done, due: None,
) -> Fitted:
    """Look for the parameters: at first on a small grid, from whose best point on by Nelder and Mead (1965).

    Args:
        targets: the cascades.
        graph: who follows whom.
        delay: of the readers, before the time scale.
        options: replicates, ticks, how long to look, seed.
        on_progress: told how many pairs were tried, of at most how many.

    Raises:
        InputError: if there are too few cascades, or scipy is not installed.
    """
    if len(targets) < FEWEST_TARGETS:
        wanted = f"at least {FEWEST_TARGETS} that spread along the follow graph, for 2 parameters"
        raise InputError(explain("cascades to calibrate on", wanted=wanted, got=str(len(targets))))
    minimize = _minimize()
    trace: list[Step] = []

    def loss(logs: Floats) -> float:
        bounded = np.clip(logs, -_SPAN, _SPAN)
        parameters = FreeParameters(*np.exp(bounded).tolist())
        value = float(np.mean([_error(target, graph, delay, parameters, options) for target in targets]))
        trace.append(Step((parameters.base_rate, parameters.time_scale), value))
        on_progress(len(trace), options.evaluations)
        return value + float(np.abs(logs - bounded).sum())

    start = loss(np.zeros(2))
    grid = [np.log([rate, scale]) for rate in _STARTS for scale in _STARTS if (rate, scale) != (1.0, 1.0)]
    best = min([np.zeros(2), *grid], key=lambda logs: start if not logs.any() else loss(logs))
    simplex = best + _FIRST_STEP * np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    left = max(1, options.evaluations - len(trace))
    minimize(loss, best, method="Nelder-Mead", options={"initial_simplex": simplex, "maxfev": left, "xatol": 0.01})
    found = min(trace, key=lambda step: step.loss)
    return Fitted(parameters=FreeParameters(*found.parameters), start=start, loss=found.loss, trace=tuple(trace))


def _error(target: Target, graph: FollowGraph, delay: Delay, parameters: FreeParameters, options: FitOptions) -> float:
    """RMSE of the mean of the replicates over the true final value."""
    curves = []
    for generator in np.random.default_rng([options.seed, target.author]).spawn(options.replicates):
        times = spread(
            graph,
            target.author,
            log_odds=target.log_odds,
            delay=delay,
            parameters=parameters,
            luck=Luck.drawn(graph.n, generator),
            tick_minutes=options.tick_minutes,
            end=float(target.minutes[-1]),
        )
        curves.append(times.searchsorted(target.minutes, side="right"))
    gap = np.mean(curves, axis=0) - target.values
    return float(np.sqrt(np.mean(gap**2)) / target.values[-1])


def _minimize() -> Any:
    try:
        from scipy.optimize import minimize
    except ImportError as exc:
        remedy = "pip install 's3agents[learn]'"
        raise InputError(explain("calibrate", wanted="scipy", got="no such package", remedy=remedy)) from exc
    return minimize
