"""Polarisation: by hand, against the literature, and blank where there are no two sides."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from s3agents.evaluation.polarisation import bimodality, ei_index, polarisation
from s3agents.network.graph import FollowGraph
from s3agents.network.society import Society

_EDGES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda e: e[0] != e[1]), max_size=30)
_SIDES = st.lists(st.integers(-1, 1), min_size=8, max_size=8)


def _graph(edges: list[tuple[int, int]], n: int = 8) -> FollowGraph:
    ends = np.array(edges, dtype=np.int32).reshape(-1, 2)
    return FollowGraph.from_edges(n, ends[:, 0], ends[:, 1])


def test_by_hand() -> None:
    """Two camps with one tie between them and one user of whom nothing is known."""
    graph = _graph([(0, 1), (1, 0), (2, 3), (3, 0), (4, 0)], n=5)
    found = polarisation(graph, [1, 1, 0, 0, -1], [0.9, 0.8, 0.1, 0.1])
    assert (found.users, found.positive, found.edges) == (4, 2, 4)
    assert found.ei_index == -0.5
    assert found.assortativity == pytest.approx(0.5)
    assert found.reasons == {}


def test_the_karate_club_is_split() -> None:
    """Members side with those whom they follow (E-I index of the split: 11 of 78 ties lead to the other side)."""
    club = Society.named("karate_club")
    sides = [int(member.extra["club"] == "Officer") for member in club]
    found = polarisation(club.graph, sides, [float(side) for side in sides])
    assert found.ei_index == pytest.approx((2 * 11 - 78) / 78, abs=0.02)
    assert found.assortativity == pytest.approx(0.72, abs=0.02)
    assert found.bimodality is not None
    assert found.bimodality > 5 / 9


BLANK = {
    "nobody": ([-1] * 8, {"assortativity": "nobody's attitude is known", "ei_index": "nobody's attitude is known"}),
    "one side": ([1] * 8, {"assortativity": "all are on one side", "ei_index": "all are on one side"}),
    "no edges": (
        [1, 0, -1, -1, -1, -1, -1, -1],
        dict.fromkeys(("assortativity", "ei_index"), "no edges between users of known attitude"),
    ),
    "edges on one side": ([-1, -1, 1, 1, 0, -1, -1, -1], {"assortativity": "all edges join one side"}),
}


@pytest.mark.parametrize("kind", sorted(BLANK))
def test_blank_where_there_are_no_two_sides(kind: str) -> None:
    """With the reason; so is bimodality where nothing varies."""
    sides, reasons = BLANK[kind]
    found = polarisation(_graph([(2, 3)]), sides, [0.5] * 8)
    assert dict(found.reasons) == {**reasons, "bimodality": "fewer than 4 probabilities, or all the same"}
    assert all(getattr(found, name) is None for name in found.reasons)
    assert polarisation(None, sides, []).assortativity is None


@given(_EDGES, _SIDES, st.lists(st.floats(0, 1), max_size=12))
def test_within_bounds_and_never_nan(edges: list[tuple[int, int]], sides: list[int], p: list[float]) -> None:
    """Each measure is a number within its bounds, or a blank with a reason."""
    found = polarisation(_graph(edges), sides, p)
    json.dumps(found.to_dict(), allow_nan=False)
    for name, low in (("assortativity", -1), ("ei_index", -1), ("bimodality", 0)):
        value = getattr(found, name)
        assert (value is None) == (name in found.reasons)
        assert value is None or low - 1e-9 <= value <= 1 + 1e-9


@given(_EDGES, _SIDES)
def test_the_ei_index_of_swapped_sides_is_the_same(edges: list[tuple[int, int]], sides: list[int]) -> None:
    """Which side is called which does not matter."""
    graph = _graph(edges)
    swapped = [side if side < 0 else 1 - side for side in sides]
    assert ei_index(graph, sides) == ei_index(graph, swapped)


@given(st.lists(st.floats(0, 1), min_size=4, max_size=40).filter(lambda x: np.ptp(x) > 1e-3))
def test_bimodality_is_that_of_corrected_moments(values: list[float]) -> None:
    """As scipy corrects skewness and kurtosis."""
    n = len(values)
    skewness, kurtosis = stats.skew(values, bias=False), stats.kurtosis(values, bias=False)
    expected = (skewness**2 + 1) / (kurtosis + 3 * (n - 1) ** 2 / ((n - 2) * (n - 3)))
    assert bimodality(values) == pytest.approx(expected, rel=1e-6)


def test_bimodality_tells_two_camps_from_one() -> None:
    """5/9 is that of a uniform distribution (Pfister et al. 2013)."""
    draw = np.random.default_rng(0)
    assert bimodality(draw.uniform(size=20_000)) == pytest.approx(5 / 9, abs=0.01)
    assert (bimodality(draw.normal(size=20_000)) or 1) < 0.36
    assert (bimodality(draw.integers(0, 2, 20_000)) or 0) > 0.99
