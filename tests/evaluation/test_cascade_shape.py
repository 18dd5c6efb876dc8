"""Shapes of cascades: by hand, and against the definition on random trees."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents.evaluation.cascade_shape import CascadeShape, cascade_shape, cascade_shapes, summarise_shapes


def _tree(picks: list[float]) -> list[int]:
    """A random tree: each post follows one of those before it."""
    return [-1, *(int(pick * (i + 1)) for i, pick in enumerate(picks))]


_trees = st.lists(st.floats(0, 0.999), max_size=25).map(_tree)


def test_by_hand() -> None:
    """A star of four and a chain of four; a post alone has no virality."""
    assert cascade_shape([-1, 0, 0, 0]) == CascadeShape(size=4, depth=1, breadth=3, virality=1.5)
    assert cascade_shape([-1, 0, 1, 2]) == CascadeShape(size=4, depth=3, breadth=1, virality=10 / 6)
    assert cascade_shape([-1]) == CascadeShape(size=1, depth=0, breadth=1, virality=None)


@given(_trees, st.randoms(use_true_random=False))
def test_virality_is_the_mean_distance_of_two_posts(parents: list[int], random: object) -> None:
    """As networkx measures it on the tree, whatever the order of posts."""
    order = list(range(len(parents)))
    random.shuffle(order)  # type: ignore[attr-defined]
    place = {post: i for i, post in enumerate(order)}
    shuffled = [-1 if parents[post] < 0 else place[parents[post]] for post in order]
    tree = nx.Graph((post, parent) for post, parent in enumerate(parents) if parent >= 0)
    shape = cascade_shape(shuffled)
    assert shape.size == len(parents)
    if len(parents) > 1:
        distances = dict(nx.all_pairs_shortest_path_length(tree))
        mean = np.mean([distances[a][b] for a, b in combinations(range(len(parents)), 2)])
        assert shape.virality == pytest.approx(float(mean))
        levels = np.bincount([distances[0][post] for post in range(len(parents))])
        assert (shape.depth, shape.breadth) == (len(levels) - 1, levels.max())


@given(st.lists(_trees, max_size=5))
def test_a_forest_is_its_trees(trees: list[list[int]]) -> None:
    """Each is measured by itself, in the order of first posts."""
    parents: list[int] = []
    for tree in trees:
        parents += [parent + len(parents) if parent >= 0 else -1 for parent in tree]
    assert cascade_shapes(parents) == [cascade_shape(tree) for tree in trees]


@pytest.mark.parametrize(
    ("parents", "message"), [([0], "circles"), ([-1, 2, 1], "circles"), ([-1, 5], "positions"), ([-2], "positions")]
)
def test_what_is_no_forest_is_refused(parents: list[int], message: str) -> None:
    """Circles, and parents that are not there."""
    with pytest.raises(ValueError, match=message):
        cascade_shapes(parents)


@pytest.mark.parametrize("parents", [[], [-1, -1]])
def test_a_cascade_has_one_first_post(parents: list[int]) -> None:
    """Neither none nor two."""
    with pytest.raises(ValueError, match="one first post"):
        cascade_shape(parents)


def test_several_cascades_in_a_few_numbers() -> None:
    """Medians and 90th percentiles; virality of those that spread; nothing of nothing."""
    summary = summarise_shapes(cascade_shapes([-1, 0, 0, 0, -1, -1, 5]))
    assert summary is not None
    assert (summary.cascades, summary.largest.size) == (3, 4)
    assert (summary.size.median, summary.size.high) == (2, pytest.approx(3.6))
    assert summary.virality is not None
    assert summary.virality.median == 1.25
    alone = summarise_shapes(cascade_shapes([-1, -1]))
    assert alone is not None
    assert alone.virality is None
    assert summarise_shapes([]) is None


def test_a_long_chain_is_no_trouble() -> None:
    """Depth costs no recursion."""
    shape = cascade_shape([-1, *range(20_000)])
    assert (shape.depth, shape.virality) == (20_000, pytest.approx(20_002 / 3))
