"""Connection: opening ``run.sqlite`` to write or to read, and saying what is wrong in the project's own errors."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from s3agents.errors import RecordError, explain
from s3agents.record.schema import DDL, VERSION

__all__ = ["bound_size", "close_writer", "open_reader", "open_writer", "reading", "translated"]

_OLDEST = (3, 37)
_RESUME = "then continue with s3agents resume"
_REMEDIES = {
    sqlite3.SQLITE_FULL: f"free some space on the disk, or raise limits.record_gb, {_RESUME}",
    sqlite3.SQLITE_BUSY: "another process is at it: wait for it, or stop it",
    sqlite3.SQLITE_LOCKED: "another process is at it: wait for it, or stop it",
    sqlite3.SQLITE_NOTADB: "name the run.sqlite of a run",
    sqlite3.SQLITE_CORRUPT: "the file is damaged: bring back a copy, or run the scenario again in another folder",
    sqlite3.SQLITE_CANTOPEN: "the folder must be there, with the right to read and write in it",
    sqlite3.SQLITE_READONLY: "the file and its folder must be writable",
    sqlite3.SQLITE_IOERR: f"look after the disk, {_RESUME}",
    sqlite3.SQLITE_CONSTRAINT: "the tick contradicts itself or the ticks before it; a plug-in may be at fault",
}


@contextmanager
def translated(path: Path, wanted: str) -> Iterator[None]:
    """Turn whatever SQLite raises into a :class:`RecordError` that names the file and the remedy."""
    try:
        yield
    except (sqlite3.Error, OverflowError, UnicodeEncodeError) as exc:
        code = getattr(exc, "sqlite_errorcode", None)
        remedy = "" if code is None else _REMEDIES.get(code & 0xFF, "")
        raise RecordError(explain(str(path), wanted=wanted, got=str(exc), remedy=remedy)) from exc


def open_writer(path: Path, *, patience: float, most_bytes: int | None = None) -> sqlite3.Connection:
    """The record at ``path``, made if there is none.

    Write-ahead log, so that readers may look on while a run goes on. ``synchronous=FULL``: a tick that was reported as
    committed survives a power cut, at the price of one ``fsync`` a tick.

    Args:
        path: of the file; its folder must exist.
        patience: seconds to wait for another writer.
        most_bytes: that the file may take before it counts as full; none for no limit.

    Raises:
        RecordError: if it cannot be opened, or is something else.
    """
    _check_library()
    with translated(path, "a record that can be written"):
        db = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)
        try:
            if db.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,):
                _create(db)
            _check_version(db, path)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA foreign_keys = ON")
            if most_bytes is not None:
                bound_size(db, most_bytes)
        except BaseException:
            db.close()
            raise
    return db


def open_reader(path: Path) -> sqlite3.Connection:
    """The record at ``path``, read-only: while its run goes on, or at rest in a folder that cannot be written to.

    Raises:
        RecordError: if it cannot be opened, or is something else.
    """
    _check_library()
    if not path.is_file():
        got = "a folder" if path.is_dir() else "no such file"
        remedy = _REMEDIES[sqlite3.SQLITE_NOTADB]
        raise RecordError(explain(str(path), wanted="the record of a run", got=got, remedy=remedy))
    with translated(path, "a record that can be read"):
        db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
        try:
            _check_version(db, path)
        except BaseException:
            db.close()
            raise
    return db


def close_writer(db: sqlite3.Connection, path: Path) -> None:
    """Finish writing, and leave the record as a single file. Safe to repeat.

    Raises:
        RecordError: if what was written cannot be brought to rest; it stays in the write-ahead log.
    """
    with translated(path, "a record that can be closed"), closing(db):
        try:
            db.execute("PRAGMA busy_timeout = 0")
            db.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.ProgrammingError:
            return  # closed before
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            # Somebody is reading: the log stays beside the record, and the next writer takes care of it.


def bound_size(db: sqlite3.Connection, most_bytes: int) -> None:
    """Let the file of ``db`` count as full at ``most_bytes``, and not before it holds what it holds."""
    (page,) = db.execute("PRAGMA page_size").fetchone()
    db.execute(f"PRAGMA max_page_count = {max(1, most_bytes // page)}")


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A read-only connection that sees one state of the record throughout.

    Raises:
        RecordError: if the record cannot be read, here or in the block.
    """
    with translated(path, "a record that can be read"), closing(open_reader(path)) as db:
        db.execute("BEGIN")
        yield db


def _create(db: sqlite3.Connection) -> None:
    db.executescript("BEGIN IMMEDIATE;" + DDL)
    db.execute("INSERT INTO meta VALUES ('schema', ?)", (str(VERSION),))
    db.execute("COMMIT")


def _check_version(db: sqlite3.Connection, path: Path) -> None:
    known = db.execute("SELECT count(*) FROM sqlite_schema WHERE name IN ('meta', 'ticks')").fetchone() == (2,)
    found = db.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone() if known else None
    if found is None:
        raise RecordError(explain(str(path), wanted="the record of a run", got="another database"))
    if found[0] != str(VERSION):
        wanted, got = f"a record of schema {VERSION}", f"schema {found[0]}"
        older = found[0].isdecimal() and int(found[0]) < VERSION
        remedy = f"it was written by {'an older' if older else 'another'} version of s3agents: use that one"
        remedy += ", or run the scenario again" if older else ""
        raise RecordError(explain(str(path), wanted=wanted, got=got, remedy=remedy))


def _check_library() -> None:
    if sqlite3.sqlite_version_info < _OLDEST:
        remedy = "use a Python with a newer SQLite"
        raise RecordError(explain("SQLite", wanted="3.37 or newer", got=sqlite3.sqlite_version, remedy=remedy))
