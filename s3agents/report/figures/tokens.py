"""What a run asked of its model, over time."""

from __future__ import annotations

import sqlite3

import numpy as np

from s3agents.report.figures.clock import Clock
from s3agents.report.figures.exhibit import Exhibit
from s3agents.report.figures.look import new_figure
from s3agents.report.palette import SERIES_COLOURS
from s3agents.report.plot_file import plotly

__all__ = ["tokens_exhibit"]

_SPENT = "SELECT tick, prompt_tokens, reply_tokens FROM ticks ORDER BY tick"


def tokens_exhibit(db: sqlite3.Connection, *, minutes: float) -> Exhibit:
    """Prompt and reply tokens of each tick.

    Args:
        db: the record.
        minutes: in a tick.
    """
    title = "Tokens over time"
    rows = np.array(db.execute(_SPENT).fetchall(), dtype=np.int64).reshape(-1, 3)
    if not rows[:, 1:].any():
        return Exhibit(title=title, told="Nothing to draw: no agent asked a model, so the run took no tokens.")
    clock = Clock.spanning([int(rows[-1, 0]) * minutes])
    figure = new_figure(x=clock.title, y="tokens a tick", height=280, barmode="stack", hovermode="x unified")
    x = clock.of(rows[:, 0] * minutes)
    for name, column, colour in (("prompt", 1, SERIES_COLOURS[5]), ("reply", 2, SERIES_COLOURS[0])):
        figure.add_trace(plotly().Bar(x=x, y=rows[:, column], name=name, marker_color=colour))
    prompt, reply = rows[:, 1].sum(), rows[:, 2].sum()
    told = (
        f"Tokens as the endpoint counted them: {prompt:,} of prompts and {reply:,} of replies in {len(rows):,} ticks."
    )
    return Exhibit(title=title, told=told, figure=figure)
