"""Baselines of forecasting: what can be worked out by hand, and the laws that every forecast keeps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents.evaluation.baselines.base import Beginning, Course, Floats, Forecast, continued
from s3agents.evaluation.baselines.growth import mean_growth, no_growth
from s3agents.evaluation.baselines.independent_cascade import independent_cascade
from s3agents.evaluation.baselines.linear_threshold import linear_threshold
from s3agents.evaluation.baselines.on_graph import Rounds, best_of
from s3agents.evaluation.baselines.sir import sir
from s3agents.evaluation.forecast_scores import score_forecast
from s3agents.network.graph import FollowGraph

GRID = np.array([0.0, 10.0, 20.0, 30.0, 60.0, 90.0, 120.0])
NO_EDGES = FollowGraph.from_edges(4, np.zeros(0, np.int32), np.zeros(0, np.int32))
CHAIN = FollowGraph.from_edges(4, [1, 2, 3], [0, 1, 2])


def _beginning(*times: float, after: float = 20.0, spreaders: tuple[int, ...] = (0,)) -> Beginning:
    return Beginning(after=after, forwards=np.array(times), spreaders=np.array(spreaders, dtype=np.int32))


def _course(final: float, *times: float) -> Course:
    beginning = _beginning(*times)
    return Course(beginning=beginning, minutes=GRID, values=np.where(GRID > 20, final, beginning.counted(GRID)))


def _values(forecast: Forecast) -> Floats:
    assert forecast.values is not None, forecast.reason
    return forecast.values


def test_no_growth_stays_at_what_has_happened() -> None:
    """What was known stays, and nothing is added."""
    assert _values(no_growth(_beginning(1, 2, 15), GRID)).tolist() == [0, 2, 3, 3, 3, 3, 3]


def test_mean_growth_is_the_geometric_mean_of_others() -> None:
    """Growths of 2 and 8 give 4."""
    others = [_course(6, 1, 2, 3), _course(24, 1, 2, 3)]
    assert _values(mean_growth(_beginning(1, 2, 15, 16), GRID, others))[-1] == pytest.approx(16)


def test_mean_growth_without_others_that_had_begun_tells_why() -> None:
    """Two forwards say nothing of a growth."""
    assert mean_growth(_beginning(1, 2, 15), GRID, [_course(6, 1, 2)]).values is None
    assert "forwards by then" in mean_growth(_beginning(1), GRID, [_course(6, 1, 2, 3)]).reason


def test_a_certain_cascade_runs_down_a_chain() -> None:
    """With probability 1 each round wins the next user of the chain; without any it stands still."""
    rounds = Rounds(minutes=30, replicates=2)
    started = _beginning(1, spreaders=(0,))
    assert _values(independent_cascade(started, GRID, CHAIN, probability=1.0, rounds=rounds)).tolist() == [
        *(0, 1, 1, 1, 2, 3, 4),
    ]
    assert _values(independent_cascade(started, GRID, CHAIN, probability=0.0, rounds=rounds))[-1] == 1


def test_chances_of_several_spreaders_are_independent() -> None:
    """A user who follows two spreaders is won with 1 - (1 - p)^2."""
    graph = FollowGraph.from_edges(3, [2, 2], [0, 1])
    rounds = Rounds(minutes=30, replicates=4000, seed=1)
    values = _values(independent_cascade(_beginning(1, spreaders=(0, 1)), GRID, graph, probability=0.5, rounds=rounds))
    assert values[-1] - 1 == pytest.approx(0.75, abs=0.03)


def test_thresholds_are_reached_with_the_share_of_followees_who_have_forwarded() -> None:
    """One of two followees at weight 1 wins half of the time; both always."""
    half = FollowGraph.from_edges(3, [2, 2], [0, 1])
    rounds = Rounds(minutes=30, replicates=4000, seed=1)
    one = _values(linear_threshold(_beginning(1, spreaders=(0,)), GRID, half, weight=1.0, rounds=rounds))
    both = _values(linear_threshold(_beginning(1, spreaders=(0, 1)), GRID, half, weight=1.0, rounds=rounds))
    assert one[-1] - 1 == pytest.approx(0.5, abs=0.03)
    assert both[-1] - 1 == 1.0


def test_graph_models_without_edges_say_so() -> None:
    """There is nothing to spread along."""
    blank = independent_cascade(_beginning(1), GRID, NO_EDGES, probability=0.5, rounds=Rounds())
    assert blank == linear_threshold(_beginning(1), GRID, NO_EDGES, weight=0.5, rounds=Rounds())
    assert blank.reason == "no follow graph"


@pytest.mark.parametrize("model", [independent_cascade, linear_threshold])
def test_the_same_seed_gives_the_same_forecast(model: Callable[..., Forecast]) -> None:
    """And another seed another one."""
    graph = FollowGraph.from_edges(40, list(range(1, 40)), [0] * 39)
    name = "probability" if model is independent_cascade else "weight"
    runs = [
        _values(model(_beginning(1), GRID, graph, **{name: 0.3}, rounds=Rounds(replicates=3, seed=seed)))
        for seed in (1, 1, 2)
    ]
    assert runs[0].tolist() == runs[1].tolist() != runs[2].tolist()


def test_sir_continues_an_epidemic_that_it_made() -> None:
    """Times drawn along the model's own curve are continued near its end."""
    from s3agents.evaluation.baselines.sir import _infected

    grid = np.arange(0.0, 201.0, 5.0)
    curve = _infected(np.log([0.25, 0.05, 1.5]), grid, scale=200)
    times = np.interp(np.arange(1, int(curve[12])) + 0.0, curve, grid)
    known = Beginning(after=60.0, forwards=times[times <= 60.0])
    assert _values(sir(known, grid))[-1] == pytest.approx(curve[-1], rel=0.1)


