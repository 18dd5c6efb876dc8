"""Follow edges of raw data, straight into arrays: those between two known users, each once."""

from __future__ import annotations

from array import array
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from s3agents.network.build.batches import batches
from s3agents.network.build.people import People
from s3agents.network.build.progress import Progress
from s3agents.network.build.provenance import Provenance
from s3agents.network.load_report import LoadReport
from s3agents.network.raw.base import RawEdge, RawSource

__all__ = ["Edges", "read_edges"]

_UNKNOWN = -1


class Edges(NamedTuple):
    """Edges by the positions of their ends; shape ``(edges,)`` each."""

    follower: NDArray[np.int32]
    followee: NDArray[np.int32]


def read_edges(raw: RawSource, people: People, report: LoadReport, *, progress: Progress) -> Edges:
    """The edges of ``raw`` between ``people``; all others are dropped and accounted for.

    Where the data do not list their users, the ends of edges join ``people``.
    """
    ends = array("i")
    places = Provenance()
    find = people.finder()
    for batch in batches(raw.follows(report), partial(progress, "follows")):
        edges = [edge for edge in batch if edge.follower != edge.followee]
        if len(edges) < len(batch):
            _drop_loops(batch)
        found = [find(user, _UNKNOWN) for a, b, _, _ in edges for user in (a, b)]
        if _UNKNOWN in found:
            edges, found = _known(edges, found, people.refusal)
        ends.extend(found)
        places.note([edge.report for edge in edges], [edge.line for edge in edges])
    both = np.frombuffer(ends, np.int32)
    return _distinct(Edges(both[::2], both[1::2]), people, places)


def _drop_loops(batch: list[RawEdge]) -> None:
    for edge in batch:
        if edge.follower == edge.followee:
            edge.report.drop_row("self-loop", edge.line, edge.follower)


def _known(edges: list[RawEdge], ends: list[int], refusal: str) -> tuple[list[RawEdge], list[int]]:
    """Those of ``edges``, with their ends, that join two known users; the others are dropped for ``refusal``."""
    kept: list[RawEdge] = []
    found: list[int] = []
    for edge, a, b in zip(edges, ends[::2], ends[1::2], strict=True):
        if _UNKNOWN in {a, b}:
            edge.report.drop_row(refusal, edge.line, edge.follower if a == _UNKNOWN else edge.followee)
        else:
            kept.append(edge)
            found += a, b
    return kept, found


def _distinct(edges: Edges, people: People, places: Provenance) -> Edges:
    packed = edges.follower.astype(np.int64) << 32 | edges.followee
    order = np.argsort(packed, kind="stable")
    packed = packed[order]
    first = np.ones(len(packed), dtype=np.bool_)
    first[order[1:][packed[1:] == packed[:-1]]] = False
    for k in np.flatnonzero(~first).tolist():
        file, line = places.place(k)
        ids = people.ids
        file.drop_row("duplicate edge", line, f"{ids[edges.follower[k]]},{ids[edges.followee[k]]}")
    places.count_kept(first)
    return Edges(edges.follower[first], edges.followee[first])
