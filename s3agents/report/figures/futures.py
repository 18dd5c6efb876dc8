"""Two futures of one past: each curve of both, and their difference beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from s3agents.report.figures.clock import Clock
from s3agents.report.figures.exhibit import Exhibit
from s3agents.report.figures.look import FONT, legend_above
from s3agents.report.futures import QUANTITIES, Futures
from s3agents.report.palette import SERIES_COLOURS, plain
from s3agents.report.plot_file import plotly

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

__all__ = ["futures_exhibit"]

_NAME, _ROW = 40, 190
_GREY = "#777777"


def futures_exhibit(futures: Futures) -> Exhibit:
    """Small multiples: a row for each curve, with both runs on the left and the second less the first on the right."""
    title = "Two futures and their difference"
    if not futures.ticks:
        return Exhibit(title=title, told="Nothing to draw: the runs have no tick in common.")
    titles = [text for told in QUANTITIES.values() for text in (told, "difference")]
    figure = plotly("plotly.subplots").make_subplots(
        rows=len(QUANTITIES), cols=2, vertical_spacing=0.06, horizontal_spacing=0.1, subplot_titles=titles
    )
    clock = Clock.spanning([(futures.ticks - 1) * futures.minutes])
    x = clock.of(np.arange(futures.ticks) * futures.minutes)
    for row, name in enumerate(QUANTITIES, start=1):
        _draw(figure, futures, name, x, row=row)
    if futures.shared is not None:
        at = float(clock.of(np.array([futures.shared * futures.minutes]))[0])
        figure.add_vline(x=at, line={"color": _GREY, "width": 1, "dash": "dot"})
    for column in (1, 2):
        figure.update_xaxes(title=clock.title, row=len(QUANTITIES), col=column)
    legend = {**legend_above(), "y": 1.03}
    height = _ROW * len(QUANTITIES) + 80
    figure.update_layout(template="plotly_white", font={"family": FONT, "size": 12}, height=height, legend=legend)
    return Exhibit(title=title, told=_told(futures), figure=figure)


def _draw(figure: Figure, futures: Futures, name: str, x: Any, *, row: int) -> None:
    values = futures.curves[name]
    mode = "lines" if len(x) > 1 else "markers"
    for n, run in enumerate(futures.names):
        line = {"color": SERIES_COLOURS[n], "width": 2, "dash": ("solid", "dot")[n]}
        shown = {"name": plain(run[-_NAME:], _NAME), "legendgroup": str(n), "showlegend": row == 1}
        figure.add_trace(plotly().Scatter(x=x, y=values[:, n], mode=mode, line=line, **shown), row=row, col=1)
    apart = {"y": values[:, 1] - values[:, 0], "line": {"color": _GREY, "width": 2}, "showlegend": False}
    figure.add_trace(plotly().Scatter(x=x, mode=mode, fill="tozeroy", name="difference", **apart), row=row, col=2)
    figure.update_yaxes(zeroline=True, zerolinecolor=_GREY, row=row, col=2)
    if name == "share_positive":
        figure.update_yaxes(tickformat=".0%", row=row)


def _told(futures: Futures) -> str:
    told = f"{futures.ticks:,} ticks that both runs have; the difference is the second less the first."
    if futures.shared is not None:
        told += f" The dotted line is tick {futures.shared}, the last that they share."
    return told