def test_sir_with_too_few_points_is_blank() -> None:
    """Three points cannot tell three parameters; nor can a flat curve."""
    assert "3 points" in sir(_beginning(1, 2, 9, after=15), GRID).reason
    assert "different values" in sir(_beginning(1, 1, 1, after=30), GRID).reason


@settings(deadline=None, max_examples=50)
@given(
    times=st.lists(st.floats(0, 20), min_size=1, max_size=20),
    told=st.lists(st.floats(0, 1e4), min_size=len(GRID), max_size=len(GRID)),
)
def test_a_forecast_keeps_what_happened_and_never_falls(times: list[float], told: list[float]) -> None:
    """Whatever a model says."""
    beginning = _beginning(*sorted(times))
    values = _values(continued(beginning, GRID, np.array(told)))
    known = beginning.after >= GRID
    assert values[known].tolist() == beginning.counted(GRID)[known].tolist()
    assert (np.diff(values) >= 0).all()


def test_a_beginning_refuses_what_comes_later() -> None:
    """The future cannot slip in."""
    with pytest.raises(ValueError, match="ends at minute 20"):
        _beginning(1, 21)


def test_the_best_parameter_has_the_smallest_mean_loss() -> None:
    """Over cases."""
    assert best_of((0.1, 0.2), np.array([[1.0, 0.0], [1.0, 1.5]])) == 0.2


def test_errors_are_over_the_time_after_the_beginning() -> None:
    """By hand: two later points, off by 3 and 4, of a final value of 10."""
    true, told = np.array([1.0, 9.0, 10.0]), np.array([5.0, 6.0, 6.0])
    found = score_forecast(told, true, np.array([0.0, 30.0, 60.0]), after=0.0)
    assert found is not None
    assert found.rmse == pytest.approx(np.sqrt(12.5) / 10)
    assert found.final == pytest.approx(0.4)
    assert score_forecast(told, np.zeros(3), np.array([0.0, 30.0, 60.0]), after=0.0) is None
