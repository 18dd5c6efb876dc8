"""Tables of curves: a row a point in time, of one or of many cascades or events, as columns of counts and shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from s3agents.network.load_report import shown
from s3agents.observed.curve import LEVELS, Curve
from s3agents.observed.rows import Clock, Row, RowTable

__all__ = ["curves_of_table", "is_curve_table"]

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "aware": ("aware", "n_aware"),
    "forwards": ("forwards_total", "forwards", "n_forward", "n_repost"),
    "posts": ("posts_total", "posts"),
    **{name: (name,) for name in LEVELS},
}
_SUPPORT, _DENY, _SEEDS = "replies_support", "replies_deny", "n_seeds"
_REPLIES = (_SUPPORT, _DENY, "replies_query", "replies_comment")

_Value = Callable[[Row], float | None]


def is_curve_table(table: RowTable) -> bool:
    """Whether ``table`` has a column of a curve, under any of the names that such columns go by."""
    return bool(_readers(table))


def curves_of_table(table: RowTable, tick_minutes: float | None = None) -> dict[str, Curve]:
    """The curves in the rows of one case, by name.

    Columns: a time (see :class:`.rows.Clock`); ``n_aware``, ``n_forward`` (or ``n_repost``) and ``n_reply`` of a
    cascade; ``n_seeds`` and ``replies_support``, ``_deny``, ``_query``, ``_comment`` of an event, of which the share
    of positive attitudes is ``support / (support + deny)`` so far; and every curve under its own name, counts from
    the beginning on, where ``forwards_total`` goes before ``forwards``. A blank is no point.

    Args:
        table: rows in the order of time.
        tick_minutes: how long a tick is, where times are ticks.

    Raises:
        InputError: for a cell that is no number, times that do not ascend, a count that falls, or a share outside of
            its range; the message names file, line and column.
    """
    minutes = Clock.of(table, tick_minutes).minutes(table.rows)
    found = {}
    for name, reader in _readers(table).items():
        points = [_Point(row, minute, reader.value(row)) for row, minute in zip(table.rows, minutes, strict=True)]
        known = [point for point in points if point.value is not None]
        if known:
            _check(name, reader.column, known)
            found[name] = Curve(name, np.array([p.minute for p in known]), np.array([p.value for p in known]))
    return found


@dataclass(frozen=True, slots=True)
class _Point:
    row: Row
    minute: float
    value: float | None


@dataclass(frozen=True, slots=True)
class _Reader:
    """How to read a curve: the column that messages name, and the value of a row."""

    column: str
    value: _Value


def _readers(table: RowTable) -> dict[str, _Reader]:
    """For each curve that ``table`` can tell, how."""
    found: dict[str, _Reader] = {}
    for name, columns in _COLUMNS.items():
        if column := table.first_of(columns):
            found[name] = _Reader(column, _cell(column))
    if "posts" not in found and "n_reply" in table.columns:
        found["posts"] = _Reader("n_reply", _first_and_replies)
    if "posts" not in found and {_SEEDS, *_REPLIES} <= table.columns:
        found["posts"] = _Reader(_SEEDS, _seeds_and_replies)
    if "share_positive" not in found and {_SUPPORT, _DENY} <= table.columns:
        found["share_positive"] = _Reader(_SUPPORT, _share_of_support)
    return found


def _cell(column: str) -> _Value:
    return lambda row: row.number(column)


def _first_and_replies(row: Row) -> float | None:
    replies = row.number("n_reply")
    return None if replies is None else 1 + replies


def _seeds_and_replies(row: Row) -> float | None:
    counts = [row.number(column) for column in (_SEEDS, *_REPLIES)]
    return None if None in counts else sum(count or 0 for count in counts)


def _share_of_support(row: Row) -> float | None:
    support, deny = row.number(_SUPPORT), row.number(_DENY)
    return support / (support + deny) if support is not None and deny is not None and support + deny > 0 else None


def _check(name: str, column: str, points: Sequence[_Point]) -> None:
    """Raise for the first point that no curve may have, in words of the file."""
    before: _Point | None = None
    for point in points:
        if problem := _problem(name, before, point):
            raise point.row.wrong(column, *problem)
        before = point


def _problem(name: str, before: _Point | None, point: _Point) -> tuple[str, str] | None:
    """What is wrong with ``point``: what was wanted and what came."""
    value = point.value if point.value is not None else 0.0
    if before is not None and point.minute <= before.minute:
        return "times that ascend", f"minute {point.minute:g} after minute {before.minute:g}"
    if name in LEVELS:
        return None if 0 <= value <= LEVELS[name] else (f"a value from 0 to {LEVELS[name]:g}", shown(value))
    if value < 0:
        return "a count from 0 on", shown(value)
    if before is not None and before.value is not None and value < before.value:
        return "a count from the beginning on, which never falls", f"{value:g} after {before.value:g}"
    return None
