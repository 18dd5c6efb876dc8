"""Posts from the rows of tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from s3agents.network.load_report import FileReport
from s3agents.network.raw.base import PostKind, RawPost
from s3agents.network.raw.columns import Columns, Get
from s3agents.network.raw.rows import Row
from s3agents.network.raw.values import KINDS, LOST_DIGITS, id_of, is_absent, kind_of, truth_of, why_no_id

__all__ = ["PostPlan", "Posts", "plan_posts"]

_LONG = 257
"""Characters that are too many for an id."""


@dataclass(frozen=True, slots=True)
class PostPlan:
    """Where the parts of a post stand; ``None`` for a part that the rows do not have.

    Attributes:
        related: whether anything says of what kind the post is, or to which other it belongs.
    """

    id: Get | None
    author: Get | None
    text: Get | None
    original: Get | None
    time: Get | None
    kind: Get | None
    forwarded: Get | None
    forward_of: Get | None
    reply_to: Get | None
    parent: Get | None
    related: bool


def plan_posts(columns: Columns) -> PostPlan:
    """The plan for rows of ``columns``."""
    relations = ("kind", "forwarded", "forward_of", "reply_to", "parent")
    related = any(name in columns for name in relations)
    rest = ("id", "author", "text", "original", "time")
    return PostPlan(related=related, **{name: columns.get(name) for name in (*rest, *relations)})


class Posts:
    """Makes posts of the rows of one file.

    Args:
        report: the account of the file.
        when: a time as seconds since 1970, ``None`` if it is none.
    """

    def __init__(self, report: FileReport, when: Callable[[object], float | None]) -> None:
        self._report = report
        self._when = when

    def read(self, rows: Iterable[tuple[int, Row, PostPlan]]) -> Iterator[RawPost]:
        """The posts of ``rows``; what is none is dropped and accounted for.

        There are millions of them, so that the usual case is spelt out where it would cost a call.
        """
        report, when, make = self._report, self._when, tuple.__new__  # a third of the time of RawPost(...)
        last = None
        for line, row, plan in rows:
            if plan is not last:
                last, get_id, get_author, get_text, get_time = plan, plan.id, plan.author, plan.text, plan.time
                related, original = plan.related, plan.original
            given = get_author(row) if get_author else None
            author = given if type(given) is str and given.isalnum() and len(given) < _LONG else id_of(given)
            if not author:
                why = why_no_id(given)
                report.drop_row(why if why == LOST_DIGITS else "no usable author", line, given)
                continue
            kind, parent = self._relation(row, plan, line) if related else ("post", "")
            text = get_text(row) if get_text else None
            if original and kind == "forward":
                text = _first(original(row), text)
            if type(text) is not str or not text or text.isspace():
                report.drop_row("no text", line, text)
                continue
            given = get_time(row) if get_time else None
            time = None if given is None else when(given)
            if time is None and not is_absent(given):
                report.drop_value("invalid time", line, given)
            given = get_id(row) if get_id else ""
            if type(given) is not str or not given.isalnum() or len(given) >= _LONG:
                given = self._other(given, line, "post")
            yield make(RawPost, (given, author, text, time, kind, parent, line, report))

    def _relation(self, row: Row, plan: PostPlan, line: int) -> tuple[PostKind, str]:
        """What kind of post it is and to which it belongs; if nothing says the kind, the other post does."""
        origin = self._other(plan.forward_of(row), line, "forwarded post") if plan.forward_of else ""
        answered = self._other(plan.reply_to(row), line, "answered post") if plan.reply_to else ""
        parent = self._other(plan.parent(row), line, "parent") if plan.parent else ""
        given = plan.kind(row) if plan.kind else None
        kind = KINDS.get(given) if type(given) is str else None
        if kind is None and given is not None:
            kind = self._stated_kind(given, line)
        if kind is None and plan.forwarded and truth_of(plan.forwarded(row)):
            kind = "forward"
        if kind is None:
            kind = "forward" if origin else "reply" if answered or parent else "post"
        if kind == "post":
            return kind, parent
        return kind, (origin or parent) if kind == "forward" else (answered or parent)

    def _stated_kind(self, given: object, line: int) -> PostKind | None:
        kind = kind_of(given)
        if kind is None and not is_absent(given):
            self._report.drop_value("unknown kind", line, given)
        return kind

    def _other(self, given: object, line: int, what: str) -> str:
        """``given`` as the id of a post."""
        if given is None or given == "":
            return ""
        ident = id_of(given)
        if not ident and not is_absent(given):
            self._report.drop_value(f"id of the {what}: {why_no_id(given)}", line, given)
        return ident


def _first(value: Any, other: Any) -> Any:
    return other if is_absent(value) else value
