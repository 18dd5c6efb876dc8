"""Tabular files: writes Parquet, CSV and JSON lines, reads the rows of Parquet; owns which types a table may hold.

A column holds text, whole numbers, decimal numbers or truth values, with gaps; its type follows from its values.
Parquet goes through ``arro3`` (Apache Arrow in 15 MB, where pyarrow takes 130).
"""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Literal

import orjson

from s3agents.errors import InputError, RecordError, explain

__all__ = ["Cell", "TableFormat", "parquet_columns", "read_parquet_rows", "write_table"]

Cell = str | int | float | bool | None
TableFormat = Literal["parquet", "csv", "jsonl"]

_BATCH_ROWS = 16_384
_MAGIC = b"PAR1"
_WHOLE = range(-(2**63), 2**63)
_Table = dict[str, tuple[type, list[Cell]]]
_PLAIN = {str, int, float, bool, type(None)}


def write_table(path: Path | str, columns: Mapping[str, Sequence[Cell]], fmt: TableFormat) -> None:
    """Write ``columns``, all of one length, to ``path``; a file of that name is replaced, at the end and as a whole.

    A gap is a null in Parquet and JSON and an empty cell in CSV. NaN stays NaN in Parquet and is a gap in the others.

    Args:
        path: the file to write.
        columns: name to values, which are ``str``, ``int``, ``float``, ``bool`` or ``None``; numpy arrays will do.
        fmt: ``parquet`` (zstd), ``csv`` (RFC 4180 with a header) or ``jsonl``.

    Raises:
        RecordError: if a column cannot be typed or the file cannot be written.
    """
    target = Path(path)
    write = _WRITERS.get(fmt)
    if write is None:
        raise RecordError(explain(f"{target}: format", wanted=f"one of {', '.join(_WRITERS)}", got=repr(fmt)))
    table = _checked(columns, target)
    part = target.with_name(f"{target.name}.part")
    try:
        write(part, table)
        os.replace(part, target)
    except BaseException as exc:
        part.unlink(missing_ok=True)
        if isinstance(exc, OSError | ValueError | TypeError) or _is_panic(exc):
            raise RecordError(f"{target}: the table cannot be written: {exc}") from exc
        raise


def parquet_columns(path: Path | str) -> list[str]:
    """Names of the columns of a Parquet file.

    Raises:
        InputError: if it cannot be read.
    """
    names: list[str] = _Parquet(Path(path)).names
    return names


def read_parquet_rows(path: Path | str) -> Iterator[list[dict[str, Any]]]:
    """The rows of a Parquet file, in batches, each row as column name to value.

    Points in time become ISO 8601 text, durations seconds, decimals numbers; lists, structures and bytes stay as
    they are.

    Damage deep inside of a file that begins and ends like Parquet can stop the process: where the Parquet library
    panics in a callback, Python gets no error to translate.

    Raises:
        InputError: if the file is not Parquet, is damaged, or has two columns of one name.
    """
    yield from _Parquet(Path(path)).batches()


class _Parquet:
    """An open Parquet file; turns whatever the vendor raises, panics of its Rust code included, into InputError."""

    def __init__(self, path: Path) -> None:
        from arro3.io import read_parquet

        self.path = path
        self._check_magic()
        try:
            self.reader = read_parquet(path, batch_size=_BATCH_ROWS)
            self.names = [str(name) for name in self.reader.schema.names]
        except BaseException as exc:
            raise self._unreadable(exc) from exc
        if len(set(self.names)) != len(self.names):
            raise InputError(explain(str(path), wanted="columns of distinct names", got=", ".join(self.names)))

    def batches(self) -> Iterator[list[dict[str, Any]]]:
        while True:
            try:
                columns = [_plain(column.to_pylist()) for column in self.reader.read_next_batch().columns]
            except StopIteration:
                return
            except BaseException as exc:
                raise self._unreadable(exc) from exc
            yield [dict(zip(self.names, row, strict=True)) for row in zip(*columns, strict=True)]

    def _check_magic(self) -> None:
        try:
            with self.path.open("rb") as file:
                head = file.read(4)
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - 4))
                tail = file.read(4)
        except OSError as exc:
            raise InputError(explain(str(self.path), wanted="a Parquet file", got=exc.strerror or str(exc))) from exc
        if size < 12 or head != _MAGIC or tail != _MAGIC:
            got = f"{size} bytes that do not begin and end with PAR1"
            raise InputError(explain(str(self.path), wanted="a Parquet file", got=got, remedy="write it again"))

    def _unreadable(self, exc: BaseException) -> BaseException:
        """What to raise for ``exc``."""
        if isinstance(exc, Exception) or _is_panic(exc):
            got = f"damaged contents: {exc}"
            return InputError(explain(str(self.path), wanted="a Parquet file", got=got, remedy="write it again"))
        return exc


