"""Users of a society from ``users.jsonl``, ``users.csv`` (both also packed) or ``users.parquet``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from s3agents.errors import InputError, SocietyError, explain
from s3agents.ids import UserId
from s3agents.network.csv_types import column_types
from s3agents.network.load_report import FileReport
from s3agents.network.persona_fields import ID_COLUMNS, TEXT_COLUMNS, make_persona
from s3agents.network.read_csv import open_csv
from s3agents.network.read_jsonl import read_jsonl
from s3agents.network.read_lines import check_regular
from s3agents.persona import Persona
from s3agents.tables import parquet_columns, read_parquet_rows

__all__ = ["read_users"]

_Rows = Iterator[tuple[int, Mapping[str, Any]]]


def read_users(path: Path, report: FileReport) -> dict[UserId, Persona]:
    """The users of ``path`` by id, in the order of the file; of two with one id the first counts.

    Raises:
        SocietyError: if the file cannot be read, has no column for ids, or has rows and not one usable among them.
    """
    users: dict[UserId, Persona] = {}
    columns: tuple[str, ...] = ()
    for where, row in _rows(path, report):
        columns = columns or tuple(row)
        persona = make_persona(row, where, report)
        if persona is None:
            continue
        if persona.id in users:
            report.drop_row("duplicate id", where, persona.id)
        else:
            users[persona.id] = persona
    report.kept = len(users)
    if report.read and not users:
        raise _unusable(path, report, columns)
    return users


def _unusable(path: Path, report: FileReport, columns: tuple[str, ...]) -> SocietyError:
    if columns and not set(ID_COLUMNS) & set(columns):
        return _no_ids(path, columns)
    why = "; ".join(f"{reason}: {drops.examples[0]}" for reason, drops in report.rows.items())
    return SocietyError(explain(str(path), wanted="users", got=f"{report.read} rows, none usable ({why})"))


def _no_ids(path: Path, columns: tuple[str, ...]) -> SocietyError:
    found = ", ".join(columns) or "none"
    remedy = "rename the column that holds the ids"
    return SocietyError(explain(f"{path}: columns", wanted="user_id (or id)", got=found, remedy=remedy))


def _rows(path: Path, report: FileReport) -> _Rows:
    if path.suffix == ".parquet":
        return _parquet_rows(path, report)
    return _csv_rows(path, report) if ".csv" in path.suffixes else read_jsonl(path, report)


def _check_columns(path: Path, columns: list[str]) -> None:
    if not set(ID_COLUMNS) & set(columns):
        raise _no_ids(path, tuple(columns))


def _csv_rows(path: Path, report: FileReport) -> _Rows:
    """Reads the file twice: the first time for the types of its columns, so that it need not be held in memory."""
    header, untyped = open_csv(path, FileReport(path.name))
    _check_columns(path, header)
    types = column_types(header, (row for _, row in untyped))
    convert = [None if name in TEXT_COLUMNS else types.get(name) for name in header]
    for line, row in open_csv(path, report)[1]:
        cells = [to(cell) if to and cell else cell for to, cell in zip(convert, row, strict=True)]
        yield line, dict(zip(header, cells, strict=True))


def _parquet_rows(path: Path, report: FileReport) -> _Rows:
    check_regular(path)
    try:
        _check_columns(path, parquet_columns(path))
        for batch in read_parquet_rows(path):
            for row in batch:
                report.read += 1
                yield report.read, row
    except InputError as exc:
        raise exc if isinstance(exc, SocietyError) else SocietyError(str(exc)) from exc
