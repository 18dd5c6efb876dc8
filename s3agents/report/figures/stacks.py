"""Stacked areas over time: which share of a tick's turns was calm, moderate or intense, and who stands where."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from s3agents.labels import ATTITUDES, EMOTIONS
from s3agents.report.figures.clock import Clock
from s3agents.report.figures.exhibit import Exhibit
from s3agents.report.figures.look import new_figure
from s3agents.report.palette import EMOTION_COLOURS, SIDE_COLOURS, see_through
from s3agents.report.plot_file import plotly

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

__all__ = ["attitude_exhibit", "attitudes", "emotion_exhibit", "emotions"]

_FELT = "SELECT tick, emotion, count(*) FROM turns WHERE action IS NOT NULL GROUP BY tick, emotion"
# A turn adds its user to the new side, and takes them from the one that they were on before.
_SIDES = """
SELECT tick, attitude, sum(change) FROM (
    SELECT tick, attitude, 1 AS change FROM turns WHERE action IS NOT NULL
    UNION ALL
    SELECT tick, before, -1 FROM (
        SELECT tick, lag(attitude) OVER (PARTITION BY user ORDER BY tick) AS before FROM turns WHERE action IS NOT NULL)
    WHERE before IS NOT NULL)
GROUP BY tick, attitude
"""
Longs = NDArray[np.int64]


def emotions(db: sqlite3.Connection, ticks: int) -> dict[str, Longs]:
    """Turns of each tick by emotion, each of shape ``(ticks,)``."""
    return _counts(db, _FELT, tuple(emotion.value for emotion in EMOTIONS), ticks)


def attitudes(db: sqlite3.Connection, ticks: int) -> dict[str, Longs]:
    """Users by the attitude of their last turn so far, each of shape ``(ticks,)``."""
    changes = _counts(db, _SIDES, tuple(side.value for side in ATTITUDES), ticks)
    return {side: np.cumsum(change) for side, change in changes.items()}


def emotion_exhibit(db: sqlite3.Connection, *, ticks: int, minutes: float) -> Exhibit:
    """The shares of calm, moderate and intense among the turns of each tick.

    Args:
        db: the record.
        ticks: committed.
        minutes: in a tick.
    """
    title = "Emotion over time"
    counts = emotions(db, ticks)
    turns = np.sum(list(counts.values()), axis=0)
    if not turns.any():
        return Exhibit(title=title, told="Nothing to draw: no turn has succeeded.")
    there = np.flatnonzero(turns)
    shares = {name: count[there] / turns[there] for name, count in counts.items()}
    clock = Clock.spanning([max(ticks - 1, 0) * minutes])
    figure = new_figure(x=clock.title, y="share of turns")
    for name, share in shares.items():
        hover = f"{name}: %{{y:.0%}} (%{{customdata:,}} turns)<extra></extra>"
        shown = {"x": clock.of(there * minutes), "y": share, "customdata": counts[name][there], "hovertemplate": hover}
        figure.add_trace(plotly().Bar(**shown, name=name, width=clock.of(minutes), marker_color=EMOTION_COLOURS[name]))
    figure.update_layout(barmode="stack", hovermode="x unified", legend_traceorder="normal")
    figure.update_xaxes(range=clock.range((ticks - 0.5) * minutes))
    figure.update_yaxes(range=[0, 1], tickformat=".0%")
    told = f"Emotion after each of the {turns.sum():,} turns that succeeded, as shares of the turns of each tick"
    few = f" ({turns[there].min():,} to {turns[there].max():,} a tick)."
    return Exhibit(title=title, told=told + few, figure=figure)


def attitude_exhibit(db: sqlite3.Connection, *, ticks: int, minutes: float, users: int) -> Exhibit:
    """How many users stand on which side, by the last turn of each so far.

    Args:
        db: the record.
        ticks: committed.
        minutes: in a tick.
        users: of the society.
    """
    title = "Attitude over time"
    sides = attitudes(db, ticks)
    total = int(sum(count[-1] for count in sides.values())) if ticks else 0
    if not total:
        return Exhibit(title=title, told="Nothing to draw: no turn has succeeded, so nobody has taken a side.")
    clock = Clock.spanning([max(ticks - 1, 0) * minutes])
    figure = new_figure(x=clock.title, y="users")
    _stack(figure, clock.of(np.arange(ticks) * minutes), sides, SIDE_COLOURS)
    figure.update_yaxes(rangemode="tozero")
    told = f"Users by the attitude of their last turn so far: {total:,} of the {users:,} had one by the end."
    return Exhibit(title=title, told=told, figure=figure)


def _counts(db: sqlite3.Connection, query: str, names: tuple[str, ...], ticks: int) -> dict[str, Longs]:
    counts = {name: np.zeros(ticks, dtype=np.int64) for name in names}
    for tick, name, number in db.execute(query):
        if tick < ticks:
            counts[name][tick] = number
    return counts


def _stack(figure: Figure, x: NDArray[np.float64], layers: Mapping[str, Longs], colours: Mapping[str, str]) -> None:
    """The layers from below; a single moment is a bar, for an area needs two."""
    for name, layer in layers.items():
        shown = {"name": name, "x": x, "y": layer, "hovertemplate": f"{name}: %{{y:,}}<extra></extra>"}
        if len(x) > 1:
            line, fill = {"width": 0.5, "color": colours[name]}, see_through(colours[name], 0.75)
            area = {"mode": "lines", "stackgroup": "one", "line": line, "fillcolor": fill}
            figure.add_trace(plotly().Scatter(**shown, **area))
        else:
            figure.add_trace(plotly().Bar(**shown, marker_color=colours[name]))
    figure.update_layout(barmode="stack", hovermode="x unified", legend_traceorder="normal")
