"""Scores of curves: against values computed by hand, and laws; nothing is ever NaN, and no score is made up."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from s3agents.evaluation.bands import PERCENTILES_FROM, band, coverage
from s3agents.evaluation.common_time import shared_time
from s3agents.evaluation.curve_scores import CurveScores, score_curve
from s3agents.evaluation.time_warping import warping_distance

_SCORES = ("final_error", "rmse", "rmse_over_final", "correlation", "warping")
_values = st.lists(st.floats(0, 1000), min_size=1, max_size=30)
_curves = st.dictionaries(st.integers(0, 500), st.floats(0, 1000), max_size=20).map(
    lambda points: (sorted(points), [points[minute] for minute in sorted(points)])
)


def test_by_hand() -> None:
    """A count holds until its next point: at minutes 0, 10 and 20 it is 1, 3 and 7, where 2, 4 and 6 were right."""
    true, simulated = ([0, 10, 20, 99], [2, 4, 6, 9]), ([0, 9, 20, 25], [1, 3, 7, 8])
    scores = score_curve(true, simulated, is_count=True)
    assert (scores.points, scores.start, scores.end) == (3, 0, 20)
    assert (scores.true_final, scores.simulated_final) == (6, 7)
    assert scores.final_error == pytest.approx(1 / 6)
    assert scores.rmse == pytest.approx(1)
    assert scores.rmse_over_final == pytest.approx(1 / 6)
    assert scores.correlation == pytest.approx(12 / math.sqrt(8 * 56 / 3))
    # along the diagonal: three steps that advance both and differ by 1, over 3 + 3 points and a range of 4
    assert scores.warping == pytest.approx(6 / 6 / 4)
    assert scores.reasons == {}


def test_shares_lie_on_lines_and_are_scored_in_points() -> None:
    """Half way between 0.2 and 0.6 is 0.4; a share has no error over its final value but the last one."""
    scores = score_curve(([0, 5, 10], [0.2, 0.5, 0.5]), ([0, 10], [0.2, 0.6]), is_count=False)
    assert scores.rmse == pytest.approx(math.sqrt(0.02 / 3))
    assert scores.final_error == pytest.approx(0.2)
    assert scores.rmse_over_final is None
    assert scores.reasons == {"rmse_over_final": "shares and means are scored in points"}


NOTHING_TO_SAY = {
    "no truth": (([], []), ([0, 1], [1, 2]), set(_SCORES), "no points"),
    "no simulation": (([0, 1], [1, 2]), ([], []), set(_SCORES), "no points"),
    "no time in common": (([0, 1], [1, 2]), ([5, 6], [1, 2]), set(_SCORES), "no time in common"),
    "one point": (([3], [2]), ([0, 9], [2, 2]), {"correlation", "warping"}, "fewer than 3 points"),
    "two points": (([0, 3], [1, 2]), ([0, 3], [1, 2]), {"correlation", "warping"}, "fewer than 3 points"),
    "constant truth": (([0, 1, 2], [4, 4, 4]), ([0, 1, 2], [4, 4, 4]), {"correlation", "warping"}, "constant"),
    "constant simulation": (([0, 1, 2], [1, 2, 4]), ([0, 1, 2], [4, 4, 4]), {"correlation"}, "simulated curve is"),
    "nothing happened": (
        ([0, 1, 2], [0, 0, 0]),
        ([0, 1, 2], [0, 1, 2]),
        {"final_error", "rmse_over_final", "correlation", "warping"},
        "ends at 0",
    ),
}


@pytest.mark.parametrize("kind", sorted(NOTHING_TO_SAY))
def test_where_there_is_nothing_to_say_there_is_a_reason(kind: str) -> None:
    """A blank with its reason, never a NaN and never a perfect score."""
    true, simulated, blank, why = NOTHING_TO_SAY[kind]
    scores = score_curve(true, simulated, is_count=True)
    assert {name for name in _SCORES if getattr(scores, name) is None} == blank == set(scores.reasons)
    assert any(why in reason for reason in scores.reasons.values())


@given(_curves, st.booleans())
def test_a_curve_against_itself(curve: tuple[list[int], list[float]], is_count: bool) -> None:
    """No error, no distance, and correlation 1, wherever these can be said."""
    scores = score_curve(curve, curve, is_count=is_count)
    assert scores.points == len(curve[0])
    assert {scores.final_error, scores.rmse, scores.rmse_over_final, scores.warping} <= {0.0, None}
    assert scores.correlation is None or scores.correlation == pytest.approx(1)
    if len(curve[0]) >= 3 and np.ptp(curve[1]) > 1e-6:
        assert scores.correlation is not None


@given(_curves, _curves, st.booleans())
@example(([0], [2.2e-309]), ([0], [1.0]), False)
def test_never_nan(one: tuple[list[int], list[float]], other: tuple[list[int], list[float]], is_count: bool) -> None:
    """Every score is a number or a blank with a reason, and JSON takes them."""
    scores = score_curve(one, other, is_count=is_count)
    json.dumps(scores.to_dict(), allow_nan=False)
    assert all((getattr(scores, name) is None) == (name in scores.reasons) for name in _SCORES)
    assert scores.correlation is None or -1 <= scores.correlation <= 1


@pytest.mark.parametrize(
    ("minutes", "values"), [([0, 0], [1, 2]), ([1, 0], [1, 2]), ([0, 1], [1]), ([0, 1], [1, np.nan]), ([[0]], [[1]])]
)
def test_what_is_no_curve_is_refused(minutes: list[float], values: list[float]) -> None:
    """Times that do not ascend, other lengths, and NaN."""
    with pytest.raises(ValueError, match="a curve has"):
        score_curve(([0, 1], [1, 2]), (minutes, values), is_count=True)


@given(_curves, _curves)
def test_only_the_time_that_both_have_counts(
    true: tuple[list[int], list[float]], simulated: tuple[list[int], list[float]]
) -> None:
    """Real values are kept as they are; the simulated curve is read at their times alone, within its own."""
    both = shared_time(true, simulated, step=True)
    known = dict(zip(*true, strict=True))
    assert [known[minute] for minute in both.minutes.tolist()] == both.true.tolist()
    assert set(both.simulated.tolist()) <= set(simulated[1])
    assert all(simulated[0][0] <= minute <= simulated[0][-1] for minute in both.minutes.tolist())


def _plain_warping(a: list[float], b: list[float]) -> float:
    """Sakoe and Chiba's recurrence, written down as it is printed, without a window."""
    best = np.full((len(a), len(b)), np.inf)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            cost = abs(x - y)
            ways = [2 * cost] if i == j == 0 else []
            ways += [best[i - 1, j] + cost] if i else []
            ways += [best[i, j - 1] + cost] if j else []
            ways += [best[i - 1, j - 1] + 2 * cost] if i and j else []
            best[i, j] = min(ways)
    return float(best[-1, -1]) / (len(a) + len(b))


