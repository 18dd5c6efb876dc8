"""What agents remember: pools at the end, and what came and went."""

from __future__ import annotations

import sqlite3

import numpy as np

from s3agents.report.figures.clock import Clock
from s3agents.report.figures.exhibit import Exhibit
from s3agents.report.figures.look import new_figure
from s3agents.report.palette import ONE, OTHER
from s3agents.report.plot_file import plotly

__all__ = ["flow_exhibit", "pools_exhibit"]

_POOLS = """
SELECT size, count(*) FROM (
    SELECT count(*) AS size FROM memories WHERE tick_forgotten IS NULL GROUP BY user)
GROUP BY size ORDER BY size
"""
_CAME = "SELECT tick, count(*) FROM remembered GROUP BY tick"
_WENT = "SELECT tick, count(*) FROM forgotten GROUP BY tick"
_NOTHING = "Nothing to draw: no agent remembered anything."


def pools_exhibit(db: sqlite3.Connection) -> Exhibit:
    """How many users ended with how many memories."""
    title = "Memory pools at the end"
    pools = db.execute(_POOLS).fetchall()
    if not pools:
        return Exhibit(title=title, told=_NOTHING)
    sizes, users = (np.array(column) for column in zip(*pools, strict=True))
    figure = new_figure(x="memories in the pool", y="users", height=280)
    hover = "%{x} memories: %{y:,} users<extra></extra>"
    figure.add_trace(plotly().Bar(x=sizes, y=users, marker_color=ONE, hovertemplate=hover))
    figure.update_xaxes(rangemode="tozero", tickformat="d", dtick=1 if sizes.max() <= 12 else None)
    mean = float((sizes * users).sum() / users.sum())
    told = f"Users by the number of posts that they remember after the last tick: {int(users.sum()):,} users with at "
    told += f"least one, {mean:.1f} memories each on average. Memories from before the run are counted in."
    return Exhibit(title=title, told=told, figure=figure)


def flow_exhibit(db: sqlite3.Connection, *, ticks: int, minutes: float) -> Exhibit:
    """Memories added and forgotten in each tick.

    Args:
        db: the record.
        ticks: committed.
        minutes: in a tick.
    """
    title = "Remembered and forgotten"
    came, went = (_by_tick(db, query, ticks) for query in (_CAME, _WENT))
    if not came.any():
        return Exhibit(title=title, told=_NOTHING)
    clock = Clock.spanning([max(ticks - 1, 0) * minutes])
    figure = new_figure(x=clock.title, y="memories a tick", height=280, hovermode="x unified")
    x = clock.of(np.arange(ticks) * minutes)
    for name, counts, colour in (("remembered", came, ONE), ("forgotten", went, OTHER)):
        shown = {"mode": "lines+markers", "marker_size": 4, "line": {"color": colour, "width": 2}}
        figure.add_trace(plotly().Scatter(x=x, y=counts, name=name, **shown))
    figure.update_yaxes(rangemode="tozero")
    told = f"Posts that entered memory pools ({came.sum():,}) and that were forgotten ({went.sum():,}), by tick."
    return Exhibit(title=title, told=told, figure=figure)


def _by_tick(db: sqlite3.Connection, query: str, ticks: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    counts = np.zeros(ticks, dtype=np.int64)
    for tick, number in db.execute(query):
        if tick < ticks:
            counts[tick] = number
    return counts
