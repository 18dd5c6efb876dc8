"""The follow graph agrees with a set of pairs, whatever the edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents.events import Source
from s3agents.network.graph import FollowGraph
from s3agents.network.sample import nearest

USERS = 8
edge_sets = st.sets(st.tuples(st.integers(0, USERS - 1), st.integers(0, USERS - 1)).filter(lambda e: e[0] != e[1]))


def graph_of(edges: set[tuple[int, int]] | list[tuple[int, int]], n: int = USERS) -> FollowGraph:
    """The graph of these (follower, followee) pairs."""
    return FollowGraph.from_edges(n, [a for a, _ in edges], [b for _, b in edges])


@given(edge_sets)
def test_graph_agrees_with_its_edges(edges: set[tuple[int, int]]) -> None:
    """Followers, followees, mutuals and the number of edges are those of the pairs it was made of."""
    graph = graph_of(edges)
    assert graph.edges == len(edges)
    assert set(zip(*(ends.tolist() for ends in graph.pairs()), strict=True)) == edges
    for i in range(USERS):
        assert graph.followees(i).tolist() == sorted(b for a, b in edges if a == i)
        assert graph.followers(i).tolist() == sorted(a for a, b in edges if b == i)
        for j in range(USERS):
            assert graph.follows(i, j) == ((i, j) in edges)
            assert graph.mutual(i, j) == ({(i, j), (j, i)} <= edges)


@given(edge_sets)
def test_source_of_a_post(edges: set[tuple[int, int]]) -> None:
    """One's own post, a mutual's, a followee's; what is not followed can only come from the platform."""
    graph = graph_of(edges)
    for reader in range(USERS):
        for author in range(USERS):
            if reader == author:
                expected = Source.SELF
            elif (reader, author) not in edges:
                expected = Source.PLATFORM
            else:
                expected = Source.MUTUAL if (author, reader) in edges else Source.FOLLOWEE
            assert graph.source(reader, author) is expected


@given(edge_sets, st.sets(st.integers(0, USERS - 1)))
def test_subgraph_keeps_the_edges_inside(edges: set[tuple[int, int]], kept: set[int]) -> None:
    """The subgraph has the edges whose ends are both kept, renumbered in order."""
    order = sorted(kept)
    new = {old: i for i, old in enumerate(order)}
    small = graph_of(edges).subgraph(np.array(order, dtype=np.int32))
    assert small.n == len(kept)
    expected = {(new[a], new[b]) for a, b in edges if a in kept and b in kept}
    assert set(zip(*(ends.tolist() for ends in small.pairs()), strict=True)) == expected


@given(edge_sets, st.sets(st.integers(0, USERS - 1)), st.integers(0, USERS + 2))
def test_nearest_agrees_with_distances(edges: set[tuple[int, int]], around: set[int], n: int) -> None:
    """The sample is the first ``n`` users by (distance in either direction, index)."""
    near = {frozenset(edge) for edge in edges}
    distance = dict.fromkeys(around, 0)
    for step in range(1, USERS):
        reached = {u for u, d in distance.items() if d == step - 1}
        for user in set(range(USERS)) - set(distance):
            if any(frozenset((user, other)) in near for other in reached):
                distance[user] = step
    expected = sorted(range(USERS), key=lambda u: (distance.get(u, USERS), u))[:n]
    assert nearest(graph_of(edges), n, around).tolist() == sorted(expected)


def test_an_edge_given_twice_counts_once() -> None:
    """A repeated edge is one edge; its reverse is another."""
    assert graph_of([(0, 1), (0, 1), (1, 0)]).edges == 2


@pytest.mark.parametrize("n", [0, 1])
def test_graphs_without_edges(n: int) -> None:
    """No users, or one: no edges, and no error."""
    graph = graph_of([], n)
    assert graph.edges == 0
    assert [graph.followers(i).tolist() for i in range(n)] == [[]] * n
    assert nearest(graph, 5, []).tolist() == list(range(n))


@pytest.mark.parametrize(
    ("edges", "message"),
    [
        ([(0, 3)], r"0\.\.2, got 0\.\.3"),
        ([(-1, 0)], r"got -1\.\.0"),
        ([(2, 2)], "nobody may follow themselves, got user 2"),
    ],
)
def test_impossible_edges_are_refused(edges: list[tuple[int, int]], message: str) -> None:
    """Edges to nobody and to oneself are errors that name the user."""
    with pytest.raises(ValueError, match=message):
        graph_of(edges, 3)


def test_ends_of_different_number_are_refused() -> None:
    """As many followers as followees are needed."""
    with pytest.raises(ValueError, match="one length"):
        FollowGraph.from_edges(3, [0, 1], [2])


def test_views_cannot_change_the_graph() -> None:
    """What the graph hands out is read-only."""
    graph = graph_of([(0, 1)])
    with pytest.raises(ValueError, match="read-only"):
        graph.followees(0)[0] = 5
