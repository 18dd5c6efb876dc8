"""The rows of a tree: no two posts lie on each other, and no two lines cross."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents.report.figures.tree import Tree, largest_part


@st.composite
def parents(draw: st.DrawFn, most: int = 60) -> list[int]:
    """Any tree whose parents come before their children."""
    n = draw(st.integers(1, most))
    return [-1, *(draw(st.integers(0, node - 1)) for node in range(1, n))]


def _subtree(given: list[int], top: int) -> list[int]:
    inside = {top}
    for node in range(top + 1, len(given)):
        if given[node] in inside:
            inside.add(node)
    return sorted(inside)


def test_a_tree_worked_out_by_hand() -> None:
    """A root with two children, the first of which has two of its own."""
    tree = Tree.of([-1, 0, 0, 1, 1])
    assert tree.rows.tolist() == [1.25, 0.5, 2.0, 0.0, 1.0]
    assert tree.sizes.tolist() == [5, 3, 1, 1, 1]
    assert tree.depths.tolist() == [0, 1, 1, 2, 2]
    assert tree.leaves == 3


@given(parents())
def test_each_subtree_has_rows_for_itself(given: list[int]) -> None:
    """Siblings' subtrees take up disjoint spans of rows, so that nothing of one lies on anything of another."""
    tree = Tree.of(given)
    spans = {
        node: (tree.rows[inside].min(), tree.rows[inside].max())
        for node in range(len(given))
        if (inside := _subtree(given, node))
    }
    for node in range(len(given)):
        children = [child for child in range(len(given)) if given[child] == node]
        for a, b in pairwise(children):
            assert spans[a][1] < spans[b][0]
        assert spans[node][0] <= tree.rows[node] <= spans[node][1]
    assert sorted(tree.rows[[n for n in range(len(given)) if n not in given]].tolist()) == list(range(tree.leaves))


@given(parents(), st.integers(1, 20))
def test_the_largest_part_is_a_tree_with_the_same_root(given: list[int], limit: int) -> None:
    """Whoever is kept, the parent is kept too; nobody left out has a larger subtree than somebody kept."""
    tree = Tree.of(given)
    kept = largest_part(tree, limit).tolist()
    assert len(kept) == min(limit, len(given))
    assert 0 in kept
    assert all(given[node] in kept for node in kept if node)
    left = set(range(len(given))) - set(kept)
    assert all(tree.sizes[node] <= tree.sizes[kept].min() for node in left)


def test_a_chain_of_thousands_needs_no_recursion() -> None:
    """A cascade may be as deep as it is large."""
    tree = Tree.of(list(range(-1, 20_000)))
    assert tree.depths.max() == 20_000
    assert np.all(tree.rows == 0.0)


@pytest.mark.parametrize("given", [[0], [-1, 1], [-1, 2, 0], [-1, -1]])
def test_what_is_no_tree_is_refused(given: list[int]) -> None:
    """A second root, a loop, and a child before its parent."""
    with pytest.raises(ValueError, match="the root comes first"):
        Tree.of(given)
