"""Follow edges of a society from ``follows.csv``: straight into arrays, without an object for each edge."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from s3agents.errors import SocietyError, explain
from s3agents.ids import UserId
from s3agents.network.graph import FollowGraph, Ints
from s3agents.network.load_report import FileReport
from s3agents.network.read_csv import CsvRow, open_csv

__all__ = ["read_follows"]

_COLUMNS = ("follower", "followee")


class _Edges:
    """Edges as they come: ends and line numbers."""

    def __init__(self) -> None:
        self.follower = array("i")
        self.followee = array("i")
        self.line = array("q")

    def ends(self) -> tuple[Ints, Ints]:
        """Followers and followees, as views."""
        return np.frombuffer(self.follower, np.int32), np.frombuffer(self.followee, np.int32)


def read_follows(path: Path, index: Mapping[UserId, int], report: FileReport) -> FollowGraph:
    """The graph over the users of ``index`` (id to position), without edges that cannot be: all of them accounted for.

    Raises:
        SocietyError: if the file cannot be read or lacks the columns ``follower`` and ``followee``.
    """
    header, rows = open_csv(path, report)
    if not set(_COLUMNS) <= set(header):
        got = ", ".join(header) or "none"
        raise SocietyError(explain(f"{path}: columns", wanted="follower and followee", got=got, remedy="rename them"))
    a, b = (header.index(column) for column in _COLUMNS)
    edges = _collect(rows, (a, b), index=index, report=report)
    graph = FollowGraph.from_edges(len(index), *edges.ends())
    report.kept = graph.edges
    if graph.edges < len(edges.line):
        _report_repeats(edges, list(index), report)
    return graph


def _collect(
    rows: Iterable[CsvRow], columns: tuple[int, int], *, index: Mapping[UserId, int], report: FileReport
) -> _Edges:
    edges = _Edges()
    a, b = columns
    find: Mapping[str, int] = index  # type: ignore[assignment]  # a text is looked up to see whether it is an id
    for line, row in rows:
        i, j = find.get(row[a]), find.get(row[b])
        if i is None or j is None:
            _report_unknown((row[a], row[b]), line, index, report)
        elif i == j:
            report.drop_row("self-loop", line, row[a])
        else:
            edges.follower.append(i)
            edges.followee.append(j)
            edges.line.append(line)
    return edges


def _report_unknown(ends: tuple[str, str], line: int, index: Mapping[UserId, int], report: FileReport) -> None:
    if all(user.strip() for user in ends):
        report.drop_row("unknown user", line, next(user for user in ends if user not in index))
    else:
        report.drop_row("empty id", line, ",".join(ends))


def _report_repeats(edges: _Edges, ids: list[UserId], report: FileReport) -> None:
    a, b = edges.ends()
    packed = a.astype(np.int64) * len(ids) + b
    order = np.argsort(packed, kind="stable")
    repeats = np.sort(order[1:][packed[order[1:]] == packed[order[:-1]]])
    for k in repeats.tolist():
        report.drop_row("duplicate edge", edges.line[k], f"{ids[a[k]]},{ids[b[k]]}")
