"""Graphs in GraphML, GEXF and GML, and hostile ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from s3agents.errors import SocietyError
from s3agents.network.load_report import LoadReport
from s3agents.network.raw.open import open_raw

ReadAll = Callable[..., Any]
WriteFiles = Callable[[dict[str, str | bytes]], Path]
WRITERS: dict[str, Callable[[nx.Graph, Path], None]] = {
    "graphml": nx.write_graphml,
    "gexf": nx.write_gexf,
    "gml": lambda graph, path: nx.write_gml(graph, path, stringizer=str),
}


def _graph(kind: type[nx.Graph]) -> nx.Graph:
    graph = kind()
    graph.add_node("1", description="hi", age=30, followers_count=5, score=0.5, screen_name="@ann")
    graph.add_node("2", gender="male")
    graph.add_node("3")
    graph.add_edge("1", "2")
    graph.add_edge("3", "1")
    return graph


@pytest.mark.parametrize("suffix", WRITERS)
def test_every_format_of_graph(files: WriteFiles, read_all: ReadAll, suffix: str) -> None:
    """Nodes are users with their attributes, edges lead to whom one follows."""
    path = files({}) / f"g.{suffix}"
    WRITERS[suffix](_graph(nx.DiGraph), path)
    source = open_raw(path)
    assert (source.layout, source.states_users) == ("graph", True)
    found = read_all(source)
    names = {str(user.id): dict(user.traits) for user in found.users}
    ids = list(names)
    if suffix == "gml":  # which numbers its nodes and keeps their names as labels
        ids = [names[user].get("label", user) for user in names]
    assert ids == ["1", "2", "3"]
    first = found.users[0]
    assert (first.followers, first.handle) == (5, "ann")
    assert {k: v for k, v in first.traits.items() if k != "label"} == {"bio": "hi", "age": 30, "score": 0.5}
    place = dict(zip(names, ids, strict=True))
    assert [(place[a], place[b]) for a, b in found.edges] == [("1", "2"), ("3", "1")]
    assert found.posts == []
    assert [(file.file, file.read) for file in found.report.files] == [
        (f"g.{suffix} (nodes)", 3),
        (f"g.{suffix} (edges)", 2),
    ]


@pytest.mark.parametrize("suffix", WRITERS)
def test_graphs_without_direction_go_both_ways(files: WriteFiles, read_all: ReadAll, suffix: str) -> None:
    """An edge of an undirected graph is two follows."""
    path = files({}) / f"g.{suffix}"
    WRITERS[suffix](_graph(nx.Graph), path)
    edges = read_all(open_raw(path)).edges
    assert len(edges) == 4
    assert set(edges) == {(b, a) for a, b in edges}


def test_parallel_edges_are_for_the_caller(files: WriteFiles, read_all: ReadAll) -> None:
    """A multigraph is read edge by edge."""
    path = files({}) / "g.graphml"
    nx.write_graphml(nx.MultiDiGraph([("a", "b"), ("a", "b"), ("a", "a")]), path)
    assert sorted(read_all(open_raw(path)).edges) == [("a", "a"), ("a", "b"), ("a", "b")]


GML = """graph [ directed 1
  node [ id 1 label "a" name "caf&#233; &#xD800;" ] node [ id 2 label "b" tags [ x 1 ] user_id "other" ]
  node [ id 3 id2 5 followers_count "many" ]
  edge [ source 1 target 2 ]
]"""


def test_attributes_that_cannot_be_used(files: WriteFiles, read_all: ReadAll) -> None:
    """Nested values, half characters and second ids are counted with the number of the node."""
    found = read_all(open_raw(files({"g.gml": GML}) / "g.gml"))
    row = "(value dropped, row kept)"
    assert [(user.id, user.traits) for user in found.users] == [
        ("1", {"label": "a"}), ("2", {"label": "b"}), ("3", {"id2": 5}),
    ]  # fmt: skip
    assert found.drops == {
        f"value of type bytes {row}": 1, f"nested value {row}": 1, f"second column for id {row}": 1,
        f"invalid followers {row}": 1,
    }  # fmt: skip
    assert any("g.gml (nodes):2 'other'" in example for example in found.examples)


HEAD = '<?xml version="1.0"?>'
GRAPHML = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
LAUGHS = '<!ENTITY a0 "haha">' + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
BROKEN: dict[str, tuple[str, str | bytes, list[str]]] = {
    "entities that expand": ("g.graphml", f"{HEAD}<!DOCTYPE g [{LAUGHS}]>{GRAPHML}&a11;</graphml>", ["entity 'a0'"]),
    "entities in GEXF": ("g.gexf", f"{HEAD}<!DOCTYPE g [{LAUGHS}]><gexf>&a11;</gexf>", ["no entities", "entity 'a0'"]),
    "one long entity": (
        "g.graphml", f'{HEAD}<!DOCTYPE g [<!ENTITY a "{"a" * 90_000}">]>{GRAPHML}{"&a;" * 9000}</graphml>',
        ["entity 'a'"],
    ),
    "a file as an entity": (
        "g.graphml", f'{HEAD}<!DOCTYPE g [<!ENTITY a SYSTEM "file:///etc/passwd">]>{GRAPHML}&a;</graphml>',
        ["entity 'a'"],
    ),
    "an entity of the type itself": (
        "g.graphml", f'{HEAD}<!DOCTYPE g [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]>{GRAPHML}</graphml>',
        ["entity 'a'"],
    ),
    "entities after much blank": (
        "g.graphml", f"{HEAD}{' ' * 3_000_000}<!DOCTYPE g [{LAUGHS}]>{GRAPHML}&a11;</graphml>", ["entity 'a0'"],
    ),
    "no XML": ("g.graphml", "node 1", ["g.graphml: wanted a graph in GraphML, got ExpatError"]),
    "no bytes": ("g.graphml", "", ["wanted a graph in GraphML, got ExpatError"]),
    "XML cut off": ("g.graphml", f"{GRAPHML}<graph><node id='1'/>", ["wanted a graph in GraphML, got"]),
    "XML of something else": ("g.graphml", "<html/>", ["wanted a graph in GraphML, got"]),
    "a key that is not declared": (
        "g.graphml", f"{GRAPHML}<graph><node id='1'><data key='x'>1</data></node></graph></graphml>", ["no key x"],
    ),
    "a number that is none": (
        "g.graphml", f"{GRAPHML}<key id='x' for='node' attr.name='x' attr.type='int'/><graph><node id='1'>"
        "<data key='x'>many</data></node></graph></graphml>", ["ValueError", "many"],
    ),
    "no GEXF": ("g.gexf", "<gexf/>", ["wanted a graph in GEXF, got NetworkXError"]),
    "no GML": ("g.gml", "hello [", ["wanted a graph in GML, got NetworkXError"]),
    "GML of no bytes": ("g.gml", "", ["wanted a graph in GML"]),
    "GML in UTF-8": ("g.gml", "graph [ node [ id 1 label \"é\" ] ]", ["wanted a graph in GML", "ASCII"]),
    "GML without end": ("g.gml", "graph [ a [" * 20_000, ["wanted a graph in GML, got RecursionError"]),
    "binary": ("g.gexf", bytes(range(256)), ["wanted a graph in GEXF"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_and_hostile_graphs(files: WriteFiles, read_all: ReadAll, kind: str) -> None:
    """A file that is no graph, or tries to expand or to fetch something, is one error, at once."""
    name, content, fragments = BROKEN[kind]
    source = open_raw(files({name: content}) / name)
    start = time.process_time()
    with pytest.raises(SocietyError) as caught:
        read_all(source)
    assert time.process_time() - start < 10
    for fragment in fragments:
        assert fragment in str(caught.value)
    assert len(str(caught.value)) < 1000
    assert "root:" not in str(caught.value)


def test_a_document_type_alone_is_fine(files: WriteFiles, read_all: ReadAll) -> None:
    """A type that declares nothing is neither expanded nor fetched."""
    kind = '<!DOCTYPE graphml SYSTEM "http://graphml.graphdrawing.org/dtds/graphml.dtd">'
    text = f'{HEAD}{kind}{GRAPHML}<graph edgedefault="directed"><node id="1"/></graph></graphml>'
    assert [user.id for user in read_all(open_raw(files({"g.graphml": text}))).users] == ["1"]


def test_a_graph_of_another_suffix(files: WriteFiles) -> None:
    """Asked for as a graph, a file of another suffix is refused with those there are."""
    with pytest.raises(SocietyError, match=r"wanted a file that ends in \.graphml, \.gexf, \.gml, got \.gz"):
        open_raw(files({"g.graphml.gz": ""}) / "g.graphml.gz", layout="graph")


def test_a_folder_in_place_of_a_graph(files: WriteFiles, read_all: ReadAll) -> None:
    """A file that has become a folder is named."""
    path = files({"g.gml": "graph []"}) / "g.gml"
    source = open_raw(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(SocietyError, match=r"g\.gml: wanted a file, got a folder"):
        read_all(source)


def test_nodes_that_nobody_declared_are_no_users(tmp_path: Path) -> None:
    """Networkx makes a node of every end of an edge, of a missing one too; a node declared twice is counted."""
    file = tmp_path / "g.graphml"
    file.write_text(
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="directed">'
        '<node id="a"/><node id="b"/><node id="a"/>'
        '<edge source="a" target="b"/><edge source="a"/><edge source="a" target="zz"/></graph></graphml>'
    )
    source, report = open_raw(file), LoadReport()
    assert [user.id for user in source.users(report)] == ["a", "b"]
    assert report.files[0].read == 3
    assert [drops.count for drops in report.files[0].rows.values()] == [1]
    assert len(list(source.follows(report))) == 3
