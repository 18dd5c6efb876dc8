"""Societies from networkx graphs: nodes are users, their attributes the personas', edges lead to whom one follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from s3agents.errors import SocietyError, explain
from s3agents.ids import UserId
from s3agents.network.graph import FollowGraph
from s3agents.network.load_report import FileReport, LoadReport
from s3agents.network.parts import Parts
from s3agents.network.persona_fields import ID_COLUMNS, make_persona, user_id
from s3agents.persona import Persona

__all__ = ["NAMED", "named_graph", "read_networkx"]

NAMED: Mapping[str, str] = {
    "davis_southern_women": "davis_southern_women_graph",
    "florentine_families": "florentine_families_graph",
    "karate_club": "karate_club_graph",
    "les_miserables": "les_miserables_graph",
}


def named_graph(name: str) -> Any:
    """The social graph ``name`` that ships with networkx, one of :data:`NAMED`.

    Raises:
        SocietyError: for any other name.
    """
    if name not in NAMED:
        raise SocietyError(explain("networkx graph", wanted=f"one of {', '.join(NAMED)}", got=repr(name)))
    import networkx

    make: Callable[[], Any] = getattr(networkx, NAMED[name])
    return make()


def read_networkx(graph: Any) -> Parts:
    """The society of a networkx graph of any kind; without direction, both ends of an edge follow each other.

    Args:
        graph: nodes are text or whole numbers; their attributes are read like the columns of a users file.
            Attributes of edges are not read.

    Raises:
        SocietyError: if a node cannot be an id, or two nodes have the same one.
    """
    report = LoadReport()
    users = _users(graph, report.open("nodes"))
    place = {node: i for i, node in enumerate(graph.nodes)}
    follows = _follows(graph, place, report.open("edges"))
    return Parts(list(users.values()), follows, {}, report)


def _users(graph: Any, report: FileReport) -> dict[UserId, Persona]:
    users: dict[UserId, Persona] = {}
    for where, (node, attributes) in enumerate(graph.nodes(data=True), start=1):
        report.read += 1
        user = _node_id(node)
        if user in users:
            raise SocietyError(explain(f"node {node!r}", wanted="an id of its own", got=f"that of another, {user!r}"))
        row = {str(k): _builtin(v) for k, v in attributes.items() if k not in ID_COLUMNS}
        persona = make_persona({**row, "user_id": user}, where, report)
        if persona is not None:
            users[user] = persona
    report.kept = len(users)
    return users


def _node_id(node: Any) -> UserId:
    user = user_id(_builtin(node))
    if user is None:
        got, remedy = type(node).__name__, "rename the nodes with networkx.relabel_nodes"
        raise SocietyError(explain(f"node {node!r}", wanted="text or a whole number", got=got, remedy=remedy))
    return user


def _builtin(value: Any) -> Any:
    """A numpy scalar as Python's own; text that is no valid Unicode as bytes, which are then dropped and counted."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return value.encode("utf-8", "surrogatepass")
    return value


def _follows(graph: Any, place: Mapping[Any, int], report: FileReport) -> FollowGraph:
    follower, followee = [], []
    seen = set()
    for where, (a, b) in enumerate(graph.edges(), start=1):
        report.read += 1
        i, j = place[a], place[b]
        edge = (i, j) if graph.is_directed() or i < j else (j, i)
        if i == j:
            report.drop_row("self-loop", where, a)
        elif edge in seen:
            report.drop_row("duplicate edge", where, (a, b))
        else:
            seen.add(edge)
            follower.append(i)
            followee.append(j)
            report.kept += 1
    ends = (follower, followee) if graph.is_directed() else (follower + followee, followee + follower)
    return FollowGraph.from_edges(len(place), *ends)
