"""Filling columns of Parquet: new columns are added, filled ones keep their type where it takes the values."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from s3agents.errors import SocietyError, explain
from s3agents.persona import Scalar

__all__ = ["filled_parquet"]


def filled_parquet(path: Path, edits: Mapping[int, Mapping[str, Scalar | None]]) -> bytes:
    """The bytes of the file ``path`` with new values in some rows.

    Args:
        path: the file.
        edits: by number of the row, from 0: column to value, ``None`` for a null.

    Raises:
        SocietyError: if a column cannot hold a value.
    """
    from arro3.core import Field
    from arro3.io import read_parquet, write_parquet

    table = read_parquet(path).read_all()
    there = set(table.column_names)
    named = ((name, value) for values in edits.values() for name, value in values.items())
    for name in dict.fromkeys(name for name, value in named if value is not None or name in there):
        new = {row: values[name] for row, values in edits.items() if name in values}
        old = list(table.column(name).to_pylist()) if name in there else [None] * table.num_rows
        kind = table.schema.field(name).type if name in there else None
        array = _array(f"{path}: column {name!r}", old, new, kind=kind)
        field = Field(name, array.type, nullable=True)
        if name in there:
            table = table.set_column(list(table.column_names).index(name), field, array)
        else:
            table = table.append_column(field, array)
    out = io.BytesIO()
    write_parquet(table, out, compression="zstd(3)")
    return out.getvalue()


def _array(thing: str, old: Sequence[Any], new: Mapping[int, Scalar | None], *, kind: Any) -> Any:
    """A column of ``old`` values with the ``new`` ones in their rows, of type ``kind`` if that can hold them."""
    texts = {row: None if value is None else str(value) for row, value in new.items()}
    for tried, values in ((kind, new), (kind, texts), (_kind_of(new), new)):
        filled = [values.get(row, value) for row, value in enumerate(old)]
        if tried is not None and (array := _made(filled, tried)) is not None:
            return array
    raise SocietyError(explain(thing, wanted="a column that can be filled", got=str(kind), remedy="write it as text"))


def _made(values: Sequence[Any], kind: Any) -> Any:
    """``values`` as an array of type ``kind``; ``None`` if that does not hold them as they are."""
    from arro3.core import Array

    try:
        array = Array(values, type=kind)
    except Exception:  # whatever the library raises for values that a type does not take
        return None
    return array if _same(list(array.to_pylist()), values) else None


def _kind_of(new: Mapping[int, Scalar | None]) -> Any:
    from arro3.core import DataType

    values = [value for value in new.values() if value is not None]
    if all(isinstance(value, str) for value in values):
        return DataType.utf8()
    return DataType.int64() if all(isinstance(value, int) for value in values) else DataType.float64()


def _same(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether the values are equal; a truth value is none with a number, and NaN is with NaN."""
    pairs = zip(one, other, strict=True)
    return all((a == b and isinstance(a, bool) == isinstance(b, bool)) or (a != a and b != b) for a, b in pairs)  # noqa: PLR0124
