"""Counts: what can be read off a record without loading it."""

from __future__ import annotations

from pathlib import Path

from s3agents.record.connection import reading

__all__ = ["committed_ticks", "faults_by_cause"]


def committed_ticks(path: Path) -> int:
    """Number of ticks that were committed.

    Raises:
        RecordError: if the record cannot be read.
    """
    with reading(path) as db:
        count: int = db.execute("SELECT count(*) FROM ticks").fetchone()[0]
    return count


def faults_by_cause(path: Path) -> dict[str, int]:
    """Number of failed turns of each cause, the most frequent first; those of an uncommitted tick included.

    Raises:
        RecordError: if the record cannot be read.
    """
    with reading(path) as db:
        return dict(db.execute("SELECT cause, count(*) FROM faults GROUP BY cause ORDER BY 2 DESC, 1").fetchall())
