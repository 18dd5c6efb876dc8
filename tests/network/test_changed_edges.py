"""Changed edges: a follow graph in which somebody follows somebody else than at the start."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents.events import Source
from s3agents.network.changed_edges import ChangedEdges
from s3agents.network.graph import FollowGraph

USERS = 5
EDGES = st.tuples(st.integers(0, USERS - 1), st.integers(0, USERS - 1)).filter(lambda edge: edge[0] != edge[1])


def graph_of(edges: set[tuple[int, int]]) -> FollowGraph:
    """The graph of some edges."""
    return FollowGraph.from_edges(USERS, [a for a, _ in edges], [b for _, b in edges])


@given(before=st.sets(EDGES), changes=st.lists(st.tuples(st.booleans(), EDGES)))
def test_the_law_of_changed_edges(before: set[tuple[int, int]], changes: list[tuple[bool, tuple[int, int]]]) -> None:
    """After any changes it is the graph of the edges that there are then, seen from either end, and counts the rest."""
    changed, edges = ChangedEdges(graph_of(before)), set(before)
    for follow, edge in changes:
        did = changed.follow(*edge) if follow else changed.unfollow(*edge)
        assert did is ((edge in edges) is not follow)
        edges = edges | {edge} if follow else edges - {edge}
    now = graph_of(edges)
    for i in range(USERS):
        assert changed.followees(i).tolist() == now.followees(i).tolist()
        assert changed.followers(i).tolist() == now.followers(i).tolist()
        assert [changed.source(i, j) for j in range(USERS)] == [now.source(i, j) for j in range(USERS)]
        assert changed.touched(i) is any(i in edge for edge in before ^ edges)
    assert len(changed) == len(before ^ edges)


def test_who_follows_back_is_mutual() -> None:
    """A changed edge changes where the posts of both of its ends reach the other from."""
    changed = ChangedEdges(graph_of({(0, 1)}))
    assert changed.source(0, 1) is Source.FOLLOWEE
    assert changed.follow(1, 0)
    assert (changed.source(0, 1), changed.source(1, 0)) == (Source.MUTUAL, Source.MUTUAL)
    assert changed.unfollow(0, 1)
    assert (changed.source(0, 1), changed.source(1, 0)) == (Source.PLATFORM, Source.FOLLOWEE)


def test_nobody_follows_themselves() -> None:
    """That changes nothing; a user that does not exist is an error."""
    changed = ChangedEdges(graph_of(set()))
    assert not changed.follow(2, 2)
    with pytest.raises(ValueError, match=r"0\.\.4"):
        changed.follow(0, USERS)
