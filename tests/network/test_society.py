"""Societies as values: ids and positions, digest, samples, and those that come from networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents.errors import SocietyError
from s3agents.ids import UserId
from s3agents.network.graph import FollowGraph
from s3agents.network.society import Society
from s3agents.persona import Persona


def make(ids: str, edges: str = "", history: dict[UserId, list[str]] | None = None) -> Society:
    """A society of one-letter users; ``ab bc`` has a follow b and b follow c."""
    graph = FollowGraph.from_edges(
        len(ids), [ids.index(e[0]) for e in edges.split()], [ids.index(e[1]) for e in edges.split()]
    )
    return Society([Persona(id=UserId(u), bio=f"I am {u}") for u in ids], graph, history=history)


def test_users_are_found_by_id() -> None:
    """Personas, positions and neighbours are looked up by id."""
    society = make("abc", "ab cb")
    assert len(society) == 3
    assert society.ids == ("a", "b", "c")
    assert society["b"].bio == "I am b"
    assert (society.position("c"), society.index[UserId("c")]) == (2, 2)
    assert "c" in society
    assert "z" not in society
    assert society.followers("b") == ("a", "c")
    assert society.followees("a") == ("b",)
    assert [p.id for p in society] == ["a", "b", "c"]


def test_unknown_user_names_the_id() -> None:
    """Asking for somebody else is an error that names them."""
    with pytest.raises(SocietyError, match="'z', which is none of 1 users"):
        make("a").position("z")


@pytest.mark.parametrize(
    ("ids", "n", "history", "message"),
    [("aa", 2, {}, "distinct ids"), ("ab", 3, {}, "wanted 2 users, got 3"), ("ab", 2, {"z": ["hi"]}, "'z'")],
)
def test_parts_that_do_not_fit_are_refused(ids: str, n: int, history: dict[UserId, list[str]], message: str) -> None:
    """Repeated ids, a graph of another size and a history of nobody are errors."""
    with pytest.raises(SocietyError, match=message):
        Society([Persona(id=UserId(u)) for u in ids], FollowGraph.from_edges(n, [], []), history=history)


@given(st.permutations("abcd"))
def test_digest_does_not_depend_on_the_order(ids: list[str]) -> None:
    """The same users, edges and history in any order have one digest."""
    history = {UserId("a"): ["x", "y"]}
    assert make("".join(ids), "ab bc ca", history).digest == make("abcd", "ab bc ca", history).digest


def test_digest_sees_every_change() -> None:
    """Another user, attribute, edge, direction of an edge or order of history gives another digest."""
    persona = Persona(id=UserId("a"), bio="I am a", age=3)
    none = FollowGraph.from_edges(1, [], [])
    digests = [
        make("ab", "ab").digest,
        make("ab", "ba").digest,
        make("ab").digest,
        make("abc", "ab").digest,
        make("ab", "ab", {UserId("a"): ["x", "y"]}).digest,
        make("ab", "ab", {UserId("a"): ["y", "x"]}).digest,
        make("a").digest,
        Society([persona], none).digest,
        Society([Persona(id=UserId("a"), bio="I am a", extra={"age": 3})], none).digest,
    ]
    assert len(set(digests)) == len(digests)


def test_digest_takes_a_number_by_its_value() -> None:
    """3 and 3.0 give one digest, for a file format may not tell them apart."""
    one, two = (Society([Persona(id=UserId("a"), extra={"n": n})], FollowGraph.from_edges(1, [], [])) for n in (3, 3.0))
    assert one.digest == two.digest


def test_sample_is_breadth_first_from_the_given_users() -> None:
    """Neighbours in either direction come first, ties in the order of users; the order of users stays."""
    society = make("abcdef", "fe ed dc ba", {UserId("e"): ["x"], UserId("a"): ["y"]})
    sample = society.sample(3, around=["f"])
    assert sample.ids == ("d", "e", "f")
    assert sample.followees("f") == ("e",)
    assert sample.graph.edges == 2
    assert dict(sample.history) == {"e": ("x",)}


def test_sample_goes_on_with_the_remaining_users() -> None:
    """Where no more users can be reached, the next ones in order follow."""
    assert make("abcdef", "fe").sample(3, around=["f"]).ids == ("a", "e", "f")


def test_sample_without_start_and_beyond_the_end() -> None:
    """Without a start the first users are taken; with more than there are, all."""
    society = make("abc", "ab")
    assert society.sample(2).ids == ("a", "b")
    assert society.sample(9, around=["c"]).digest == society.digest
    assert len(society.sample(0, around=["c"])) == 0


def test_sample_of_nonsense_is_refused() -> None:
    """A negative size and an unknown start are errors."""
    with pytest.raises(ValueError, match="got -1"):
        make("a").sample(-1)
    with pytest.raises(SocietyError, match="'z'"):
        make("a").sample(1, around=["z"])


def test_empty_society() -> None:
    """Nobody at all is a society, with samples and a digest."""
    society = make("")
    assert len(society) == 0
    assert len(society.sample(3)) == 0
    assert len(society.digest) == 64


@pytest.mark.parametrize(
    ("name", "users", "edges"),
    [
        ("karate_club", 34, 156),
        ("les_miserables", 77, 508),
        ("florentine_families", 15, 40),
        ("davis_southern_women", 32, 178),
    ],
)
def test_named_societies(name: str, users: int, edges: int) -> None:
    """The graphs that ship with networkx have no direction: each edge counts both ways, nothing is lost."""
    society = Society.named(name)
    assert (len(society), society.graph.edges, society.name) == (users, edges, name)
    assert society.report.clean


def test_unknown_name_lists_the_known_ones() -> None:
    """An unknown name is an error that lists the known ones."""
    with pytest.raises(SocietyError, match="karate_club, les_miserables, got 'erdos'"):
        Society.named("erdos")


def test_node_attributes_become_personas() -> None:
    """Fields by their names, other scalars as extra; what cannot be used is left out and accounted for."""
    graph: nx.DiGraph[object] = nx.DiGraph()
    graph.add_node(1, age=30, description="hello", club="Hi", weight=np.float64(0.5), gender=3)
    graph.add_node("b", tags=["x"], age=-3, user_id="other", odd="\ud800")
    graph.add_edge(1, "b")
    society = Society.from_networkx(graph, name="mine")
    assert society["1"] == Persona(id=UserId("1"), age=30, bio="hello", extra={"club": "Hi", "weight": 0.5})
    assert society["b"].extra == {}
    assert society["b"].age is None
    assert society.followees("1") == ("b",)
    assert society.graph.edges == 1
    assert [(row.file, row.reason.partition(" (")[0], row.dropped) for row in society.report.rows()] == [
        ("nodes", "invalid gender", 1),
        ("nodes", "nested value", 1),
        ("nodes", "value of type bytes", 1),
        ("nodes", "invalid age", 1),
        ("edges", "", 0),
    ]


def test_edges_of_networkx_that_cannot_be() -> None:
    """Self-loops and repeated edges of any kind of graph are left out and counted."""
    graph: nx.MultiGraph[str] = nx.MultiGraph([("a", "b"), ("b", "a"), ("a", "a")])
    society = Society.from_networkx(graph)
    assert society.graph.edges == 2
    assert {row.reason: row.dropped for row in society.report.rows()} == {"": 0, "duplicate edge": 1, "self-loop": 1}


@pytest.mark.parametrize(("node", "message"), [((0, 1), "relabel_nodes"), ("1", "that of another, '1'")])
def test_nodes_that_cannot_be_ids(node: object, message: str) -> None:
    """A node that is neither text nor number, and one that reads like another."""
    graph: nx.Graph[object] = nx.Graph()
    graph.add_nodes_from([1, node])
    with pytest.raises(SocietyError, match=message):
        Society.from_networkx(graph)
