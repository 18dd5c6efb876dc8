"""Ties: simple graphs of the degrees, reciprocity and homophily that were asked for."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest

from s3agents.config.generate import GenerateSection
from s3agents.network.generate.degrees import draw_degrees
from s3agents.network.generate.draft import draft
from s3agents.network.generate.obtained import measure
from s3agents.network.generate.streams import stream
from s3agents.network.generate.ties import draw_ties
from s3agents.network.ties import count_ties


def section(**given: Any) -> GenerateSection:
    """A section of 2,000 users, with changes."""
    return GenerateSection.model_validate({"users": 2_000, "relations": 8_000, "posts": 0, **given})


@pytest.mark.parametrize("homophily", [-0.6, -0.2, 0.0, 0.3, 0.7])
@pytest.mark.parametrize("reciprocity", [0.0, 0.4, 0.9])
@pytest.mark.parametrize("positive", [0.5, 0.2])
def test_homophily_and_reciprocity_come_out(homophily: float, reciprocity: float, positive: float) -> None:
    """Within 0.02 and 0.05; but for the most negative homophily of a small minority, which no graph has."""
    made = measure(draft(section(homophily=homophily, reciprocity=reciprocity, positive=positive)))
    least = -0.9 if positive == 0.5 else -0.24  # a minority of a fifth cannot follow, and be followed, by more
    assert made.reciprocity == pytest.approx(reciprocity, abs=0.02)
    assert made.homophily == pytest.approx(max(homophily, least), abs=0.05)


def test_another_program_measures_the_same() -> None:
    """What networkx finds are the reciprocity and the assortativity that are told."""
    made = draft(section(homophily=0.35))
    a, b = made.graph.pairs()
    graph: Any = nx.DiGraph(zip(a.tolist(), b.tolist(), strict=True))
    nx.set_node_attributes(graph, dict(enumerate(made.people.positive.tolist())), "side")
    obtained = measure(made)
    assert graph.number_of_edges() == made.section.relations
    assert nx.overall_reciprocity(graph) == pytest.approx(obtained.reciprocity)
    assert nx.attribute_assortativity_coefficient(graph, "side") == pytest.approx(obtained.homophily)


@pytest.mark.parametrize("exponents", [(2.1, 2.5), (2.3, 2.7), (2.7, 2.2), (3.0, 3.0)])
def test_tails_have_their_exponents(exponents: tuple[float, float]) -> None:
    """Those of followers and followees, measured on the finished graph, to 0.3."""
    made = section(users=8_000, relations=30_000, follower_exponent=exponents[0], followee_exponent=exponents[1])
    obtained = measure(draft(made))
    assert obtained.follower_exponent == pytest.approx(exponents[0], abs=0.3)
    assert obtained.followee_exponent == pytest.approx(exponents[1], abs=0.3)


def test_degrees_are_kept_in_sparse_graphs() -> None:
    """Nearly everybody has exactly the ties that were drawn, and the others miss or exceed them by a few."""
    made = section(like="s3-nuclear", users=17_945)
    degrees = draw_degrees(made)
    positive = stream(0, "test").random(made.users) < 0.5
    ties = count_ties(draw_ties(degrees, positive, homophily=0.2, rng=stream(0, "ties")))
    for drawn, found in ((degrees.followers, ties.followers), (degrees.followees, ties.followees)):
        assert np.count_nonzero(drawn != found) < 0.002 * made.users
        assert np.abs(drawn - found).max() <= 3


def test_one_attitude_has_no_homophily() -> None:
    """Where everybody agrees there is nothing to measure, and nothing fails."""
    assert measure(draft(section(positive=1.0, homophily=0.5))).homophily is None
    assert measure(draft(section(positive=0.0))).homophily is None


@pytest.mark.parametrize(("relations", "reciprocity"), [(9_900, 1.0), (9_000, 0.95), (5_000, 0.6)])
def test_dense_graphs_are_filled(relations: int, reciprocity: float) -> None:
    """Up to the graph in which everybody follows everybody."""
    made = draft(section(users=100, relations=relations, reciprocity=reciprocity))
    assert made.graph.edges == relations
    assert int(made.ties.mutual.sum()) == 2 * made.section.mutual_pairs
