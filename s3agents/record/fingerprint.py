"""Fingerprint: whether two records say the same, whatever the pages of their files, and where they first differ."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from s3agents.record.connection import reading
from s3agents.record.schema import TABLES, Table

__all__ = ["fingerprint", "first_difference"]

_SHOWN_CHARS = 80
_BATCH = 1024
_NEVER = 2**63

Row = tuple[Any, ...]


def fingerprint(path: Path) -> str:
    """SHA-256 over all rows of all tables in the order of their keys (64 hex digits).

    Raises:
        RecordError: if there is no record that can be read.
    """
    digest = hashlib.sha256()
    with reading(path) as db:
        for table in TABLES:
            cursor = _rows(db, table)
            digest.update(ascii((table.name, _columns(cursor))).encode())
            while batch := cursor.fetchmany(_BATCH):
                # The ASCII literal of a row tells types apart and floats to the last bit, in every version of Python.
                digest.update("".join(map(ascii, batch)).encode())
    return digest.hexdigest()


def first_difference(a: Path, b: Path) -> str | None:
    """The earliest tick in which two records differ, as a sentence with table, key and column; ``None`` if they agree.

    Raises:
        RecordError: if one of them cannot be read.
    """
    with reading(a) as one, reading(b) as other:
        found = [difference for table in TABLES if (difference := _differ(one, other, table))]
        return _sentence(min(found, key=lambda d: d.rank), one, other) if found else None


@dataclass(frozen=True, slots=True)
class _Difference:
    """A row that differs, or is missing on one side."""

    table: Table
    columns: tuple[str, ...]
    a: Row | None
    b: Row | None

    @property
    def key(self) -> Row:
        return _key(self.table, self.columns, self.a or self.b or ())

    @property
    def rank(self) -> tuple[int, bool, int]:
        """Earliest tick first; in it a tick that is missing as a whole, then causes before consequences."""
        whole = self.table.name == "ticks" and (self.a is None or self.b is None)
        return (self.key[0] if self.table.by_tick else _NEVER, not whole, TABLES.index(self.table))


def _differ(one: sqlite3.Connection, other: sqlite3.Connection, table: Table) -> _Difference | None:
    left, right = _rows(one, table), _rows(other, table)
    columns = _columns(left)
    for a, b in _pairs(left, right):
        if a == b:
            continue
        if a is None or b is None:
            return _Difference(table, columns, a, b)
        ka, kb = _key(table, columns, a), _key(table, columns, b)
        return _Difference(table, columns, a if ka <= kb else None, b if kb <= ka else None)
    return None


def _pairs(left: sqlite3.Cursor, right: sqlite3.Cursor) -> Iterator[tuple[Row | None, Row | None]]:
    while True:
        a, b = left.fetchone(), right.fetchone()
        if a is None and b is None:
            return
        yield a, b


def _sentence(difference: _Difference, one: sqlite3.Connection, other: sqlite3.Connection) -> str:
    table, columns, a, b = difference.table, difference.columns, difference.a, difference.b
    key = ", ".join(f"{name} {value}" for name, value in zip(table.key, difference.key, strict=True))
    if a is None or b is None:
        return f"{table.name} ({key}): only in the {'second' if a is None else 'first'} record"
    at = next(i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y)
    name, x, y = columns[at], a[at], b[at]
    if name == "text_id":
        name, x, y = "text", _text(one, x), _text(other, y)
    return f"{table.name} ({key}): {name} is {_shown(x)} in the first record and {_shown(y)} in the second"


def _text(db: sqlite3.Connection, key: str) -> str:
    found = db.execute("SELECT text FROM texts WHERE id = ?", (key,)).fetchone()
    return str(found[0]) if found else f"the text {key}"


def _rows(db: sqlite3.Connection, table: Table) -> sqlite3.Cursor:
    # Faults of a tick that was not committed are there for the reader; how many there are is chance.
    committed = "WHERE tick IN (SELECT tick FROM ticks)" if table.name == "faults" else ""
    return db.execute(f"SELECT * FROM {table.name} {committed} ORDER BY {', '.join(table.key)}")  # noqa: S608


def _columns(cursor: sqlite3.Cursor) -> tuple[str, ...]:
    return tuple(column[0] for column in cursor.description)


def _key(table: Table, columns: tuple[str, ...], row: Row) -> Row:
    return tuple(row[columns.index(name)] for name in table.key)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARS else f"{text[: _SHOWN_CHARS - 3]}..."
