"""Regressions: quick and slow ways give the same predictions, and answers are read as they are meant."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from s3agents.errors import InputError
from s3agents.traits.learnt import design as designs
from s3agents.traits.learnt import regression
from s3agents.traits.learnt.design import Design
from s3agents.traits.learnt.heads import Heads, label_probabilities, sigmoid
from s3agents.traits.learnt.ngrams import WIDTH
from s3agents.traits.learnt.regression import PENALTY, check_sklearn, fit_regression
from s3agents.traits.learnt.tasks import AgeScale, LabelTask, age_scale

WORDS = "red green blue one two three four five".split()
LOGITS = st.floats(-800, 800)


def texts(n: int = 40) -> list[str]:
    """Made-up texts, one of them twice."""
    draw = np.random.default_rng(5)
    made = [" ".join(draw.choice(WORDS, 6)) for _ in range(n - 1)]
    return [*made, made[0]]


def outcome(written: list[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether a text says red more often than green."""
    return np.array([[text.count("red") >= text.count("green")] for text in written])


def fitted(design: Design, outcomes: np.ndarray[Any, np.dtype[np.bool_]]) -> Heads:
    """The heads fitted on all rows."""
    rows = np.arange(len(outcomes))
    fit = fit_regression(design.matrix, outcomes, train=rows, inner=rows % 3, exclusive=False)
    return design.heads(fit.weights, fit.intercepts, fit.scale)


@pytest.mark.parametrize("targets", [0, 2])
def test_rotation_changes_no_prediction(targets: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fitted on the rotated matrix or on the sparse one, a model predicts the same of texts it has never seen."""
    written = texts()
    about = np.arange(len(written)) % targets if targets else None
    quick = Design(written, about, targets)
    monkeypatch.setattr(designs, "_MOST", 0)
    monkeypatch.setattr(regression, "_TOLERANCE", 1e-9)
    slow = Design(written, about, targets)
    assert isinstance(quick.matrix, np.ndarray)
    assert not isinstance(slow.matrix, np.ndarray)
    unseen = ["red blue nine", "two green", "nothing"]
    a, b = (fitted(design, outcome(written)).logits(unseen) for design in (quick, slow))
    assert a.shape == (3, max(1, targets))
    np.testing.assert_allclose(a, b, atol=1e-4)


def test_heads_are_the_fitted_functions() -> None:
    """The logits of heads are those of scikit-learn's model on the same matrix, calibrated by the scale."""
    written = texts()
    design = Design(written)
    rows = np.arange(len(written))
    fit = fit_regression(design.matrix, outcome(written), train=rows, inner=rows % 3, exclusive=False)
    model = LogisticRegression(C=PENALTY, tol=1e-8, max_iter=1000).fit(design.matrix, outcome(written)[:, 0])
    expected = fit.scale * model.decision_function(design.matrix)
    np.testing.assert_allclose(fit.logits(design.matrix)[:, 0], expected, atol=5e-3)
    heads = design.heads(fit.weights, fit.intercepts, fit.scale)
    np.testing.assert_allclose(heads.logits(written)[:, 0], expected, atol=5e-3)


def test_an_outcome_that_is_always_the_same_needs_no_model() -> None:
    """Where all of the training rows agree, the probability says how many there were."""
    written = texts()
    same = np.ones((len(written), 1), dtype=bool)
    rows = np.arange(len(written))
    fit = fit_regression(Design(written).matrix, same, train=rows, inner=rows % 3, exclusive=False)
    assert not fit.weights.any()
    assert fit.intercepts[0] == pytest.approx(np.log((len(written) + 0.5) / 0.5))


def test_noise_is_calibrated_away() -> None:
    """Where the outcome has nothing to do with the text, out-of-fold logits are scaled down."""
    written = texts(120)
    noise = np.random.default_rng(2).random((120, 1)) < 0.5
    rows = np.arange(120)
    fit = fit_regression(Design(written).matrix, noise, train=rows, inner=rows % 3, exclusive=False)
    assert fit.scale < 0.3


@given(st.lists(LOGITS, min_size=1, max_size=5).filter(lambda logits: len(logits) != 2))
def test_probabilities_sum_to_one(logits: list[float]) -> None:
    """Of whatever logits, the probabilities are such, and ordered as the logits are."""
    p = label_probabilities(logits)
    assert sum(p) == pytest.approx(1)
    assert all(0 <= x <= 1 for x in p)
    assert len(p) == max(2, len(logits))
    if len(logits) > 2:
        assert max(p) == p[logits.index(max(logits))]


@given(LOGITS)
def test_sigmoid_is_symmetric(x: float) -> None:
    """``sigmoid(-x)`` is ``1 - sigmoid(x)``, without overflow."""
    assert sigmoid(x) + sigmoid(-x) == pytest.approx(1)


def test_labels_are_asked_for_and_read_back() -> None:
    """Two labels take one question, more take one each."""
    two, three = LabelTask(("a", "b")), LabelTask(("a", "b", "c"))
    assert two.outcomes(["a", "b"]).tolist() == [[False], [True]]
    assert three.outcomes(["c"]).tolist() == [[False, False, True]]
    assert two.read([2.0])[0] == "b"
    assert two.read([0.0])[0] == "a"
    label, p = three.read([0.0, 3.0, 1.0])
    assert label == "b"
    assert list(p) == ["a", "b", "c"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 130), min_size=2, max_size=60).filter(lambda ages: len(set(ages)) > 1), st.data())
