"""Labelled posts over time: emotion, attitude and numbers of posts as curves, from a row a post."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from s3agents.errors import InputError, explain
from s3agents.labels import EMOTIONS, Emotion
from s3agents.network.load_report import shown
from s3agents.network.raw.values import kind_of
from s3agents.observed.curve import Curve, Floats
from s3agents.observed.rows import Clock, Row, RowTable

__all__ = ["curves_of_posts", "is_post_table"]

_EMOTION = "emotion"
_ATTITUDES = ("attitude", "sdqc", "stance")
_USERS = ("user_id", "user", "author")
_POSITIVE = frozenset("positive support supporting favor favour pro yes".split())
_NEGATIVE = frozenset("negative deny denying against con no".split())
_NEITHER = frozenset(
    "query comment underspecified appeal-for-more-information none neutral neither unknown unrelated".split()
)
_WIDTHS = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 10080)
_BINS = 48


@dataclass(frozen=True, slots=True)
class _Labelled:
    """A post with what its row says: ``level`` 0 to 2, ``positive`` 0 or 1, ``None`` where there is no label."""

    minute: float
    level: int | None
    positive: int | None
    user: str
    is_forward: bool


def is_post_table(table: RowTable) -> bool:
    """Whether ``table`` has a column of emotions or of attitudes."""
    return bool(table.columns & {_EMOTION, *_ATTITUDES})


def curves_of_posts(
    table: RowTable, tick_minutes: float | None = None, bin_minutes: float | None = None
) -> dict[str, Curve]:
    """The curves in labelled posts of one case, by name.

    Columns: a time (see :class:`.rows.Clock`); ``emotion`` (calm, moderate, intense); ``attitude`` (or ``sdqc``,
    ``stance``: positive, support, favor, ... against negative, deny, against, ...; labels of neither side and blanks do
    not count); ``user_id``; ``kind``. Emotion, and the share of intense, are those of the posts of a bin, at its
    middle. The share of positive attitudes is, where authors are known, that of the last labelled posts of all who have
    posted so far, as in a run, at the end of a bin; else that of the posts of a bin, at its middle. With a ``kind``,
    posts are counted, and forwards where there are any.

    Args:
        table: one row a post, in any order.
        tick_minutes: how long a tick is, where times are ticks.
        bin_minutes: width of a bin; by default a round width that makes at most 48 of them.

    Raises:
        InputError: for a label or a time that is none; the message names file, line and column.
    """
    if bin_minutes is not None and not (math.isfinite(bin_minutes) and bin_minutes > 0):
        raise InputError(explain("width of a bin", wanted="minutes above 0", got=shown(bin_minutes)))
    posts = _labelled(table, tick_minutes)
    width = bin_minutes or _width(posts[-1].minute - posts[0].minute)
    curves = [*_emotion(posts, width), _attitude(posts, width)]
    if "kind" in table.columns:
        forwards = [post for post in posts if post.is_forward]
        curves.append(_count("posts", [post for post in posts if not post.is_forward], posts[0].minute))
        curves += [_count("forwards", forwards, posts[0].minute)] if forwards else []
    return {curve.name: curve for curve in curves if curve is not None}


def _labelled(table: RowTable, tick_minutes: float | None) -> list[_Labelled]:
    """The posts in the order of time."""
    attitudes, users = table.first_of(_ATTITUDES), table.first_of(_USERS)
    minutes = Clock.of(table, tick_minutes).minutes(table.rows)
    posts = [
        _Labelled(
            minute,
            _level(row),
            None if attitudes is None else _side(row, attitudes),
            "" if users is None else row.text(users),
            kind_of(row.cells.get("kind")) == "forward",
        )
        for row, minute in zip(table.rows, minutes, strict=True)
    ]
    return sorted(posts, key=lambda post: post.minute)


def _level(row: Row) -> int | None:
    text = row.text(_EMOTION).lower()
    if not text:
        return None
    if text not in tuple(EMOTIONS):
        raise row.wrong(_EMOTION, ", ".join(EMOTIONS) + " or a blank", shown(text))
    return EMOTIONS.index(Emotion(text))


def _side(row: Row, column: str) -> int | None:
    text = row.text(column).lower()
    if text in _POSITIVE:
        return 1
    if text in _NEGATIVE:
        return 0
    if text and text not in _NEITHER:
        raise row.wrong(column, "positive, negative, a label of neither (such as comment), or a blank", shown(text))
    return None


def _width(span: float) -> float:
    return next((float(width) for width in _WIDTHS if span <= width * _BINS), max(span / _BINS, _WIDTHS[-1]))


def _bins(posts: Sequence[_Labelled], width: float) -> Mapping[int, list[_Labelled]]:
    found: dict[int, list[_Labelled]] = {}
    for post in posts:
        found.setdefault(int(post.minute // width), []).append(post)
    return found


def _emotion(posts: Sequence[_Labelled], width: float) -> list[Curve | None]:
    felt = [post for post in posts if post.level is not None]
    return [
        _means("emotion_level", felt, width, lambda post: post.level or 0),
        _means("share_intense", felt, width, lambda post: int(post.level == len(EMOTIONS) - 1)),
    ]


def _attitude(posts: Sequence[_Labelled], width: float) -> Curve | None:
    sided = [post for post in posts if post.positive is not None]
    if not all(post.user for post in sided):
        return _means("share_positive", sided, width, lambda p: p.positive or 0)
    last: dict[str, int] = {}
    minutes, shares = [], []
    for number, there in _bins(sided, width).items():
        last |= {post.user: post.positive or 0 for post in there}
        minutes.append((number + 1) * width)
        shares.append(sum(last.values()) / len(last))
    return Curve("share_positive", np.array(minutes), np.array(shares)) if minutes else None


def _means(name: str, posts: Sequence[_Labelled], width: float, value: Callable[[_Labelled], int]) -> Curve | None:
    bins = _bins(posts, width)
    means = np.array([sum(map(value, there)) / len(there) for there in bins.values()])
    return Curve(name, (np.array(list(bins), dtype=np.float64) + 0.5) * width, means) if len(means) else None


def _count(name: str, posts: Sequence[_Labelled], start: float) -> Curve:
    """How many of ``posts`` there are so far, from ``start`` on: at each time when there is a new one."""
    times, counts = np.unique(np.array([start, *(post.minute for post in posts)]), return_counts=True)
    so_far: Floats = np.cumsum(counts).astype(np.float64) - 1
    return Curve(name, times, so_far)
