"""Update: fills columns of a society's users file, and leaves everything else in it as it is.

The file keeps its name, format, rows and columns; a value that is not filled stays byte for byte. It is replaced as a
whole: whatever happens meanwhile, there is the old one or the new one. Rows that loading leaves out stay where they
are, but for CSV, where a row of another width could come to life when columns are added: such a file is refused.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from s3agents.errors import InputError, SocietyError, explain
from s3agents.ids import UserId
from s3agents.network.load_report import FileReport
from s3agents.network.persona_fields import ID_COLUMNS, user_id
from s3agents.network.read_csv import open_csv
from s3agents.network.read_jsonl import read_jsonl
from s3agents.network.update_csv import filled_csv
from s3agents.network.update_jsonl import filled_jsonl
from s3agents.network.update_parquet import filled_parquet
from s3agents.network.write import ABOUT
from s3agents.persona import Scalar
from s3agents.tables import read_parquet_rows

__all__ = ["Changes", "UsersFile", "about_bytes", "read_about", "replace_file"]

Changes = Mapping[UserId, Mapping[str, Scalar | None]]
"""For each user, column to new value; ``None`` empties the column."""


@dataclass(frozen=True, slots=True)
class UsersFile:
    """A users file as it was when it was read; :meth:`read` makes it.

    Attributes:
        path: the file.
        sha256: of its bytes, 64 hex digits.
        places: line or row of each user, of two with one id the first, as the loader counts them.
        rows: what stands there, column to value; of CSV all values are text.
    """

    path: Path
    sha256: str
    places: Mapping[UserId, int]
    rows: Mapping[UserId, Mapping[str, Any]]

    @classmethod
    def read(cls, path: Path) -> UsersFile:
        """The file at ``path``.

        Raises:
            SocietyError: if it cannot be read, or is CSV with broken rows.
        """
        sha256 = _digest(path)
        places: dict[UserId, int] = {}
        rows: dict[UserId, Mapping[str, Any]] = {}
        for place, row in _rows(path):
            user = _id(row)
            if user is not None and user not in places:
                places[user], rows[user] = place, row
        return cls(path, sha256, places, rows)

    def filled(self, changes: Changes) -> bytes:
        """The bytes of the file with ``changes`` made.

        Raises:
            KeyError: if there is no such user.
            SocietyError: if the file has changed since it was read, or a column cannot take a value.
        """
        self.check()
        edits = {self.places[user]: values for user, values in changes.items()}
        if self.path.suffix == ".parquet":
            return filled_parquet(self.path, edits)
        packed = self.path.suffix == ".gz"
        data = self.path.read_bytes()
        text = (gzip.decompress(data) if packed else data).decode()
        new = (
            filled_csv(self.path, text, edits) if ".csv" in self.path.suffixes else filled_jsonl(text, edits)
        ).encode()
        return gzip.compress(new, mtime=0) if packed else new

    def check(self) -> None:
        """Raise if the file has changed since it was read.

        Raises:
            SocietyError: if it has.
        """
        if _digest(self.path) != self.sha256:
            got, remedy = "one that was changed meanwhile", "start again"
            raise SocietyError(explain(str(self.path), wanted="the file as it was read", got=got, remedy=remedy))


def replace_file(path: Path, data: bytes) -> None:
    """Put ``data`` in the place of ``path``, as a whole; a link stays one, permissions stay.

    Raises:
        SocietyError: if it cannot be written; ``path`` is then as it was.
    """
    target = path.resolve()
    part = target.with_name(f".{target.name}.part-{os.getpid()}")
    try:
        try:
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, part)
            os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as exc:
        got = exc.strerror or str(exc)
        raise SocietyError(explain(str(path), wanted="a file that can be written", got=got)) from exc


def read_about(folder: Path) -> dict[str, Any]:
    """What ``society.json`` tells of how the society came about; nothing if there is no such file.

    Raises:
        SocietyError: if it holds no JSON object.
    """
    path = folder / ABOUT
    try:
        facts: Any = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, orjson.JSONDecodeError) as exc:
        raise SocietyError(explain(str(path), wanted="a JSON object", got=str(exc))) from exc
    if not isinstance(facts, dict):
        raise SocietyError(explain(str(path), wanted="a JSON object", got=type(facts).__name__))
    return facts


def about_bytes(facts: Mapping[str, Any]) -> bytes:
    """The bytes of a ``society.json`` that holds ``facts``."""
    return orjson.dumps(facts, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as exc:
        raise SocietyError(explain(str(path), wanted="a readable file", got=exc.strerror or str(exc))) from exc


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    report = FileReport(path.name)
    if path.suffix == ".parquet":
        yield from enumerate(_parquet_rows(path))
    elif ".csv" in path.suffixes:
        header, rows = open_csv(path, report)
        for line, cells in rows:
            yield line, dict(zip(header, cells, strict=True))
        if report.rows:
            got = "; ".join(f"{reason} ({drops.examples[0]})" for reason, drops in report.rows.items())
            raise SocietyError(explain(str(path), wanted="no broken rows", got=got, remedy="mend or remove them"))
    else:
        yield from read_jsonl(path, report)


def _parquet_rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        for batch in read_parquet_rows(path):
            yield from batch
    except InputError as exc:
        raise SocietyError(str(exc)) from exc


def _id(row: Mapping[str, Any]) -> UserId | None:
    """The id of the row's user, as the loader finds it."""
    given = (row.get(column) for column in ID_COLUMNS)
    return user_id(next((value for value in given if value not in (None, "") and value == value), None))  # noqa: PLR0124
