"""Rows of a file of observations, CSV or JSON lines, each with its line; a row that cannot be read is an error."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from s3agents.errors import InputError, explain
from s3agents.network.load_report import FileReport, shown
from s3agents.network.read_csv import open_csv
from s3agents.network.read_jsonl import read_jsonl

__all__ = ["Clock", "Row", "RowTable", "read_rows"]

_TIMES = ("minute", "minutes", "t_min", "time", "tick")


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        place: file and line, as messages name it.
        cells: by column.
    """

    place: str
    cells: Mapping[str, Any]

    def text(self, column: str) -> str:
        """The cell as text without blanks around it; empty where there is nothing."""
        value = self.cells.get(column)
        return "" if value is None else str(value).strip()

    def number(self, column: str) -> float | None:
        """The cell as a number, ``None`` where it is blank.

        Raises:
            InputError: if it is something else.
        """
        text = self.text(column)
        if not text:
            return None
        try:
            value = math.nan if isinstance(self.cells[column], bool) else float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise self.wrong(column, "a number", shown(text))
        return value

    def wrong(self, column: str, wanted: str, got: str) -> InputError:
        """The error of a cell."""
        return InputError(explain(f"{self.place}, column {column!r}", wanted=wanted, got=got))


@dataclass(frozen=True, slots=True)
class RowTable:
    """The rows of one file.

    Attributes:
        path: of the file.
        columns: those that any row has.
        rows: in the order of the file.
    """

    path: Path
    columns: frozenset[str]
    rows: Sequence[Row]

    def first_of(self, names: Iterable[str]) -> str | None:
        """The first of ``names`` that is a column."""
        return next((name for name in names if name in self.columns), None)

    def only(self, rows: Iterable[Row]) -> RowTable:
        """The same table with ``rows`` alone."""
        return RowTable(self.path, self.columns, tuple(rows))


@dataclass(frozen=True, slots=True)
class Clock:
    """Which column tells the time, and in what.

    Attributes:
        column: ``minute``, ``t_min``, ``time`` (ISO 8601; UTC unless it says otherwise) or ``tick``.
        tick_minutes: how long a tick is.
    """

    column: str
    tick_minutes: float | None = None

    @classmethod
    def of(cls, table: RowTable, tick_minutes: float | None) -> Clock:
        """The clock of ``table``.

        Raises:
            InputError: if no column tells the time, or the length of a tick is not known.
        """
        column = table.first_of(_TIMES)
        if column is None:
            got = f"columns {', '.join(sorted(table.columns))}"
            raise InputError(explain(str(table.path), wanted=f"a column of times: {', '.join(_TIMES)}", got=got))
        if column == "tick" and tick_minutes is None:
            remedy = "say how long a tick is, such as --truth-tick 15min"
            raise InputError(explain(f"{table.path}, column 'tick'", wanted="minutes", got="ticks", remedy=remedy))
        return cls(column, tick_minutes)

    def minutes(self, rows: Sequence[Row]) -> list[float]:
        """Minutes of each row: since the beginning, for dates since the earliest of ``rows``.

        Raises:
            InputError: if a row has no time.
        """
        if self.column != "time":
            scale = self.tick_minutes if self.column == "tick" else 1.0
            return [self._number(row) * (scale or 1.0) for row in rows]
        seconds = [self._date(row) for row in rows]
        return [(second - min(seconds)) / 60 for second in seconds]

    def _number(self, row: Row) -> float:
        value = row.number(self.column)
        if value is None:
            raise row.wrong(self.column, "a number", "a blank")
        return value

    def _date(self, row: Row) -> float:
        text = row.text(self.column)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            wanted = "a date such as 2015-01-07T11:34:31"
            raise row.wrong(self.column, wanted, shown(text) if text else "a blank") from None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def read_rows(path: Path) -> RowTable:
    """The rows of ``path``: JSON lines where its name says so (``.jsonl``, ``.jsonl.gz``), else CSV.

    Raises:
        InputError: if it cannot be read, has no rows, or one of them is broken.
    """
    report = FileReport(path.name)
    rows = tuple(_json_rows(path, report) if ".jsonl" in path.suffixes else _csv_rows(path, report))
    if report.dropped:
        reason, drops = next(iter(report.rows.items()))
        got = f"{reason}, {drops.examples[0]}"
        raise InputError(explain(str(path), wanted="rows that can be read", got=got, remedy="mend or remove the row"))
    if not rows:
        raise InputError(explain(str(path), wanted="rows of what happened", got="none"))
    return RowTable(path, frozenset(name for row in rows for name in row.cells), rows)


def _json_rows(path: Path, report: FileReport) -> Iterator[Row]:
    for line, cells in read_jsonl(path, report):
        yield Row(f"{path}:{line}", cells)


def _csv_rows(path: Path, report: FileReport) -> Iterator[Row]:
    header, rows = open_csv(path, report)
    for line, values in rows:
        yield Row(f"{path}:{line}", dict(zip(header, values, strict=True)))
