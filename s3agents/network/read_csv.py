"""CSV files (RFC 4180) of any size: header, rows with their line numbers, and an account of the broken rows."""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from inspect import GEN_CLOSED, getgeneratorstate
from pathlib import Path
from typing import cast

from s3agents.errors import SocietyError, explain
from s3agents.network.load_report import FileReport
from s3agents.network.read_lines import LINE_BYTES, Fault, read_lines

__all__ = ["CsvRow", "CsvText", "open_csv"]

CsvRow = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class CsvText:
    """Where the lines of a CSV file come from, and how they are to be read.

    Attributes:
        lines: of the file.
        fault: the last of them that is no text; rows that hold such a line are dropped.
        delimiter: between two columns.
        header: whether the first row names the columns.
    """

    lines: Generator[str]
    fault: Fault = field(default_factory=Fault)
    delimiter: str = ","
    header: bool = True


def open_csv(path: Path, report: FileReport, text: CsvText | None = None) -> tuple[list[str], Iterator[CsvRow]]:
    """The header of ``path``, and its rows as (number of the first line, values), as many values as columns.

    Rows with broken quoting or another number of columns are dropped and accounted for in ``report``; blank lines are
    skipped. A file of no lines has an empty header, as has one without a header.

    Args:
        path: the file.
        report: its account.
        text: the contents, if they are not to be read from ``path`` as UTF-8 with commas and a header.

    Raises:
        SocietyError: if it is not readable as text, the header is broken or has a name twice, or a quote never closes.
    """
    text = text or CsvText(cast(Generator[str], read_lines(path)))
    rows = _rows(path, report, text)
    header = next(rows, (1, []))[1] if text.header else []
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise SocietyError(explain(f"{path}: header", wanted="distinct columns", got=f"{', '.join(twice)} twice"))
    return header, rows


def _rows(path: Path, report: FileReport, text: CsvText) -> Iterator[CsvRow]:
    lines, fault = text.lines, text.fault
    reader = csv.reader(lines, strict=True, delimiter=text.delimiter)
    width, first = -1, 0
    with _long_fields():
        while first <= reader.line_num:
            first = reader.line_num + 1
            try:
                for values in reader:
                    if fault.line >= first:
                        report.read += 1
                        _drop_faulty(path, values, report, fault, header=text.header and width < 0)
                    elif len(values) == width:
                        report.read += 1
                        yield first, values
                    elif values and width < 0:
                        width = len(values)
                        report.read += not text.header
                        yield first, values
                    elif values:
                        report.read += 1
                        report.drop_row(f"broken line: not {width} columns", first, text.delimiter.join(values))
                    first = reader.line_num + 1
            except csv.Error as exc:
                _check_ended(f"{path}: line {first}", exc, ended=getgeneratorstate(lines) == GEN_CLOSED)
                if width < 0 and text.header:
                    wanted = "CSV with lines that end in LF or CRLF"
                    raise SocietyError(explain(f"{path}: header", wanted=wanted, got=str(exc))) from exc
                count = reader.line_num + 1 - first
                report.read += count
                report.drop_row("broken line: quoting", first, str(exc), count=count)


def _drop_faulty(path: Path, values: list[str], report: FileReport, fault: Fault, *, header: bool) -> None:
    if header:
        raise SocietyError(explain(f"{path}: header", wanted="names of columns", got=fault.why))
    report.drop_row(fault.why, fault.line, ",".join(values))


def _check_ended(thing: str, exc: csv.Error, *, ended: bool) -> None:
    """Raise if ``exc`` is about a quote that never closes: nobody can tell how many rows it has swallowed."""
    if ended or "field limit" in str(exc):
        wanted = 'closing quotes (a quote inside of quotes is written "")'
        raise SocietyError(explain(thing, wanted=wanted, got="a quoted field that does not end")) from exc


@contextmanager
def _long_fields() -> Iterator[None]:
    """Fields of up to 10 MB, where the csv module's own limit, which is global, is 128 KB."""
    before = csv.field_size_limit(LINE_BYTES)
    try:
        yield
    finally:
        csv.field_size_limit(before)
