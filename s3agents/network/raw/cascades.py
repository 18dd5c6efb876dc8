"""Cascades: how posts spread, with every adoption in time, in the tables of a collection of cascades.

The folder holds ``cases.csv`` (``case_id``, ``t0_utc``), perhaps ``users.*`` and ``follows.*``, and a folder for each
split (``dev``, ``heldout``; either may be missing) with

- ``posts.jsonl``: ``case_id``, ``user_id``, ``t_min`` (minutes since ``t0_utc``), ``text``, and either ``post_id``,
  ``parent_id`` and ``kind`` (``source``, ``reply``), or ``n`` (0 for the source, others for forwards) and ``parent``;
- perhaps ``adoptions.csv``: ``case_id``, ``user_id``, ``t_min`` and ``kind``, which is ``forward``, ``reply``, or
  ``engage`` where forwards and the few replies cannot be told apart: these are read as forwards.

A forward without a text of its own has that of the source. Replies in ``adoptions.csv`` have no text: those that can be
used stand in ``posts.jsonl``, so that they are dropped here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from s3agents.errors import SocietyError, explain
from s3agents.network.load_report import FileReport, LoadReport
from s3agents.network.raw.base import PostKind, RawEdge, RawPost, RawUser
from s3agents.network.raw.dates import moment
from s3agents.network.raw.find_tables import name_tables
from s3agents.network.raw.rows import open_table
from s3agents.network.raw.tables import TablesSource
from s3agents.network.raw.values import id_of, is_absent, kind_of, why_no_id

__all__ = ["CascadesSource", "is_cascades"]

_CASES, _POSTS, _ADOPTIONS = "cases.csv", "posts.jsonl", "adoptions.csv"
_Sources = dict[str, tuple[str, str]]


def is_cascades(folder: Path) -> bool:
    """Whether ``folder`` holds cases and a split with posts."""
    return (folder / _CASES).is_file() and bool(_splits(folder))


class CascadesSource:
    """Raw data in the layout of cascades; memory holds the cases, and the sources of one split.

    Args:
        folder: with ``cases.csv``.

    Raises:
        SocietyError: if it has no cases or no split.
    """

    layout = "cascades"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not is_cascades(folder):
            wanted = f"{_CASES} and a folder such as dev with {_POSTS}"
            raise SocietyError(explain(str(folder), wanted=wanted, got="none"))
        found = name_tables(folder, [entry.name for entry in folder.iterdir() if entry.is_file()])
        self._tables = TablesSource(folder, {part: found.get(part, []) for part in ("users", "follows")})
        self.states_users = self._tables.states_users

    def users(self, report: LoadReport) -> Iterator[RawUser]:
        """The users, in the order of their file."""
        return self._tables.users(report)

    def follows(self, report: LoadReport) -> Iterator[RawEdge]:
        """The follow edges, in the order of their file."""
        return self._tables.follows(report)

    def posts(self, report: LoadReport) -> Iterator[RawPost]:
        """The posts of each split, then its adoptions."""
        starts = _starts(self.folder / _CASES, report.open(_CASES))
        for split in _splits(self.folder):
            sources: _Sources = {}
            file = report.open(f"{split.name}/{_POSTS}")
            yield from _Rows(split / _POSTS, file, starts).posts(sources)
            if (split / _ADOPTIONS).exists():
                file = report.open(f"{split.name}/{_ADOPTIONS}")
                yield from _Rows(split / _ADOPTIONS, file, starts).adoptions(sources)


def _splits(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if (entry / _POSTS).exists())


def _starts(path: Path, report: FileReport) -> dict[str, float]:
    """When each case began, in seconds since 1970."""
    starts: dict[str, float] = {}
    for line, row in _dicts(path, report, "case_id", "t0_utc"):
        report.kept += 1
        start = moment(row["t0_utc"])
        if start is None:
            report.drop_value("invalid t0_utc", line, row["t0_utc"])
        else:
            starts.setdefault(row["case_id"], start)
    return starts


def _dicts(path: Path, report: FileReport, *needed: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The rows of a table by the names of its columns."""
    table = open_table(path, report)
    columns = table.columns
    if columns is None:
        yield from ((line, row) for line, row in table.rows if isinstance(row, dict))
    elif columns:
        if missing := [name for name in needed if name not in columns]:
            raise SocietyError(explain(f"{path}: columns", wanted=" and ".join(missing), got=", ".join(columns)))
        yield from ((line, dict(zip(columns, row, strict=True))) for line, row in table.rows)


class _Rows:
    """The rows of one file of a split."""

    def __init__(self, path: Path, report: FileReport, starts: Mapping[str, float]) -> None:
        self._path = path
        self._report = report
        self._starts = starts

    def posts(self, sources: _Sources) -> Iterator[RawPost]:
        """The posts; those that began a case are added to ``sources``, by case: id and text."""
        for line, row in _dicts(self._path, self._report):
            case, number = str(row.get("case_id")), row.get("n")
            kind: PostKind | None = kind_of(row.get("kind"))
            ident, parent = _text(row.get("post_id")), _text(row.get("parent_id"))
            if "n" in row:
                kind, ident = "post" if number == 0 else "forward", f"{case}/{number}"
                parent = "" if row.get("parent") is None else f"{case}/{row['parent']}"
            if kind is None:
                self._report.drop_row("unknown kind", line, row.get("kind"))
                continue
            text = row.get("text")
            if kind == "forward" and is_absent(text):
                text = sources.get(case, ("", ""))[1]
            post = self._post(row, line, kind=kind, text=text)
            if post is not None:
                if kind == "post":
                    sources.setdefault(case, (ident, post.text))
                yield post._replace(id=ident, parent=parent)

    def adoptions(self, sources: _Sources) -> Iterator[RawPost]:
        """The forwards, each with the text and the id of the source of its case."""
        for line, row in _dicts(self._path, self._report, "case_id", "user_id", "t_min", "kind"):
            kind = "forward" if row["kind"] == "engage" else kind_of(row["kind"])
            source = sources.get(row["case_id"])
            if kind == "reply":
                self._report.drop_row(f"reply without text, see {_POSTS}", line, row["user_id"])
            elif kind != "forward":
                self._report.drop_row("unknown kind", line, row["kind"])
            elif source is None:
                self._report.drop_row("case without a source", line, row["case_id"])
            elif post := self._post(row, line, kind="forward", text=source[1]):
                yield post._replace(parent=source[0])

    def _post(self, row: Mapping[str, Any], line: int, *, kind: PostKind, text: object) -> RawPost | None:
        given = row.get("user_id")
        author = id_of(given)
        if not author:
            self._report.drop_row("no usable author" if is_absent(given) else why_no_id(given), line, given)
        elif not isinstance(text, str) or is_absent(text):
            self._report.drop_row("no text", line, text)
        else:
            return RawPost("", author, text, self._time(row, line), kind, "", line, self._report)
        return None

    def _time(self, row: Mapping[str, Any], line: int) -> float | None:
        start = self._starts.get(str(row.get("case_id")))
        if start is None:
            self._report.drop_value("time in a case without t0_utc", line, row.get("case_id"))
            return None
        try:
            minutes = float(row.get("t_min", ""))
        except (TypeError, ValueError):
            minutes = math.nan
        if math.isfinite(minutes):
            return start + 60 * minutes
        self._report.drop_value("invalid t_min", line, row.get("t_min"))
        return None


def _text(value: object) -> str:
    return "" if is_absent(value) else str(value)
