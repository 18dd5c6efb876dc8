"""Graph files: societies out of GEXF, GraphML and GML, as Gephi, NetworkX and igraph write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import networkx as nx

from s3agents.errors import SocietyError, explain
from s3agents.network.society import Society

__all__ = ["read_graph"]

_READERS: Mapping[str, Callable[[Path], Any]] = {
    ".gexf": nx.read_gexf,
    ".graphml": nx.read_graphml,
    ".gml": nx.read_gml,
}


def read_graph(*, path: Path, name: str = "") -> Society:
    """The society of a graph: an edge says who follows whom; without direction, both ends follow each other.

    Args:
        path: of a file that ends in ``.gexf``, ``.graphml`` or ``.gml``. Attributes of nodes (``gender``, ``age``,
            ``occupation``, ``bio``, ``attitude`` and any other) become those of users.
        name: of the society; by default that of the file.

    Raises:
        SocietyError: if the file cannot be read as a graph.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise SocietyError(explain(str(path), wanted=f"a file that ends in {', '.join(_READERS)}", got=path.suffix))
    try:
        graph = reader(path)
    except Exception as exc:  # each of these formats has errors of its own
        got = f"{type(exc).__name__}: {exc}"
        raise SocietyError(explain(str(path), wanted=f"a graph in {path.suffix[1:]}", got=got)) from exc
    return Society.from_networkx(graph, name=name or path.stem)
