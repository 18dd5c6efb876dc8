"""Cut: a record, and the replies that go with it, as they were after an earlier tick, in files of their own."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from s3agents.errors import RecordError, explain
from s3agents.record.connection import close_writer, open_writer, reading, translated
from s3agents.record.restore import last_tick
from s3agents.record.schema import TABLES

__all__ = ["copy_database", "cut_record"]

_ORPHANS = """
DELETE FROM texts WHERE id NOT IN (SELECT text_id FROM posts) AND id NOT IN (SELECT text_id FROM intended)
"""


def cut_record(source: Path, target: Path, *, tick: int) -> None:
    """Copy a record without whatever came after a tick: the record of a run that was stopped there.

    Args:
        source: the record, of a run that may still go on; left as it is.
        target: the copy; must not exist.
        tick: the last one that is kept; -1 keeps none.

    Raises:
        RecordError: if the tick was not committed, or one of the files cannot be used.
    """
    with reading(source) as db:
        last = last_tick(db)
        if not -1 <= tick <= last:
            raise RecordError(
                explain(f"tick {tick}", wanted=f"one of the ticks -1 to {last} of {source}", got=str(tick))
            )
    copy_database(source, target)
    record = open_writer(target, patience=5.0)
    try:
        with translated(target, "a record that can be written"):
            record.execute("PRAGMA foreign_keys = OFF")  # what is kept never refers to what came later
            record.execute("BEGIN IMMEDIATE")
            for table in (table.name for table in TABLES if table.by_tick):
                record.execute(f"DELETE FROM {table} WHERE tick > ?", (tick,))  # noqa: S608  # names of our own
            record.execute(_ORPHANS)
            record.execute("COMMIT")
    finally:
        close_writer(record, target)


def copy_database(source: Path, target: Path) -> None:
    """Copy a whole database as it is now, whoever is writing to it.

    Raises:
        RecordError: if one of the files cannot be used.
    """
    origin = f"{source.absolute().as_uri()}?mode=ro"
    with (
        translated(target, f"a copy of {source}"),
        closing(sqlite3.connect(origin, uri=True)) as db,
        closing(sqlite3.connect(target)) as copy,
    ):
        db.backup(copy)