@given(_values, _values)
@example([0.0] * 5 + [1.0, 0.0], [0.0] * 7 + [1.0, 1.0])
def test_warping_is_the_recurrence_of_sakoe_and_chiba(a: list[float], b: list[float]) -> None:
    """With a window over everything; it is symmetric, with and without one."""
    assert warping_distance(a, b, window=1) == pytest.approx(_plain_warping(a, b), abs=1e-9)
    for window in (0.0, 0.1, 1.0):
        assert warping_distance(a, b, window=window) == pytest.approx(warping_distance(b, a, window=window), abs=1e-9)


@given(_values, st.floats(-10, 10))
def test_warping_is_in_the_unit_of_the_values(a: list[float], shift: float) -> None:
    """Nothing from a curve to itself; a narrower window never makes it smaller; a constant shift is at most itself."""
    assert warping_distance(a, a) == 0
    moved = [value + shift for value in a]
    wide, narrow = warping_distance(a, moved, window=1), warping_distance(a, moved, window=0)
    assert wide is not None
    assert narrow is not None
    assert wide <= narrow + 1e-9 <= abs(shift) + 2e-9


def test_warping_forgives_what_is_early() -> None:
    """The same steps two points earlier cost next to nothing, and much where time may not be warped."""
    late = [0.0] * 10 + [float(i) for i in range(10)] + [9.0] * 10
    early = [*late[2:], 9.0, 9.0]
    assert warping_distance(late, early) == 0
    assert warping_distance([], [1.0]) is None
    assert (warping_distance(late, early, window=0) or 0) > 0.25


def test_a_band_is_from_the_lowest_to_the_highest_of_few_replicates() -> None:
    """At all moments that all replicates have; a count holds in between."""
    found = band([([0, 10, 20], [0, 2, 4]), ([0, 5, 30], [1, 3, 9])], step=True)
    assert found is not None
    assert found.minutes.tolist() == [0, 5, 10, 20]
    assert found.low.tolist() == [0, 0, 2, 3]
    assert found.high.tolist() == [1, 3, 3, 4]
    assert found.mean.tolist() == [0.5, 1.5, 2.5, 3.5]
    assert (found.replicates, found.kind) == (2, "lowest to highest")
    assert coverage(([0, 12, 20, 40], [2, 3, 3, 9]), found, step=True) == pytest.approx(2 / 3)


def test_a_band_of_many_replicates_leaves_out_the_extremes() -> None:
    """From 20 on it is that of percentiles."""
    curves = [([0, 1], [float(i), float(i)]) for i in range(PERCENTILES_FROM + 1)]
    found = band(curves, step=False)
    assert found is not None
    assert (found.low.tolist(), found.high.tolist(), found.kind) == ([0.5, 0.5], [19.5, 19.5], "2.5 to 97.5 %")
    assert coverage(([0, 1], [0.2, 10]), found, step=False) == 0.5


def test_there_is_no_band_without_replicates() -> None:
    """A single replicate covers nothing; without curves or common time there is no band at all."""
    one = band([([0, 1], [1, 2])], step=True)
    assert one is not None
    assert one.kind == "one replicate"
    assert coverage(([0, 1], [1, 2]), one, step=True) is None
    assert band([], step=True) is None
    assert band([([0], [1]), ([], [])], step=True) is None
    assert band([([0, 1], [1, 2]), ([5, 6], [1, 2])], step=True) is None
    two = band([([0, 1], [1, 2]), ([0, 1], [1, 2])], step=True)
    assert two is not None
    assert coverage(([5], [1]), two, step=True) is None


@given(st.lists(_curves.filter(lambda curve: bool(curve[0])), min_size=2, max_size=5), st.booleans())
def test_a_band_holds_its_mean_and_its_replicates(curves: list[tuple[list[int], list[float]]], step: bool) -> None:
    """Between its ends lies the mean, and with few replicates all of each."""
    found = band(curves, step=step)
    assume(found is not None)
    assert found is not None
    assert (found.low <= found.mean + 1e-9).all()
    assert (found.mean <= found.high + 1e-9).all()
    covered = [coverage(curve, found, step=step) for curve in curves]
    assert all(share in {1.0, None} for share in covered)


def test_scores_are_plain_values() -> None:
    """JSON takes them."""
    scores = score_curve(([0, 1, 2], [1, 2, 3]), ([0, 1, 2], [1, 2, 3]), is_count=True)
    assert CurveScores(**scores.to_dict()) == scores
