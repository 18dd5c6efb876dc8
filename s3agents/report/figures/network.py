"""The network in which a run took place, coloured by the last attitude of each user."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from s3agents.network.graph import FollowGraph, Ints
from s3agents.network.society import Society
from s3agents.network.ties import count_ties
from s3agents.report.drawing import DRAWN, layout, representatives
from s3agents.report.figures.exhibit import Exhibit
from s3agents.report.figures.look import new_figure
from s3agents.report.network_panel import TIES, dot_sizes, tie_lines, ties_among
from s3agents.report.palette import SIDE_COLOURS, plain
from s3agents.report.passing import passed_on
from s3agents.report.plot_file import plotly

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

__all__ = ["last_attitudes", "network_exhibit"]

_TITLE = "The network by attitude at the end"
_PASSED_TITLE = "Who forwarded posts of whom, by attitude at the end"
_LAST = "SELECT user, attitude, max(tick) FROM turns WHERE action IS NOT NULL GROUP BY user"
_HEIGHT = 560
_SEED = 0


def last_attitudes(db: sqlite3.Connection) -> dict[str, str]:
    """The attitude after the last turn of every user who had one."""
    return {user: attitude for user, attitude, _ in db.execute(_LAST)}


def network_exhibit(db: sqlite3.Connection, society: Society | None, *, why: str = "") -> Exhibit:
    """Who follows whom, or where the society is not at hand, who forwarded posts of whom.

    Args:
        db: the record.
        society: over which the run went.
        why: it is not at hand.
    """
    sides = last_attitudes(db)
    if society is not None:
        return _of_society(society, sides)
    names, graph = _forwarding(db)
    if not graph.edges:
        told = f"Nothing to draw: {why or 'the society is not at hand'}, and nobody forwarded a post."
        return Exhibit(title=_TITLE, told=told)
    shown = representatives(graph, seed=_SEED)
    figure, ties = _drawing(names, graph, shown, sides, tie="forwarded by")
    told = f"Who forwarded posts of whom ({ties}), not who follows whom: {why or 'the society is not at hand'}. "
    told += f"Drawn are {len(shown):,} of the {graph.n:,} users who forwarded or were forwarded."
    return Exhibit(title=_PASSED_TITLE, told=told, figure=figure)


def _of_society(society: Society, sides: Mapping[str, str]) -> Exhibit:
    if not len(society):
        return Exhibit(title=_TITLE, told="Nothing to draw: the society has no users.")
    took_part = np.array([i for i, user in enumerate(society.ids) if user in sides], dtype=np.int32)
    all_drawn = len(society) <= DRAWN or not len(took_part)
    if all_drawn:
        shown = representatives(society.graph, seed=_SEED)
    else:
        shown = took_part[representatives(society.graph.subgraph(took_part), seed=_SEED)]
    figure, ties = _drawing(society.ids, society.graph, shown, sides, tie="followers")
    among = f"{len(society):,} users" if all_drawn else f"{len(took_part):,} users who had a turn"
    told = f"Who follows whom ({ties}): drawn are {len(shown):,} of the {among}"
    told += "; dots grow with the number of followers." if all_drawn else f", of {len(society):,} in the society."
    return Exhibit(title=_TITLE, told=told, figure=figure)


def _forwarding(db: sqlite3.Connection) -> tuple[list[str], FollowGraph]:
    """The diffusion network as if readers followed those whose posts they forwarded."""
    pairs = [(author, reader) for author, reader, _, _ in passed_on(db) if author != reader]
    names = sorted({user for pair in pairs for user in pair})
    at = {user: i for i, user in enumerate(names)}
    followers, followees = [at[reader] for _, reader in pairs], [at[author] for author, _ in pairs]
    return names, FollowGraph.from_edges(len(names), followers, followees)


def _drawing(
    names: Sequence[str], whole: FollowGraph, shown: Ints, sides: Mapping[str, str], *, tie: str
) -> tuple[Figure, str]:
    """The drawing, and how many of its ties it shows."""
    graph = whole.subgraph(shown)
    places = layout(graph, seed=_SEED)
    ties = ties_among(graph)
    drawn = np.random.default_rng(_SEED).permutation(len(ties))[:TIES]
    figure = new_figure(x="", y="", height=_HEIGHT)
    figure.add_trace(tie_lines(places, ties[drawn]))
    _dots(figure, [names[i] for i in shown.tolist()], places, sides, counts=count_ties(whole).followers[shown], tie=tie)
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, scaleanchor="x", constrain="domain")
    return figure, f"{len(drawn):,} of {len(ties):,} ties between those drawn"


def _dots(
    figure: Figure,
    names: Sequence[str],
    places: NDArray[np.float64],
    sides: Mapping[str, str],
    *,
    counts: NDArray[np.int64],
    tie: str,
) -> None:
    side_of = np.array([sides.get(name, "unknown") for name in names])
    size = dot_sizes(counts)
    for side, colour in reversed(SIDE_COLOURS.items()):
        members = np.flatnonzero(side_of == side)
        if len(members):
            told = "had no turn" if side == "unknown" else side
            dots = plotly().Scatter(
                x=places[members, 0],
                y=places[members, 1],
                mode="markers",
                marker={"color": colour, "size": size[members], "line": {"color": "white", "width": 0.7}},
                hovertext=[f"<b>{plain(names[i])}</b><br>{told}<br>{counts[i]:,} {tie}" for i in members.tolist()],
                hoverinfo="text",
                name=told,
            )
            figure.add_trace(dots)
