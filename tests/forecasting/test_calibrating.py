"""Calibration: parameters that made a cascade are found again, by a search that leaves its trace."""

from __future__ import annotations

import math

import numpy as np
import pytest

from s3agents.errors import InputError
from s3agents.forecasting.optimise import FitOptions, Target, fit_parameters
from s3agents.forecasting.spread import FreeParameters, Luck, spread
from s3agents.network.graph import FollowGraph

GRID = np.arange(0.0, 301.0, 5.0)
TRUE = FreeParameters(base_rate=0.4, time_scale=3.0)
AUTHORS = (0, 1, 2, 3)


def _delay(u: float, age: float) -> float:
    del age
    return -10.0 * math.log1p(-u)


def _graph() -> FollowGraph:
    """Four authors with 300 followers each, some of whom follow one another."""
    draw = np.random.default_rng(5)
    edges = {(4 + 300 * a + i, a) for a in AUTHORS for i in range(300)}
    edges |= {(int(x), int(y)) for x, y in draw.integers(4, 1204, (600, 2)) if x != y}
    return FollowGraph.from_edges(1204, [a for a, _ in edges], [b for _, b in edges])


GRAPH = _graph()


def _times(author: int, parameters: FreeParameters, seed: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return spread(
        GRAPH,
        author,
        log_odds=np.zeros(GRAPH.n),
        delay=_delay,
        parameters=parameters,
        luck=Luck.drawn(GRAPH.n, np.random.default_rng(seed)),
        tick_minutes=5.0,
        end=300.0,
    )


def _target(author: int) -> Target:
    values = _times(author, TRUE, 100 + author).searchsorted(GRID, side="right").astype(np.float64)
    return Target(author=author, log_odds=np.zeros(GRAPH.n), minutes=GRID, values=values)


def test_the_parameters_that_made_cascades_are_found_again() -> None:
    """Within a fifth of the rate and a quarter of the scale, by other draws than those that made them."""
    found = fit_parameters([_target(a) for a in AUTHORS], GRAPH, _delay, FitOptions())
    assert found.parameters.base_rate == pytest.approx(TRUE.base_rate, rel=0.2)
    assert found.parameters.time_scale == pytest.approx(TRUE.time_scale, rel=0.25)
    assert found.loss < 0.5 * found.start
    assert found.trace[0].parameters == (1.0, 1.0)
    assert found.loss == min(step.loss for step in found.trace)
    assert len(found.trace) <= FitOptions().evaluations + 3


def test_the_same_seed_gives_the_same_trace() -> None:
    """And another seed another one."""
    targets = [_target(a) for a in AUTHORS]
    few = [FitOptions(evaluations=14, replicates=1, seed=seed) for seed in (1, 1, 2)]
    traces = [fit_parameters(targets, GRAPH, _delay, options).trace for options in few]
    assert traces[0] == traces[1] != traces[2]


def test_too_few_cascades_are_an_error() -> None:
    """Two parameters need three."""
    with pytest.raises(InputError, match="at least 3"):
        fit_parameters([_target(0), _target(1)], GRAPH, _delay, FitOptions())


def test_more_is_forwarded_at_a_higher_rate_and_later_at_a_larger_scale() -> None:
    """By the same readers with the same luck."""
    few, many = (set(_times(0, FreeParameters(base_rate=rate), 1).tolist()) for rate in (0.0001, 1e4))
    assert len(few) < len(many)
    soon, late = (_times(0, FreeParameters(time_scale=scale), 1) for scale in (0.5, 2.0))
    assert np.median(soon) < np.median(late)


def test_nobody_beyond_the_graph_forwards() -> None:
    """A chain is passed down tick by tick if everybody is certain to act at once."""
    chain = FollowGraph.from_edges(4, [1, 2, 3], [0, 1, 2])
    times = spread(
        chain,
        0,
        log_odds=np.full(4, 50.0),
        delay=lambda u, age: 0.0,
        parameters=FreeParameters(),
        luck=Luck.drawn(4, np.random.default_rng(0)),
        tick_minutes=5.0,
        end=10.0,
    )
    assert times.tolist() == [5.0, 10.0]
