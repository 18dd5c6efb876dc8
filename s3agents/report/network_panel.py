"""The panel of a society's figure that draws its network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from s3agents.network.classes import CLASSES, class_of
from s3agents.network.graph import FollowGraph, Ints
from s3agents.network.society import Society
from s3agents.report.description import Description
from s3agents.report.drawing import layout, representatives
from s3agents.report.palette import CLASS_COLOURS, FAINT, SIDE_COLOURS, plain
from s3agents.report.plot_file import plotly

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

__all__ = ["TIES", "add_network", "dot_sizes", "tie_lines", "ties_among"]

TIES = 4000
"""Most ties in a drawing."""

_SMALLEST, _LARGEST = 5.0, 30.0
Floats = NDArray[np.float64]


def add_network(figure: Figure, society: Society, description: Description, *, row: int, col: int) -> None:
    """Draw the users, or some of them, and the ties between them.

    Colours show attitudes where any are known, else classes; sizes show how many followers users have, drawn or not.

    Args:
        figure: to draw in.
        society: whom to draw.
        description: of the society.
        row: of the panel.
        col: of the panel.
    """
    shown = representatives(society.graph, seed=description.seed)
    graph = society.graph.subgraph(shown)
    places = layout(graph, seed=description.seed)
    ties = ties_among(graph)
    drawn = np.random.default_rng(description.seed).permutation(len(ties))[:TIES]
    figure.add_trace(tie_lines(places, ties[drawn]), row=row, col=col)
    for dots in _dots(society, description, shown=shown, places=places):
        figure.add_trace(dots, row=row, col=col)
    told = f"{len(shown):,} of {len(society):,} users, {len(drawn):,} of the {len(ties):,} ties between them"
    figure.update_xaxes(showgrid=False, zeroline=False, showticklabels=False, title=told, row=row, col=col)
    figure.update_yaxes(visible=False, row=row, col=col)


def ties_among(graph: FollowGraph) -> Ints:
    """The pairs of users with a tie of any direction, shape ``(ties, 2)``."""
    pairs = np.sort(np.stack(graph.pairs(), axis=1), axis=1)
    return np.unique(pairs, axis=0)


def tie_lines(places: Floats, ties: Ints) -> Any:
    """All ties as one broken line."""
    x, y = (np.full((len(ties), 3), np.nan) for _ in range(2))
    x[:, :2], y[:, :2] = places[ties, 0], places[ties, 1]
    line = {"color": FAINT, "width": 0.5}
    return plotly().Scatter(x=x.ravel(), y=y.ravel(), mode="lines", line=line, hoverinfo="skip", showlegend=False)


def dot_sizes(followers: NDArray[np.int64]) -> Floats:
    """Diameters in pixels, by which the area grows with the number of followers."""
    return _SMALLEST + (_LARGEST - _SMALLEST) * np.sqrt(followers / max(int(followers.max(initial=0)), 1))


def _dots(society: Society, description: Description, *, shown: Ints, places: Floats) -> Iterator[Any]:
    """Dots by attitude or class, each kind for itself, with what is known of each user."""
    classes = class_of(society, description.thresholds)
    followers = classes.ties.followers[shown]
    kinds = np.array(CLASSES)[classes.codes[shown]]
    sides = np.array([society.personas[i].attitude or "unknown" for i in shown.tolist()])
    by_side = bool((sides != "unknown").any())
    told = [
        f"{plain(society.ids[i])}<br>{_words(kind)}, {fans:,} followers<br>attitude: {side}"
        for i, kind, fans, side in zip(shown.tolist(), kinds.tolist(), followers.tolist(), sides.tolist(), strict=True)
    ]
    size = dot_sizes(followers)
    for name, colour in reversed((SIDE_COLOURS if by_side else CLASS_COLOURS).items()):
        members = np.flatnonzero((sides if by_side else kinds) == name)
        if len(members):
            yield plotly().Scatter(
                x=places[members, 0],
                y=places[members, 1],
                mode="markers",
                marker={"color": colour, "size": size[members], "line": {"color": "white", "width": 0.7}},
                hovertext=[told[i] for i in members.tolist()],
                hoverinfo="text",
                name=f"attitude {name}" if by_side else _words(name),
                legend="legend3",
            )


def _words(name: str) -> str:
    return name.replace("_", "-")
