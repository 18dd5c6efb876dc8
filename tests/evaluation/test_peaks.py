"""Peaks and troughs: found where they are, matched in order, and what is missing or too many is counted."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents.evaluation.peaks import compare_turns, turns

_heights = st.lists(st.floats(0, 2), min_size=1, max_size=40)


def _hill(minutes: np.ndarray, at: float, height: float, width: float = 40) -> np.ndarray:
    return height * np.exp(-(((minutes - at) / width) ** 2))


def test_by_hand() -> None:
    """Turns alternate; a dent of less than the prominence is none; edges are told; of equal points the first counts."""
    found = turns([0, 1, 2, 3, 4, 5, 6], [0, 1.0, 0.95, 1.0, 0.4, 0.7, 0.7], prominence=0.2)
    told = [(turn.kind, turn.minute, turn.height, turn.at_edge) for turn in found]
    assert told == [
        ("trough", 0, 0, True),
        ("peak", 1, 1.0, False),
        ("trough", 4, 0.4, False),
        ("peak", 5, 0.7, False),
    ]


@pytest.mark.parametrize("heights", [[], [0.5], [0.5, 0.5, 0.5], [0.5, 0.55, 0.5]])
def test_what_hardly_moves_has_no_turn(heights: list[float]) -> None:
    """Nor has a curve of no points."""
    assert turns(range(len(heights)), heights, prominence=0.1) == []


def test_a_prominence_is_above_0() -> None:
    """Else every point would be a turn."""
    with pytest.raises(ValueError, match="above 0"):
        turns([0, 1], [0, 1], prominence=0)


@given(_heights, st.floats(0.05, 1), st.integers(-1000, 1000))
def test_turns_move_with_the_curve_and_alternate(heights: list[float], prominence: float, shift: int) -> None:
    """The same curve later has the same turns later; upside down, its peaks are troughs."""
    minutes = np.arange(len(heights))
    here = turns(minutes, heights, prominence=prominence)
    there = turns(minutes + shift, heights, prominence=prominence)
    assert [(t.kind, t.minute + shift, t.height) for t in here] == [(t.kind, t.minute, t.height) for t in there]
    flipped = turns(minutes, [-height for height in heights], prominence=prominence)
    assert [t.minute for t in flipped] == [t.minute for t in here]
    assert all(a.kind != b.kind for a, b in zip(here, flipped, strict=True))
    assert all(a.kind != b.kind and a.minute < b.minute for a, b in pairwise(here))
    assert all(abs(a.height - b.height) >= prominence for a, b in pairwise(here))


def test_the_two_peaks_of_emotion() -> None:
    """Both are matched, with how late and how high the simulated ones are."""
    minutes = np.arange(0, 600, 10.0)
    real = _hill(minutes, 100, 1.2) + _hill(minutes, 400, 0.8)
    late = _hill(minutes, 130, 1.0) + _hill(minutes, 390, 0.8)
    peaks = [m for m in compare_turns((minutes, real), (minutes, late)) if m.kind == "peak"]
    assert [m.time_error for m in peaks] == [pytest.approx(30, abs=5), pytest.approx(-10, abs=5)]
    assert [m.height_error for m in peaks] == [pytest.approx(-0.2, abs=0.03), pytest.approx(0, abs=0.03)]


def test_trough_and_recovery_of_attitudes() -> None:
    """The trough is matched; a simulation that never recovers lacks the peak after it."""
    minutes = np.arange(0, 600, 10.0)
    real = 0.7 - _hill(minutes, 200, 0.4, 80)
    stays = np.where(minutes <= 200, real, 0.3)
    both = compare_turns((minutes, real), (minutes, real))
    assert [(m.kind, m.time_error, m.height_error) for m in both] == [
        ("peak", 0, 0),
        ("trough", 0, 0),
        ("peak", 0, 0),
    ]
    missing = compare_turns((minutes, real), (minutes, stays))
    assert [(m.kind, m.simulated is None) for m in missing] == [("peak", False), ("trough", False), ("peak", True)]
    extra = compare_turns((minutes, stays), (minutes, real))
    assert [m.true is None for m in extra] == [False, False, True]
    assert extra[-1].time_error is extra[-1].height_error is None


def test_an_early_extra_peak_does_not_push_the_others_out_of_place() -> None:
    """Matching is by the smallest errors in time, not by number."""
    minutes = np.arange(0, 900, 10.0)
    real = _hill(minutes, 400, 1) + _hill(minutes, 700, 1)
    busy = real + _hill(minutes, 100, 1)
    peaks = [m for m in compare_turns((minutes, real), (minutes, busy)) if m.kind == "peak"]
    assert [m.true is None for m in peaks] == [True, False, False]
    assert [m.time_error for m in peaks[1:]] == [0, 0]


@given(_heights, _heights)
def test_never_nan_and_every_turn_once(one: list[float], other: list[float]) -> None:
    """Each row has a real or a simulated turn, peaks and troughs in the order of time."""
    rows = compare_turns((range(len(one)), one), (range(len(other)), other))
    assert all(row.true or row.simulated for row in rows)
    for side in ("true", "simulated"):
        found = [getattr(row, side) for row in rows if getattr(row, side) is not None]
        assert len({(turn.kind, turn.minute) for turn in found}) == len(found)
        assert all(np.isfinite([turn.minute, turn.height]).all() for turn in found)
    if min(len(one), len(other)) < 5:
        assert rows == []
