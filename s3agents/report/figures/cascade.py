"""A cascade as a tree in time: who passed on what from whom, coloured by attitude."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from s3agents.prompts.quoting import tidy
from s3agents.report.figures.clock import Clock
from s3agents.report.figures.exhibit import Exhibit
from s3agents.report.figures.look import new_figure
from s3agents.report.figures.tree import Tree, largest_part
from s3agents.report.palette import FAINT, SIDE_COLOURS, plain
from s3agents.report.plot_file import plotly

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

__all__ = ["cascade_exhibit"]

_DRAWN = 1500
_FEW, _DOT, _SMALL_DOT = 300, 7.0, 4.0
_TEXT, _LINE = 140, 44
_LOWEST, _HIGHEST, _ROW = 240, 760, 13
_POSTS = """
SELECT posts.id, parent, author, tick, kind, coalesce(attitude, 'unknown') AS side, text
FROM posts JOIN texts ON texts.id = text_id WHERE root = ? ORDER BY tick, author, n
"""


class _Post(NamedTuple):
    id: str
    parent: str | None
    author: str
    tick: int
    kind: str
    side: str
    text: str


def cascade_exhibit(db: sqlite3.Connection, root: str | None, *, minutes: float) -> Exhibit:
    """The cascade of the post ``root``; of a very large one, the posts that led to most others.

    Args:
        db: the record.
        root: id of a first post; ``None`` where there is none.
        minutes: in a tick.
    """
    posts = [_Post(*row) for row in db.execute(_POSTS, (root,))]
    if not posts:
        return Exhibit(title="Cascade", told="Nothing to draw: nobody published a post.")
    title = f"Cascade of {tidy(posts[0].author, 40)}"
    if len(posts) == 1:
        return Exhibit(title=title, told="Nothing to draw: no post was forwarded.")
    whole = Tree.of(_parents(posts))
    shown = largest_part(whole, _DRAWN)
    drawn = [posts[i] for i in shown.tolist()]
    tree = Tree.of(_parents(drawn))
    clock = Clock.spanning([(posts[-1].tick - posts[0].tick) * minutes])
    height = int(np.clip(140 + _ROW * tree.leaves, _LOWEST, _HIGHEST))
    figure = new_figure(x=f"time since the first post ({clock.unit})", y="", height=height)
    times = clock.of([(post.tick - posts[0].tick) * minutes for post in drawn])
    figure.add_trace(_lines(tree, times))
    _dots(figure, drawn, tree, times, led_to=whole.sizes[shown] - 1)
    figure.update_yaxes(visible=False, range=[tree.leaves - 0.2, -0.8])
    return Exhibit(title=title, told=_told(posts, whole, len(drawn)), figure=figure)


def _parents(posts: Sequence[_Post]) -> list[int]:
    """Positions of parents; a post whose parent is not among them hangs on the root."""
    at = {post.id: n for n, post in enumerate(posts)}
    return [-1 if n == 0 else at.get(post.parent or "", 0) for n, post in enumerate(posts)]


def _lines(tree: Tree, times: NDArray[np.float64]) -> object:
    """Each child's line: along its parent's time to its row, then along its row to its time."""
    child = np.arange(1, len(times))
    parent = tree.parents[1:]
    gap = np.full(len(child), np.nan)
    x = np.stack([times[parent], times[parent], times[child], gap], axis=1).ravel()
    y = np.stack([tree.rows[parent], tree.rows[child], tree.rows[child], gap], axis=1).ravel()
    line = {"color": FAINT, "width": 0.8}
    return plotly().Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False)


def _dots(
    figure: Figure, posts: Sequence[_Post], tree: Tree, times: NDArray[np.float64], *, led_to: NDArray[np.int64]
) -> None:
    sides = np.array([post.side for post in posts])
    least = _DOT if len(posts) <= _FEW else _SMALL_DOT
    size = least + 9.0 * np.sqrt(led_to / max(int(led_to.max()), 1))
    for side, colour in SIDE_COLOURS.items():
        members = np.flatnonzero(sides == side)
        if len(members):
            dots = plotly().Scatter(
                x=times[members],
                y=tree.rows[members],
                mode="markers",
                marker={"color": colour, "size": size[members], "line": {"color": "white", "width": 0.7}},
                hovertext=[_hover(posts[i], int(led_to[i])) for i in members.tolist()],
                hoverinfo="text",
                name="attitude not known" if side == "unknown" else side,
            )
            figure.add_trace(dots)


def _hover(post: _Post, led_to: int) -> str:
    text = "<br>".join(plain(line) for line in wrap(tidy(post.text, _TEXT), _LINE))
    forwards = f", led to {led_to:,}" if led_to else ""
    return f"<b>{plain(post.author)}</b>, tick {post.tick} ({post.kind}{forwards})<br>{text}"


def _told(posts: Sequence[_Post], tree: Tree, drawn: int) -> str:
    text = tidy(posts[0].text, _TEXT)
    deep = int(tree.depths.max())
    told = f"“{text}” Its {len(posts):,} posts, {deep} step{'' if deep == 1 else 's'} deep, coloured by the attitude "
    told += "of their authors when they wrote; a line leads from a post to each that passed it on."
    if drawn < len(posts):
        told += f" Drawn are the {drawn:,} posts that led to most others; {len(posts) - drawn:,} are left out."
    return told
