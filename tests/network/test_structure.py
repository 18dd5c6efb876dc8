"""The shape of a network: numbers equal those of networkx, and are blank where there is nothing to measure."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents.network.clustering import clustering, undirected
from s3agents.network.components import strong_components, weak_components
from s3agents.network.distances import distances
from s3agents.network.graph import FollowGraph
from s3agents.network.mixing import degree_assortativity, label_assortativity
from s3agents.network.structure import Bin, degrees, gini, structure
from s3agents.network.ties import count_ties


@st.composite
def _digraphs(draw: st.DrawFn) -> nx.DiGraph:
    """Directed graphs over 0..n-1, from nobody to dense."""
    n = draw(st.integers(0, 12))
    graph: Any = nx.empty_graph(n, nx.DiGraph)
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    graph.add_edges_from(draw(st.lists(st.sampled_from(pairs), max_size=40)) if pairs else [])
    return graph


def _follow_graph(graph: Any) -> FollowGraph:
    return FollowGraph.from_edges(len(graph), [a for a, _ in graph.edges], [b for _, b in graph.edges])


def _groups(labels: Any) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)}


@settings(deadline=None)
@given(_digraphs())
def test_ties_are_those_of_networkx(graph: Any) -> None:
    """Followers are indegrees, followees outdegrees, and a mutual tie counts at both ends."""
    ties = count_ties(_follow_graph(graph))
    assert ties.followers.tolist() == [d for _, d in graph.in_degree]
    assert ties.followees.tolist() == [d for _, d in graph.out_degree]
    assert ties.mutual.tolist() == [sum(graph.has_edge(j, i) for j in graph[i]) for i in graph]
    shape = structure(_follow_graph(graph))
    assert shape.isolated == nx.number_of_isolates(graph)
    assert shape.reciprocity == (nx.overall_reciprocity(graph) if graph.edges else None)


@settings(deadline=None)
@given(_digraphs())
def test_components_are_those_of_networkx(graph: Any) -> None:
    """Both kinds, as sets of users."""
    follow_graph = _follow_graph(graph)
    assert _groups(weak_components(follow_graph)) == set(map(frozenset, nx.weakly_connected_components(graph)))
    assert _groups(strong_components(follow_graph)) == set(map(frozenset, nx.strongly_connected_components(graph)))


def test_long_chains_and_circles_are_no_trouble() -> None:
    """Neither recursion nor a pass for each step, whatever the order of users."""
    n = 50_000
    order = np.random.default_rng(0).permutation(n)
    chain = FollowGraph.from_edges(n, order[:-1], order[1:])
    circle = FollowGraph.from_edges(n, order, np.roll(order, 1))
    shape = [(len(np.unique(kind(g))), kind.__name__) for g in (chain, circle) for kind in _KINDS]
    assert shape == [(1, "weak_components"), (n, "strong_components"), (1, "weak_components"), (1, "strong_components")]


_KINDS = (weak_components, strong_components)


@settings(deadline=None)
@given(_digraphs())
def test_clustering_is_that_of_networkx(graph: Any) -> None:
    """Of the undirected graph; blank where nobody has two neighbours."""
    plain = graph.to_undirected()
    found = clustering(undirected(_follow_graph(graph)), seed=0)
    if max((d for _, d in plain.degree), default=0) < 2:
        assert (found.mean_local, found.transitivity) == (None, None)
    else:
        assert found.mean_local == pytest.approx(nx.average_clustering(plain))
        assert found.transitivity == pytest.approx(nx.transitivity(plain))
    assert found.sampled == 0


def test_estimated_clustering_is_near_and_says_how_near() -> None:
    """The estimate is within four standard errors of the count, and the same for the same seed."""
    graph = nx.powerlaw_cluster_graph(400, 5, 0.4, seed=1)
    graph.add_nodes_from(range(400, 500))
    neighbours = undirected(_follow_graph(graph.to_directed()))
    exact, near = clustering(neighbours, seed=3), clustering(neighbours, seed=3, most=0, draws=20_000)
    assert near.sampled == 20_000
    for name in ("mean_local", "transitivity"):
        error = getattr(near, f"{name}_error")
        assert 0 < error < 0.005
        assert abs(getattr(near, name) - getattr(exact, name)) < 4 * error
    assert near == clustering(neighbours, seed=3, most=0, draws=20_000)


@settings(deadline=None)
@given(_digraphs())
def test_degree_assortativity_is_that_of_networkx(graph: Any) -> None:
    """Out-in and in-in; blank where degrees do not vary."""
    shape = structure(_follow_graph(graph))
    for mine, ends in ((shape.active_follow_popular, "out"), (shape.popular_follow_popular, "in")):
        x = [d for node, _ in graph.edges for d in [dict(getattr(graph, f"{ends}_degree"))[node]]]
        y = [graph.in_degree(node) for _, node in graph.edges]
        if len(set(x)) < 2 or len(set(y)) < 2:
            assert mine is None
        else:
            assert mine == pytest.approx(nx.degree_assortativity_coefficient(graph, x=ends, y="in"), abs=1e-9)


@settings(deadline=None)
@given(_digraphs(), st.lists(st.sampled_from([-1, 0, 1, 2]), min_size=12, max_size=12))
def test_label_assortativity_is_that_of_networkx(graph: Any, labels: list[int]) -> None:
    """Among users of known label; blank where all ends of edges have one label."""
    nx.set_node_attributes(graph, dict(enumerate(labels)), "label")
    known = graph.subgraph([node for node in graph if labels[node] >= 0])
    mixing = label_assortativity(_follow_graph(graph), labels[: len(graph)])
    assert mixing.edges == known.number_of_edges()
    if len({labels[node] for edge in known.edges for node in edge}) < 2:
        assert mixing.assortativity is None
    else:
        assert mixing.assortativity == pytest.approx(nx.attribute_assortativity_coefficient(known, "label"))


@settings(deadline=None)
@given(_digraphs())
def test_distances_are_those_of_networkx(graph: Any) -> None:
    """Within the largest component, in ties of any direction; with few users all are sources."""
    found = structure(_follow_graph(graph)).distances
    largest = max(nx.weakly_connected_components(graph), key=len, default=set())
    if len(largest) < 2:
        assert found is None
        return
    assert found is not None
    assert (found.error, found.sources) == (0.0, len(largest))
    means = [
        nx.average_shortest_path_length(graph.to_undirected().subgraph(component))
        for component in nx.weakly_connected_components(graph)
        if len(component) == len(largest)
    ]
    assert min(abs(found.mean - mean) for mean in means) < 1e-9


def test_estimated_distances_are_near() -> None:
    """From 64 users of 600, within four standard errors."""
    graph = nx.barabasi_albert_graph(600, 2, seed=1)
    neighbours = undirected(_follow_graph(graph.to_directed()))
    found = distances(neighbours, np.arange(600, dtype=np.int32), seed=5)
    assert found is not None
    assert found.sources == 64
    assert 0 < found.error < 0.1
    assert abs(found.mean - nx.average_shortest_path_length(graph)) < 4 * found.error
    assert found.longest <= nx.diameter(graph)


def test_distances_along_a_very_long_path_are_not_measured() -> None:
    """Up to 1000 steps they are."""
    for n, longest in ((501, 500), (2500, None)):
        path = FollowGraph.from_edges(n, np.arange(n - 1), np.arange(1, n))
        found = distances(undirected(path), np.arange(n, dtype=np.int32), seed=0)
        assert (found is None) == (longest is None)
        assert found is None or 400 < found.longest <= 500


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), max_size=30))
def test_gini_is_the_mean_difference(counts: list[int]) -> None:
    """Over twice the mean; blank where nobody has any."""
    if not sum(counts):
        assert gini(counts) is None
    else:
        difference = np.abs(np.subtract.outer(counts, counts)).mean()
        assert gini(counts) == pytest.approx(difference / (2 * np.mean(counts)), abs=1e-12)


@settings(deadline=None)
@given(st.lists(st.integers(0, 5000), min_size=1, max_size=50))
def test_degrees_are_binned_by_doubling(counts: list[int]) -> None:
    """Every user is in the one bin that holds their degree; percentiles are degrees of users."""
    found = degrees(counts)
    assert sum(bin.users for bin in found.bins) == len(counts)
    assert [bin.users for bin in found.bins] == [sum(b.low <= c <= b.high for c in counts) for b in found.bins]
    assert found.bins[-1].low <= found.most <= found.bins[-1].high
    assert set(found.percentiles.values()) <= set(counts)
    assert found.percentiles[50] == sorted(counts)[math.ceil(len(counts) / 2) - 1]


def test_first_bins() -> None:
    """0, 1, 2 to 3, 4 to 7."""
    assert degrees([0, 0, 1, 3, 7]).bins == (Bin(0, 0, 2), Bin(1, 1, 1), Bin(2, 3, 1), Bin(4, 7, 1))


@pytest.mark.parametrize("users", [0, 1, 3])
def test_without_edges_numbers_are_blank(users: int) -> None:
    """No NaN, no division by zero."""
    shape = structure(FollowGraph.from_edges(users, [], []))
    blank = ("reciprocity", "active_follow_popular", "popular_follow_popular", "distances")
    assert [getattr(shape, name) for name in blank] == [None] * 4
    assert (shape.isolated, shape.weak.count, shape.strong.count) == (users, users, users)
    assert shape.weak.largest == min(users, 1)
    assert "nan" not in repr(dataclasses.asdict(shape))


def test_assortativity_of_nobody() -> None:
    """Blank."""
    nobody = FollowGraph.from_edges(0, [], [])
    assert degree_assortativity(nobody, of_follower=[], of_followee=[]) is None
    assert label_assortativity(nobody, []) == (None, 0)
