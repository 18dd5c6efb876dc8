"""SqliteRecorder: the record of a run in one SQLite file, ``run.sqlite``; one transaction a tick."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from s3agents.errors import RecordError, explain
from s3agents.record.base import Checkpoint, TickRecord
from s3agents.record.connection import close_writer, open_writer, translated
from s3agents.record.restore import last_tick, read_checkpoint
from s3agents.record.rows import Row, check, fault_rows, rows_of, tick_row

__all__ = ["SqliteRecorder"]


class SqliteRecorder:
    """The one writer of a record. See :class:`s3agents.record.base.Recorder`.

    A pool is kept as what entered and what left it: after a turn it is what it was before, then ``remembered`` (a post
    that was there already is replaced in its place), without any post of ``forgotten``.

    Args:
        path: the file, made if there is none; its folder must exist.
        patience: seconds to wait for another process that is writing to it.
        most_bytes: that the file may take; none for no limit.

    Raises:
        RecordError: if the file cannot be opened, or is something else.
    """

    def __init__(self, path: Path, *, patience: float = 5.0, most_bytes: int | None = None) -> None:
        self.path = path
        self._db = open_writer(path, patience=patience, most_bytes=most_bytes)

    def commit(self, record: TickRecord) -> None:
        """Keep a whole tick: all of it or nothing.

        Raises:
            RecordError: if it was committed before, contradicts itself, or cannot be written.
        """
        check(record)
        with self._transaction():
            self._check_order(record.tick)
            self._db.execute("DELETE FROM faults WHERE tick >= ?", (record.tick,))
            self._add("ticks", iter([tick_row(record)]))
            for table, rows in rows_of(record).items():
                self._add(table, rows)

    def checkpoint(self) -> Checkpoint:
        """Where the run stands; forgets the faults of a tick that was never committed.

        Raises:
            RecordError: if the record cannot be read.
        """
        with self._transaction():
            self._db.execute("DELETE FROM faults WHERE tick > ?", (last_tick(self._db),))
            return read_checkpoint(self._db)

    def failed(self, record: TickRecord) -> None:
        """Keep the faults of a tick that is not committed, for the reader; a later commit replaces them.

        Raises:
            RecordError: if the tick was committed, or they cannot be written.
        """
        with self._transaction():
            self._check_order(record.tick)
            self._db.execute("DELETE FROM faults WHERE tick >= ?", (record.tick,))
            self._add("faults", fault_rows(record))

    def close(self) -> None:
        """Finish writing. Safe to repeat."""
        close_writer(self._db, self.path)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with translated(self.path, "a record that can be written"):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                _roll_back(self._db)
                raise

    def _add(self, table: str, rows: Iterator[Row]) -> None:
        self._db.executemany(_insert(self._db, table), rows)

    def _check_order(self, tick: int) -> None:
        last = last_tick(self._db)
        if tick <= last:
            wanted = f"a tick after {last}, the last committed"
            raise RecordError(explain(str(self.path), wanted=wanted, got=f"tick {tick}"))


def _insert(db: sqlite3.Connection, table: str) -> str:
    """The statement that adds a row; a text that is there already stays."""
    columns = db.execute(f"SELECT * FROM {table} LIMIT 0").description  # noqa: S608  # names of our own
    places = ", ".join("?" for _ in columns)
    return f"INSERT OR {'IGNORE' if table == 'texts' else 'ABORT'} INTO {table} VALUES ({places})"  # noqa: S608


def _roll_back(db: sqlite3.Connection) -> None:
    """SQLite itself has ended the transaction after some errors, a full disk for one."""
    if db.in_transaction:
        db.execute("ROLLBACK")
