"""Scores of predicted traits: the numbers of scikit-learn, honest intervals, and blanks where nothing is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from s3agents.traits import scores as scoring
from s3agents.traits.scores import Score, mean_macro_f1, score_labels, score_numbers

QUICK = settings(max_examples=60, deadline=None)
LABELS = st.sampled_from(["female", "male", "brand"])
PARTS = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0])


@pytest.fixture
def few_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals of fewer samples, where only values are looked at."""
    monkeypatch.setattr(scoring, "RESAMPLES", 5)


def value(score: Score | None) -> float | None:
    """The value of a score; it lies within its interval, and all three are numbers."""
    if score is None:
        return None
    assert all(math.isfinite(x) for x in (score.value, score.low, score.high))
    assert score.low <= score.high
    return score.value


@pytest.mark.usefixtures("few_samples")
@QUICK
@given(st.lists(st.tuples(LABELS, LABELS, PARTS), min_size=2, max_size=40))
def test_labels_agree_with_scikit_learn(rows: list[tuple[str, str, float]]) -> None:
    """Accuracy, F1, macro F1 and AUC (one label against the others) are those of scikit-learn, wherever it has them."""
    truth, predicted, p = (list(column) for column in zip(*rows, strict=True))
    found = score_labels(truth, predicted, p, positive="female")
    if len(set(truth)) < 2:
        assert found.accuracy is found.f1 is found.macro_f1 is found.auc is found.baseline_accuracy is None
        return
    assert value(found.accuracy) == pytest.approx(metrics.accuracy_score(truth, predicted))
    assert value(found.macro_f1) == pytest.approx(metrics.f1_score(truth, predicted, average="macro"))
    assert value(found.baseline_accuracy) == pytest.approx(max(truth.count(t) for t in truth) / len(truth))
    is_female = [t == "female" for t in truth]
    if "female" in {*truth, *predicted}:
        said = [t == "female" for t in predicted]
        assert value(found.f1) == pytest.approx(metrics.f1_score(is_female, said))
    else:
        assert found.f1 is None
    if len(set(is_female)) == 2 and len(set(p)) > 1:
        assert value(found.auc) == pytest.approx(metrics.roc_auc_score(is_female, p))
    else:
        assert found.auc is None


@pytest.mark.usefixtures("few_samples")
@QUICK
@given(st.lists(st.tuples(st.integers(1, 100), st.integers(1, 100)), min_size=2, max_size=40))
def test_numbers_agree_with_scikit_learn(rows: list[tuple[int, int]]) -> None:
    """Squared, absolute and percentage errors are those of scikit-learn; the baseline is the median's."""
    truth, predicted = (list(column) for column in zip(*rows, strict=True))
    found = score_numbers(truth, predicted)
    if len(set(truth)) < 2:
        assert found.mse is found.mae is found.percentage_error is found.baseline_mae is None
        return
    assert value(found.mse) == pytest.approx(metrics.mean_squared_error(truth, predicted))
    assert value(found.mae) == pytest.approx(metrics.mean_absolute_error(truth, predicted))
    assert value(found.percentage_error) == pytest.approx(
        100 * metrics.mean_absolute_percentage_error(truth, predicted)
    )
    median = [float(np.median(truth))] * len(truth)
    assert value(found.baseline_mae) == pytest.approx(metrics.mean_absolute_error(truth, median))


def test_rows_without_an_answer_are_counted_and_left_out() -> None:
    """Scores are over the answered rows, and the AUC over those with a probability."""
    found = score_labels(["a", "b", "a", "b"], ["a", "b", None, "a"], [0.9, 0.2, None, None], positive="a")
    assert (found.n, found.n_unknown, found.n_ranked) == (3, 1, 2)
    assert value(found.accuracy) == pytest.approx(2 / 3)
    assert value(found.auc) == 1.0
    ages = score_numbers([20, 30, 40], [None, 33, 40])
    assert (ages.n, ages.n_unknown, value(ages.mae)) == (2, 1, 1.5)


@pytest.mark.parametrize(
    ("truth", "predicted"),
    [([], []), (["a", "b"], [None, None]), (["a", "a"], ["a", "a"]), (["a"], ["a"])],
    ids=["nobody", "no answer", "one label", "one row"],
)
def test_what_cannot_be_known_is_blank(truth: list[str], predicted: list[str | None]) -> None:
    """Where nothing can be told apart there is no score, and none is perfect."""
    found = score_labels(truth, predicted, [0.5] * len(truth), positive="a").to_dict()
    assert {name for name, score in found.items() if isinstance(score, dict)} == set()
    numbers = score_numbers([30.0] * len(truth), [None if p is None else 30.0 for p in predicted]).to_dict()
    assert {name for name, score in numbers.items() if isinstance(score, dict)} == set()
    assert mean_macro_f1(truth, predicted, ["x"] * len(truth)) is None


def test_a_constant_answer_is_no_better_than_the_baseline() -> None:
    """The most frequent label for everybody scores what the baseline does, and ranks nobody."""
    found = score_labels(["a", "a", "b"], ["a", "a", "a"], [0.6, 0.6, 0.6], positive="a")
    assert found.accuracy == found.baseline_accuracy
    assert found.auc is None
    ages = score_numbers([20, 30, 60], [30, 30, 30])
    assert ages.mae == ages.baseline_mae


def test_percentages_need_positive_truths() -> None:
    """An error in percent of nothing is no number."""
    found = score_numbers([0, 10], [1, 10])
    assert found.percentage_error is None
    assert value(found.mae) == 0.5


def test_wrong_input_is_refused() -> None:
    """Lengths that differ, and numbers that are none, are errors of the caller."""
    with pytest.raises(ValueError, match="zip"):
        score_labels(["a"], [])
    with pytest.raises(ValueError, match="finite"):
        score_numbers([1.0, 2.0], [math.nan, 2.0])
    with pytest.raises(ValueError, match="probabilities"):
        score_labels(["a", "b"], ["a", "b"], [2.0, 0.1], positive="a")


def test_intervals_hold_the_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 40 samples with an accuracy of 0.7 by design, the intervals of at least 34 hold 0.7, and are not wide."""
    monkeypatch.setattr(scoring, "RESAMPLES", 300)
    draw = np.random.default_rng(1)
    held = 0
    for seed in range(40):
        truth = draw.choice(["a", "b"], 100)
        right = draw.random(100) < 0.7
        found = score_labels(
            truth.tolist(), np.where(right, truth, np.where(truth == "a", "b", "a")).tolist(), seed=seed
        )
        assert found.accuracy is not None
        assert found.accuracy.high - found.accuracy.low < 0.25
        held += found.accuracy.low <= 0.7 <= found.accuracy.high
    assert held >= 34


def test_a_seed_gives_the_same_interval() -> None:
    """Intervals depend on the rows and the seed alone."""
    ages = list(range(20, 60)), [age * 1.1 + age % 7 for age in range(20, 60)]
    assert score_numbers(*ages, seed=3) == score_numbers(*ages, seed=3)
    assert score_numbers(*ages, seed=3) != score_numbers(*ages, seed=4)


def test_the_mean_over_parts_counts_small_parts_fully() -> None:
    """Each part's macro F1 counts once; a part of one label is left out."""
    truth = ["p", "n"] * 50 + ["p", "n"] + ["p"] * 5
    answers = ["p", "n"] * 50 + ["n", "p"] + ["n"] * 5
    found = mean_macro_f1(truth, answers, ["large"] * 100 + ["small"] * 2 + ["same"] * 5)
    assert value(found) == 0.5
