"""Graphs: GraphML, GEXF and GML, as Gephi, igraph and networkx write them.

Unlike the other layouts, a graph is held in memory as a whole: networkx reads it so. Nodes are users, their attributes
the columns of a users file under their well-known names. Edges lead to whom one follows; those of a graph without
direction lead both ways. Declarations of entities in XML are refused before anything is expanded or fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter
from xml.parsers import expat

from s3agents.errors import SocietyError, explain
from s3agents.network.load_report import LoadReport
from s3agents.network.raw.base import RawEdge, RawPost, RawUser
from s3agents.network.raw.columns import Plans
from s3agents.network.raw.dates import moment
from s3agents.network.raw.rows import Row, Table
from s3agents.network.raw.synonyms import USERS
from s3agents.network.raw.table_users import Users, plan_users
from s3agents.network.raw.values import id_of, why_no_id
from s3agents.network.read_lines import BLOCK_BYTES, open_bytes

__all__ = ["GRAPH_SUFFIXES", "GraphSource"]

GRAPH_SUFFIXES = (".graphml", ".gexf", ".gml")
"""Suffixes of files that hold a graph."""

_FORMATS = {".graphml": "GraphML", ".gexf": "GEXF", ".gml": "GML"}


class GraphSource:
    """Raw data in a graph: users and who follows whom, no posts.

    Args:
        path: a file of one of :data:`GRAPH_SUFFIXES`.

    Raises:
        SocietyError: if it has another suffix.
    """

    layout = "graph"
    states_users = True

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.suffix.lower() not in GRAPH_SUFFIXES:
            wanted = f"a file that ends in {', '.join(GRAPH_SUFFIXES)}"
            raise SocietyError(explain(str(path), wanted=wanted, got=path.suffix or "no suffix"))

    @cached_property
    def _graph(self) -> Any:
        return _read(self.path)

    @cached_property
    def _nodes(self) -> list[str]:
        """The nodes that XML declares; networkx also makes one of every end of an edge, even of a missing one."""
        return [] if self.path.suffix.lower() == ".gml" else _declared_nodes(self.path)

    @property
    def _declared(self) -> set[str] | None:
        return None if self.path.suffix.lower() == ".gml" else set(self._nodes)

    @property
    def _repeated(self) -> Iterator[tuple[int, str]]:
        """Nodes that are declared once more, with the number of the declaration."""
        seen: set[str] = set()
        for number, node in enumerate(self._nodes, start=1):
            if node in seen:
                yield number, node
            seen.add(node)

    def users(self, report: LoadReport) -> Iterator[RawUser]:
        """The nodes; their number stands for the line."""
        file = report.open(f"{self.path.name} (nodes)")
        graph = self._graph  # first of all: a file that is refused is not read again
        declared = self._declared
        nodes = [(n, d) for n, d in graph.nodes(data=True) if declared is None or str(n) in declared]
        table = Table(None, ((n, _row(node, data)) for n, (node, data) in enumerate(nodes, start=1)))
        plans = Plans(USERS, None, make=plan_users, needed=())
        for item in plans.rows(self.path, table):
            file.read += 1
            yield from Users(file, moment, {}).read([item])
        for number, node in self._repeated:
            file.read += 1
            file.drop_row("duplicate id", number, node)

    def posts(self, report: LoadReport) -> Iterator[RawPost]:
        """None."""
        return iter(())

    def follows(self, report: LoadReport) -> Iterator[RawEdge]:
        """The edges; their number stands for the line."""
        file = report.open(f"{self.path.name} (edges)")
        directed = self._graph.is_directed()
        for number, ends in enumerate(self._graph.edges(), start=1):
            a, b = (id_of(_sound(end)) for end in ends)
            for follower, followee in ((a, b),) if directed else ((a, b), (b, a)):
                file.read += 1
                if follower and followee:
                    yield RawEdge(follower, followee, number, file)
                else:
                    file.drop_row(why_no_id(ends[1] if a else ends[0]), number, ends)


def _row(node: object, attributes: dict[Any, Any]) -> Row:
    """A node as a row of a users file; an attribute that calls itself an id stands beside that of the node."""
    row = {str(name): _sound(value) for name, value in attributes.items()}
    if "user_id" in row:
        row.setdefault("id", row["user_id"])
    return {**row, "user_id": _sound(node)}


def _sound(value: Any) -> Any:
    """Text that is no valid Unicode, which character references of GML can make, as bytes: these are then dropped."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return value.encode("utf-8", "surrogatepass")
    return value


def _read(path: Path) -> Any:
    import networkx

    suffix = path.suffix.lower()
    try:
        if suffix != ".gml":
            _check_entities(path)
        with open_bytes(path) as file, catch_warnings():
            simplefilter("ignore")  # of parts that have nothing to do with users, such as ports
            if suffix == ".graphml":
                return networkx.read_graphml(file)
            return networkx.read_gexf(file) if suffix == ".gexf" else networkx.read_gml(file, label="id")
    except SocietyError:
        raise
    except Exception as exc:  # networkx lets through whatever a broken file leads to
        got = " ".join(f"{type(exc).__name__}: {exc}".split())[:200]
        raise SocietyError(explain(str(path), wanted=f"a graph in {_FORMATS[suffix]}", got=got)) from exc


def _declared_nodes(path: Path) -> list[str]:
    nodes: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "node" and "id" in attributes:
            nodes.append(attributes["id"])

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    with open_bytes(path) as file:
        while block := file.read(BLOCK_BYTES):
            parser.Parse(block)
    return nodes


class _RootMetError(Exception):
    """The first element began, after which nothing can be declared."""


def _check_entities(path: Path) -> None:
    """Raise if ``path`` declares entities, which could expand without end or name other files; no graph needs any.

    Raises:
        SocietyError: naming the entity.
        xml.parsers.expat.ExpatError: if it is no XML.
    """

    def refuse(name: str, *_: object) -> None:
        got, remedy = f"entity {name!r}", "write it without a document type"
        raise SocietyError(explain(str(path), wanted="XML that declares no entities", got=got, remedy=remedy))

    def stop(*_: object) -> None:
        raise _RootMetError

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = stop
    with open_bytes(path) as file:
        try:
            while block := file.read(BLOCK_BYTES):
                parser.Parse(block)
            parser.Parse(b"", True)
        except _RootMetError:
            return
