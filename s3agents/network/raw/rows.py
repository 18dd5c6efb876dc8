"""Rows of a table of raw data, whatever its format: CSV, TSV, JSON lines or Parquet, one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from s3agents.errors import InputError, SocietyError, explain
from s3agents.network.load_report import FileReport
from s3agents.network.raw.lines import raw_lines
from s3agents.network.read_csv import CsvText, open_csv
from s3agents.network.read_lines import Fault, check_regular
from s3agents.tables import parquet_columns, read_parquet_rows

__all__ = ["Row", "Table", "is_table", "open_table"]

Row = list[str] | dict[str, Any]

_DELIMITERS: Mapping[str, str] = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
_JSON = frozenset({".jsonl", ".ndjson", ".json"})
_PARQUET = ".parquet"


@dataclass(frozen=True, slots=True)
class Table:
    """An open table.

    Attributes:
        columns: names of the columns, ``None`` where each row has its own.
        rows: number of the first line, and the row.
        by_place: whether rows are lists of values, as in CSV, and no dicts.
    """

    columns: tuple[str, ...] | None
    rows: Iterator[tuple[int, Row]]
    by_place: bool = False


def is_table(path: Path) -> bool:
    """Whether the name of ``path`` is that of a table."""
    suffix = _suffix(path)
    return suffix in _DELIMITERS or suffix in _JSON or path.suffix == _PARQUET


def open_table(
    path: Path, report: FileReport, *, encoding: str = "utf-8", delimiter: str | None = None, header: bool = True
) -> Table:
    """The columns and rows of ``path``; broken rows are dropped and accounted for in ``report``.

    Args:
        path: its suffix (``.csv``, ``.tsv``, ``.jsonl``, ``.ndjson``, all also with ``.gz``, or ``.parquet``) tells the
            format; with a ``delimiter``, any other suffix is CSV.
        report: the account of the file.
        encoding: of text.
        delimiter: between the columns of CSV; by default that of the suffix.
        header: whether the first row of CSV names the columns; if not, they are named by their number, from 1.

    Raises:
        SocietyError: if the file cannot be read as what it is.
    """
    suffix = _suffix(path)
    if path.suffix == _PARQUET:
        return _parquet(path, report)
    if suffix in _JSON:
        return Table(None, _json_rows(path, report, encoding))
    separator = delimiter or _DELIMITERS.get(suffix)
    if separator is None:
        wanted, remedy = "a name that ends in .csv, .tsv, .jsonl or .parquet", "rename it, or give a delimiter"
        raise SocietyError(explain(str(path), wanted=wanted, got=suffix or "none of them", remedy=remedy))
    fault = Fault()
    lines = raw_lines(path, fault, encoding=encoding)
    names, rows = open_csv(path, report, CsvText(lines, fault, delimiter=separator, header=header))
    return Table(tuple(names), rows, by_place=True) if header else _numbered(rows)


def _suffix(path: Path) -> str:
    return (path.with_suffix("") if path.suffix == ".gz" else path).suffix.lower()


def _numbered(rows: Iterator[tuple[int, Row]]) -> Table:
    first = next(rows, None)
    if first is None:
        return Table((), rows, by_place=True)
    names = tuple(str(number) for number in range(1, len(first[1]) + 1))
    return Table(names, _chain(first, rows), by_place=True)


def _chain(first: tuple[int, Row], rows: Iterator[tuple[int, Row]]) -> Iterator[tuple[int, Row]]:
    yield first
    yield from rows


def _json_rows(path: Path, report: FileReport, encoding: str) -> Iterator[tuple[int, Row]]:
    fault = Fault()
    for number, line in enumerate(raw_lines(path, fault, encoding=encoding), start=1):
        if fault.line == number:
            report.read += 1
            report.drop_row(fault.why, number, line.strip())
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError:
            if line.isspace():
                continue
            _check_lines(path, line.strip(), None, first=not report.read)
            report.read += 1
            report.drop_row("broken line: no JSON", number, line.strip())
            continue
        if type(row) is dict:
            report.read += 1
            yield number, row
        else:
            _check_lines(path, line.strip(), row, first=not report.read)
            report.read += 1
            report.drop_row("broken line: no JSON object", number, line.strip())


def _check_lines(path: Path, line: str, value: object, *, first: bool) -> None:
    """Raise if the first line shows that the file is one value over many lines, or an array of all rows."""
    array = isinstance(value, list) and bool(value) and isinstance(value[0], dict)
    if first and (array or line in {"[", "{", "[{"} or (value is None and line.startswith("[{"))):
        got = "one object over several lines" if line == "{" else "one array"
        remedy = "write each object in a line of its own, for instance with jq -c '.[]'"
        raise SocietyError(explain(str(path), wanted="JSON lines", got=got, remedy=remedy))


def _parquet(path: Path, report: FileReport) -> Table:
    check_regular(path)
    try:
        return Table(tuple(parquet_columns(path)), _parquet_rows(path, report))
    except InputError as exc:
        raise SocietyError(str(exc)) from exc


def _parquet_rows(path: Path, report: FileReport) -> Iterator[tuple[int, Row]]:
    try:
        for batch in read_parquet_rows(path):
            for row in batch:
                report.read += 1
                yield report.read, row
    except InputError as exc:
        raise SocietyError(str(exc)) from exc
