"""Diffusion: who passed on what from whom, as GraphML for Gephi, Cytoscape and the like."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from s3agents.record.connection import reading
from s3agents.report.passing import passed_on
from s3agents.report.run import Run

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["diffusion_network", "write_diffusion"]

_TOOK_PART = "SELECT user, min(tick) FROM turns GROUP BY user ORDER BY user"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def diffusion_network(run: Run) -> nx.DiGraph[str]:
    """The network along which posts were forwarded.

    Nodes are the users who had a turn, with ``tick`` of the first one, and final ``emotion``, ``attitude`` and
    ``p_positive`` where a turn succeeded. An edge leads from the author of a post to a user who forwarded it, with the
    ``tick`` of the first time and the number of times as ``weight``.

    Raises:
        RecordError: if the record cannot be read.
    """
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph(name=run.manifest.name)
    states = run.final_states()
    with reading(run.record) as db:
        for user, tick in db.execute(_TOOK_PART):
            graph.add_node(_name(user), label=_name(user), tick=tick)
        for author, reader, tick, weight in passed_on(db):
            graph.add_edge(_name(author), _name(reader), tick=tick, weight=weight)
    columns = (states[name].tolist() for name in ("user", "emotion", "attitude", "p_positive"))
    for user, emotion, attitude, p_positive in zip(*columns, strict=True):
        graph.nodes[_name(user)].update(emotion=emotion, attitude=attitude, p_positive=p_positive)
    return graph


def write_diffusion(run: Run, path: Path) -> None:
    """Write :func:`diffusion_network` to ``path``.

    Raises:
        RecordError: if the record cannot be read.
    """
    import networkx as nx

    nx.write_graphml(diffusion_network(run), path)


def _name(user: str) -> str:
    """``user`` without the control characters that XML cannot hold."""
    return _NOT_XML.sub(lambda found: f"\\x{ord(found[0]):02x}", user)
