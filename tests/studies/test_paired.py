"""Variants beside the control: worked out by hand, and held against scipy."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents.studies.paired import Comparison, compare_pairs, corrected, too_few

values = st.lists(st.floats(-100, 100).map(lambda x: round(x, 3)), min_size=2, max_size=9)


def test_a_difference_worked_out_by_hand() -> None:
    """Differences 1, 2, 3: mean 2, standard deviation 1; of the eight sign flips two are as far out."""
    found = compare_pairs("b", "forwards", [1.0, 1.0, 1.0], [2.0, 3.0, 4.0])
    assert (found.pairs, found.control, found.mean, found.difference, found.d) == (3, 1.0, 3.0, 2.0, 2.0)
    assert found.p == 0.25
    assert found.low is not None
    assert found.high is not None
    assert 1.0 <= found.low <= 2.0 <= found.high <= 3.0


@settings(deadline=None)  # scipy takes its time when it is first imported
@given(values, st.data())
def test_p_is_that_of_an_exact_permutation_test(control: list[float], data: st.DataObject) -> None:
    """Scipy's paired test over all sign flips comes to the same."""
    stats = pytest.importorskip("scipy.stats")
    other = data.draw(st.lists(st.integers(-50, 50).map(float), min_size=len(control), max_size=len(control)))
    apart = [b - a for a, b in zip(control, other, strict=True)]
    found = compare_pairs("b", "x", control, other)

    def mean(x: object, axis: int) -> object:
        return x.mean(axis=axis)  # type: ignore[attr-defined]

    test = stats.permutation_test((apart,), mean, permutation_type="samples", vectorized=True, n_resamples=10_000)
    assert found.p == pytest.approx(test.pvalue, abs=1e-9)


@given(values)
def test_a_variant_that_is_the_control_differs_in_nothing(same: list[float]) -> None:
    """No difference, an interval of nothing, no effect size, p of 1."""
    found = compare_pairs("b", "x", same, same)
    assert (found.difference, found.low, found.high, found.d, found.p) == (0.0, 0.0, 0.0, None, 1.0)


def test_gaps_are_left_out_and_too_little_is_blank() -> None:
    """A replicate without a value on one side is no pair; of one pair nothing can be said but the difference."""
    found = compare_pairs("b", "x", [1.0, None, 3.0], [2.0, 5.0, None])
    assert (found.pairs, found.difference, found.p, found.low, found.d) == (1, 1.0, None, None, None)
    assert compare_pairs("b", "x", [None], [1.0]) == Comparison(variant="b", outcome="x", pairs=0)


def test_holm_by_hand() -> None:
    """Four p values: the least times four, the next times three, never below the one before, never above 1."""
    given = [0.01, 0.04, 0.03, 0.005, None]
    found = corrected([Comparison(variant="v", outcome=str(n), pairs=9, p=p) for n, p in enumerate(given)])
    assert [None if one.p_holm is None else round(one.p_holm, 9) for one in found] == [0.03, 0.06, 0.06, 0.02, None]


@pytest.mark.parametrize(("pairs", "comparisons", "few"), [(5, 1, True), (6, 1, False), (6, 2, True), (9, 12, False)])
def test_too_few_replicates_are_told_of(pairs: int, comparisons: int, few: bool) -> None:
    """Where even the most extreme outcome could not become small after correction."""
    made = corrected(
        [compare_pairs("b", str(n), [0.0] * pairs, [1.0 + n + i for i in range(pairs)]) for n in range(comparisons)]
    )
    assert (too_few(made) is not None) == few
    assert (min(one.p_holm or math.inf for one in made) > 0.05) == few
