"""Filling columns of CSV: cells are written anew or added at the end of their rows; all others stay as written."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from s3agents.network.load_report import FileReport
from s3agents.network.read_csv import open_csv
from s3agents.persona import Scalar

__all__ = ["filled_csv"]

_CELL = re.compile(r'("(?:[^"]|"")*"|[^,]*)(?:,|\Z)')
_QUOTED = frozenset(',"\r\n')
_ENDS = "\r\n"

_Values = Mapping[str, Scalar | None]


def filled_csv(path: Path, text: str, edits: Mapping[int, _Values]) -> str:
    """``text`` with new values in some rows, and in all rows the columns that these need.

    Args:
        path: the file, without broken rows.
        text: what it holds.
        edits: by number of a row's first line, from 1: column to value, ``None`` for an empty cell.
    """
    header, rows = open_csv(path, FileReport(path.name))
    filled = (name for values in edits.values() for name, value in values.items() if value is not None)
    added = [name for name in dict.fromkeys(filled) if name not in header]
    lines = list(io.StringIO(text, newline="\n"))
    records = list(rows)
    bounds = [line - 1 for line, _ in records] + [len(lines)]
    head = "".join(lines[: bounds[0]])
    names = head.strip(_ENDS)
    parts = [head.replace(names, _extended(names, added), 1)]
    for n, (line, _) in enumerate(records):
        raw = "".join(lines[bounds[n] : bounds[n + 1]])
        parts.append(_filled(raw, header, edits.get(line, {}), added))
    return "".join(parts)


def _filled(raw: str, header: Sequence[str], values: _Values, added: Sequence[str]) -> str:
    """The row ``raw``, perhaps with blank lines after it, with ``values`` in their columns."""
    row = raw.rstrip(_ENDS)
    after = raw[len(row) :]
    changed = {header.index(name): _text(value) for name, value in values.items() if name in header}
    if changed:
        row = ",".join(_cell(changed[i]) if i in changed else cell for i, cell in enumerate(_cells(row)))
    return _extended(row, [_text(values.get(name)) for name in added]) + after


def _extended(row: str, cells: Sequence[str]) -> str:
    return "".join([row, *(f",{_cell(cell)}" for cell in cells)])


def _cells(row: str) -> list[str]:
    """The cells of ``row`` as they are written; the reader has seen to it that its quotes are in order."""
    written, at = [], 0
    while at <= len(row) and (found := _CELL.match(row, at)):
        written.append(found[1])
        at = found.end() + (found.end() == len(row) and not found[0].endswith(","))
    return written


def _text(value: Scalar | None) -> str:
    return "" if value is None else str(value)


def _cell(value: str) -> str:
    return value if _QUOTED.isdisjoint(value) and value == value.strip() else '"' + value.replace('"', '""') + '"'
