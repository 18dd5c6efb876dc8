"""Forests and delays: laws of their arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import ExtraTreesClassifier

from s3agents.behaviour.delay import AGES, Delays, observed_delays
from s3agents.behaviour.fitting.trees import forest_of
from s3agents.behaviour.forest import Forest


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), columns=st.integers(1, 6))
def test_a_forest_predicts_as_scikit_learn_does(seed: int, columns: int) -> None:
    """On random data, for every row."""
    draw = np.random.default_rng(seed)
    rows = np.round(draw.normal(size=(300, columns)), 1)
    outcome = draw.random(300) < 1 / (1 + np.exp(-2 * rows[:, 0]))
    model = ExtraTreesClassifier(12, max_depth=5, min_samples_leaf=3, random_state=seed).fit(rows, outcome)
    forest = forest_of([tree.tree_ for tree in model.estimators_], features=columns)
    assert forest.scores(rows) / 4 + 0.5 == pytest.approx(model.predict_proba(rows)[:, 1], abs=1e-9)


def _stump() -> Forest:
    arrays = {
        "feature": np.array([1, 0, 0], dtype=np.int32),
        "threshold": np.array([0.5, np.inf, np.inf]),
        "left": np.array([1, 1, 2], dtype=np.int32),
        "right": np.array([2, 1, 2], dtype=np.int32),
        "value": np.array([0.0, -1.0, 1.0]),
        "roots": np.array([0], dtype=np.int32),
        "bias": np.array(0.25),
    }
    return Forest.of_arrays(arrays, features=2)


def test_a_row_goes_right_above_the_threshold() -> None:
    """And left at it."""
    assert _stump().scores(np.array([[9.0, 0.5], [9.0, 0.6]])).tolist() == [-0.75, 1.25]


def test_a_prediction_does_not_depend_on_its_batch() -> None:
    """One by one or all at once."""
    rows = np.random.default_rng(0).normal(size=(9000, 2))
    forest = _stump()
    assert (forest.scores(rows) == np.concatenate([forest.scores(rows[i : i + 1]) for i in range(0, 9000)])).all()
    assert forest.scores(rows[:0]).shape == (0,)


@settings(max_examples=50, deadline=None)
@given(
    u=st.lists(st.floats(0, 1), min_size=2, max_size=2).map(sorted),
    age=st.floats(0, 10_000),
    minutes=st.lists(st.floats(0, 5_000), min_size=1, max_size=40),
)
def test_delays_lie_among_those_observed(u: list[float], age: float, minutes: list[float]) -> None:
    """And ascend with the share of users that they are for."""
    delays = observed_delays(minutes, np.zeros(len(minutes)))
    low, high = (delays.at(share, age=age) for share in u)
    assert min(minutes) - 1e-6 <= low <= high + 1e-9 <= max(minutes) + 1e-6


def test_old_cascades_have_delays_of_their_own() -> None:
    """Where there are enough of them."""
    minutes = np.concatenate([np.full(200, 2.0), np.full(200, 60.0)])
    ages = np.repeat([0.0, 500.0], 200)
    delays = observed_delays(minutes, ages)
    assert delays.ages.tolist() == [0.0, AGES[-1]]
    assert (delays.at(0.5, age=1.0), delays.at(0.5, age=119.0), delays.at(0.5, age=120.0)) == (2.0, 2.0, 60.0)
    assert Delays.of_arrays(delays.arrays()).at(0.5, age=200.0) == 60.0