def test_ages_stay_in_the_range_seen(ages: list[int], data: st.DataObject) -> None:
    """Whatever the logits, an age is whole years between the youngest and the oldest; certain ones give it back."""
    scale = age_scale(ages)
    logits = data.draw(st.lists(LOGITS, min_size=scale.heads, max_size=scale.heads))
    assert min(ages) <= scale.read(logits) <= max(ages)
    assert scale.read([800.0] * scale.heads) >= scale.cuts[-1]
    assert scale.read([-800.0] * scale.heads) <= scale.cuts[0] + 1
    assert scale.outcomes(ages).any(axis=0).all()


def test_an_age_is_the_median() -> None:
    """Half of the probability lies below the predicted age: linear between the cuts."""
    scale = AgeScale(10, (19, 29), 40)
    even = [0.0, -800.0]
    assert scale.read(even) == 20  # older than 19 with probability 1/2
    assert scale.read([800.0, 0.0]) == 30
    assert scale.read([np.log(3), -np.log(3)]) == round(19.5 + 10 * 0.25 / 0.5)


@pytest.mark.parametrize(
    "values", [(30, (20,), 40), (10, (30, 20), 40), (10, (20, 20), 40), (10, (50,), 40), (10, (), 40)]
)
def test_a_scale_ascends(values: tuple[int, tuple[int, ...], int]) -> None:
    """Lowest, cuts and highest in another order are none."""
    with pytest.raises(ValueError, match=r"ascend|at least 1 item"):
        AgeScale(*values)


GOOD = Heads(np.array([1, 5], np.int32), np.ones((1, 2), np.float32), np.zeros(1, np.float32), 1.0).arrays()
BAD: dict[str, dict[str, Any]] = {
    "another type": {"weights": np.ones((1, 2))},
    "another shape": {"weights": np.ones((2, 2), np.float32)},
    "a weight too few": {"weights": np.ones((1, 1), np.float32)},
    "no number": {"intercepts": np.array([np.nan], np.float32)},
    "an infinite scale": {"scale": np.array(np.inf)},
    "columns out of order": {"columns": np.array([5, 1], np.int32)},
    "a column twice": {"columns": np.array([5, 5], np.int32)},
    "a column too far": {"columns": np.array([1, WIDTH], np.int32)},
    "a negative column": {"columns": np.array([-1, 5], np.int32)},
}


@pytest.mark.parametrize("kind", sorted(BAD))
def test_broken_arrays_are_no_heads(kind: str) -> None:
    """Types, shapes, order and finite numbers are checked."""
    assert Heads.of_arrays(GOOD).arrays().keys() == GOOD.keys()
    with pytest.raises(ValueError):  # noqa: PT011  # each kind has its own words
        Heads.of_arrays({**GOOD, **BAD[kind]})


def test_a_missing_package_is_wrong_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without scikit-learn the message says how to get it."""
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(InputError, match=r"pip install 's3agents\[learn\]'"):
        check_sklearn()
