"""Guesses: what the shares of labels alone reach."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from s3agents.evaluation.guesses import majority_guess, random_guess

LABELS = st.lists(st.sampled_from("abc"), min_size=2, max_size=30)


@settings(max_examples=60, deadline=None)
@given(LABELS)
def test_the_majority_is_scored_as_scikit_learn_scores_it(truth: list[str]) -> None:
    """Accuracy and F1 of one label as the answer to everything, wherever there are two labels."""
    found = majority_guess(truth, positive="a")
    if len(set(truth)) < 2:
        assert found is None
        return
    assert found is not None
    most = min(set(truth), key=lambda label: (-truth.count(label), label))
    answers = [most] * len(truth)
    assert found.accuracy == pytest.approx(metrics.accuracy_score(truth, answers))
    assert found.macro_f1 == pytest.approx(metrics.f1_score(truth, answers, average="macro", zero_division=0))
    assert found.f1 == pytest.approx(
        metrics.f1_score([t == "a" for t in truth], [t == "a" for t in answers], zero_division=0)
    )


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(5, 60), min_size=2, max_size=3), st.integers(0, 99))
def test_the_random_guess_is_what_many_draws_come_to(counts: list[int], seed: int) -> None:
    """Expected accuracy, F1 and macro F1 are the means over draws from the shares, over many rows."""
    truth = np.repeat(np.arange(len(counts)), np.array(counts) * 40)
    shares = np.array(counts) / sum(counts)
    found = random_guess([str(t) for t in truth], positive="0")
    assert found is not None
    draw = np.random.default_rng(seed)
    drawn = [draw.choice(len(counts), len(truth), p=shares) for _ in range(30)]
    assert found.accuracy == pytest.approx(np.mean([(d == truth).mean() for d in drawn]), abs=0.03)
    f1 = [metrics.f1_score(truth == 0, d == 0, zero_division=0) for d in drawn]
    assert found.f1 == pytest.approx(np.mean(f1), abs=0.03)
    macro = [metrics.f1_score(truth, d, average="macro", zero_division=0) for d in drawn]
    assert found.macro_f1 == pytest.approx(np.mean(macro), abs=0.03)
    assert found.auc == 0.5


def test_one_label_leaves_nothing_to_guess() -> None:
    """With one label, or none, there is no score."""
    assert random_guess(["a", "a"]) is majority_guess([]) is None
