"""Graph files keep the contract of readers, and each format gives the same users and edges."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from s3agents_graphfile import read_graph

from s3agents import Simulation, Society
from s3agents.errors import InputError
from s3agents.testing import SocietyReaderContract
from s3agents.testing.societies import lively_scenario

WRITERS: dict[str, Callable[[Any, Path], None]] = {
    "gexf": nx.write_gexf,
    "graphml": nx.write_graphml,
    "gml": nx.write_gml,
}


@pytest.fixture(params=sorted(WRITERS))
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A follows B, B and C follow each other; each format in turn."""
    graph = nx.DiGraph([("a", "b"), ("b", "c"), ("c", "b")])
    nx.set_node_attributes(graph, {"a": 31, "b": 57, "c": 18}, "age")
    path = tmp_path / f"three.{request.param}"
    WRITERS[request.param](graph, path)
    return path


class TestGraphFile(SocietyReaderContract):
    @pytest.fixture(autouse=True)
    def _file(self, file: Path) -> None:
        self._path = file

    def make_society(self) -> Society:
        """Of each format."""
        return read_graph(path=self._path)


def test_edges_and_attributes_are_those_of_the_file(file: Path) -> None:
    """An edge leads from a follower to whom they follow."""
    society = read_graph(path=file)
    assert (society.name, society.ids) == ("three", ("a", "b", "c"))
    assert (society.followees("a"), society.followers("b")) == (("b",), ("a", "c"))
    assert [persona.age for persona in society] == [31, 57, 18]


def test_a_scenario_names_a_graph_file(file: Path, tmp_path: Path) -> None:
    """By a path, relative to its own file in YAML."""
    scenario = lively_scenario(["a"], society={"reader": "graph", "path": str(file), "options": {"name": "trio"}})
    assert Simulation(scenario, out=tmp_path / "run").prepared.society.name == "trio"


@pytest.mark.parametrize(("name", "content"), [("graph.csv", "a,b"), ("graph.gexf", "<graph"), ("gone.gml", None)])
def test_what_is_no_graph_is_named(tmp_path: Path, name: str, content: str | None) -> None:
    """With its path, and before anything is written."""
    if content is not None:
        (tmp_path / name).write_text(content)
    scenario = lively_scenario(["a"], society={"reader": "graph", "path": str(tmp_path / name)})
    with pytest.raises(InputError, match=rf"plugin 'graph' of s3agents-graphfile.*{name}: wanted"):
        Simulation(scenario, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()