def _is_panic(exc: BaseException) -> bool:
    """Whether ``exc`` comes from a panic of a Rust library; it is no ``Exception``, and its type cannot be imported."""
    return type(exc).__name__ == "PanicException"


def _plain(values: Any) -> list[Any]:
    if {type(v) for v in values} <= _PLAIN:
        return list(values)
    return [_scalar(v) for v in values]


def _scalar(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _checked(columns: Mapping[str, Sequence[Cell]], path: Path) -> _Table:
    """``columns`` as name to (type, values), after all that can be wrong with them has been looked for."""
    for name in columns:
        if "\0" in name:  # the Parquet library would abort the process
            raise RecordError(explain(f"{path}: name of a column", wanted="text without NUL", got=repr(name)))
    lists: dict[str, list[Cell]] = {name: _values(column) for name, column in columns.items()}
    sizes = {name: len(values) for name, values in lists.items()}
    if len(set(sizes.values())) != 1:
        got = ", ".join(f"{name} of {size}" for name, size in sizes.items()) or "none"
        raise RecordError(explain(f"{path}: columns", wanted="one or more, of one length", got=got))
    return {name: _typed(f"{path}: column {name!r}", values) for name, values in lists.items()}


def _values(column: Any) -> list[Cell]:
    values: list[Cell] = column.tolist() if hasattr(column, "tolist") else list(column)
    return values


def _typed(thing: str, values: list[Cell]) -> tuple[type, list[Cell]]:
    found = {type(v) for v in values} - {type(None)}
    if any(type(v) is int and v not in _WHOLE for v in values):
        raise RecordError(explain(thing, wanted="whole numbers of 64 bits", got="a longer one", remedy="make it text"))
    if not found or all(issubclass(t, str) for t in found):
        return str, [None if v is None else str.__str__(v) for v in values]
    if found <= {bool} or found <= {int}:
        return found.pop(), values
    if found <= {int, float}:
        return float, [None if v is None else float(v) for v in values]
    got = ", ".join(sorted(t.__name__ for t in found))
    raise RecordError(explain(thing, wanted="one of str, int, float and bool", got=got, remedy="convert it before"))


def _write_parquet(path: Path, table: _Table) -> None:
    from arro3.core import Array, DataType, Table
    from arro3.io import write_parquet

    types = {str: DataType.utf8(), int: DataType.int64(), float: DataType.float64(), bool: DataType.bool()}
    arrays: dict[str, Any] = {name: Array(values, type=types[kind]) for name, (kind, values) in table.items()}
    write_parquet(Table.from_pydict(arrays), path, compression="zstd(3)")


def _write_csv(path: Path, table: _Table) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)  # its CRLF is what RFC 4180 wants, and makes it quote a CR inside of a field
        rows.writerow(table)
        rows.writerows(zip(*(_csv_cells(kind, values) for kind, values in table.values()), strict=True))


def _csv_cells(kind: type, values: list[Cell]) -> list[Cell]:
    if kind is bool:
        return [None if v is None else str(v).lower() for v in values]
    if kind is float:
        return [None if v is None or math.isnan(v) else v for v in values]  # type: ignore[arg-type]  # a number
    return values


def _write_jsonl(path: Path, table: _Table) -> None:
    for name, (kind, values) in table.items():
        if kind is float and any(isinstance(v, float) and math.isinf(v) for v in values):
            raise ValueError(f"column {name!r} holds an infinite number, which JSON does not have")
    with path.open("wb") as file:
        _dump_rows(file, list(table), zip(*(values for _, values in table.values()), strict=True))


def _dump_rows(file: IO[bytes], names: list[str], rows: Iterator[tuple[Cell, ...]]) -> None:
    for row in rows:
        file.write(orjson.dumps(dict(zip(names, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE))


_WRITERS: Mapping[str, Callable[[Path, _Table], None]] = {
    "csv": _write_csv,
    "jsonl": _write_jsonl,
    "parquet": _write_parquet,
}
