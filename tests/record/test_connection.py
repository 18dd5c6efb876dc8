"""Opening a record: what is no record, or a damaged one, is told apart and explained."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from s3agents.errors import RecordError
from s3agents.record.base import TickRecord
from s3agents.record.connection import open_reader, open_writer, reading
from s3agents.record.fingerprint import fingerprint
from s3agents.record.sqlite import SqliteRecorder


def _write(path: Path) -> sqlite3.Connection:
    return open_writer(path, patience=0.01)


@pytest.fixture
def record(tmp_path: Path, ticks: tuple[TickRecord, TickRecord]) -> Path:
    """A closed record of two ticks."""
    path = tmp_path / "run.sqlite"
    with closing(SqliteRecorder(path)) as recorder:
        for tick in ticks:
            recorder.commit(tick)
    return path


def test_a_closed_record_is_one_file(record: Path) -> None:
    """Nothing lies beside the record of a run that has ended, neither before nor after it was read."""
    assert [file.name for file in record.parent.iterdir()] == ["run.sqlite"]
    fingerprint(record)
    assert [file.name for file in record.parent.iterdir()] == ["run.sqlite"]


def test_a_record_is_closed_while_it_is_read(tmp_path: Path, ticks: tuple[TickRecord, TickRecord]) -> None:
    """A run ends at once even while somebody looks on, and can be continued afterwards."""
    path = tmp_path / "run.sqlite"
    recorder = SqliteRecorder(path)
    recorder.commit(ticks[0])
    with reading(path) as db:
        assert db.execute("SELECT count(*) FROM turns").fetchone() == (1,)
        recorder.close()
        assert db.execute("SELECT count(*) FROM ticks").fetchone() == (1,)
    with closing(SqliteRecorder(path)) as recorder:
        assert recorder.checkpoint().tick == 0
    assert [file.name for file in tmp_path.iterdir()] == ["run.sqlite"]


def test_a_reader_sees_one_state_while_the_run_goes_on(tmp_path: Path, ticks: tuple[TickRecord, TickRecord]) -> None:
    """A commit neither waits for readers nor shows itself to those that have begun."""
    path = tmp_path / "run.sqlite"
    with closing(SqliteRecorder(path, patience=0.01)) as recorder:
        recorder.commit(ticks[0])
        with reading(path) as db:
            assert db.execute("SELECT count(*) FROM ticks").fetchone() == (1,)
            recorder.commit(ticks[1])
            assert db.execute("SELECT count(*) FROM turns").fetchone() == (1,)
        with reading(path) as db:
            assert db.execute("SELECT count(*) FROM turns").fetchone() == (3,)


def test_a_reader_cannot_write(record: Path) -> None:
    """Reading a record never changes it."""
    with pytest.raises(RecordError, match="readonly"), reading(record) as db:
        db.execute("DELETE FROM ticks")


def test_a_reader_makes_no_record(tmp_path: Path) -> None:
    """Asking for a record that is not there leaves nothing behind."""
    with pytest.raises(RecordError, match=r"wanted the record of a run, got no such file"):
        open_reader(tmp_path / "run.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_record(tmp_path: Path) -> None:
    """A folder is refused by name."""
    with pytest.raises(RecordError, match="got a folder"):
        open_reader(tmp_path)


def test_a_writer_needs_its_folder(tmp_path: Path) -> None:
    """The message says that the folder must be there."""
    with pytest.raises(RecordError, match="the folder must be there"):
        _write(tmp_path / "missing" / "run.sqlite")


@pytest.mark.parametrize("opened", [open_reader, _write])
def test_another_file_is_no_record(tmp_path: Path, opened: Callable[[Path], sqlite3.Connection]) -> None:
    """A file that is no database at all is refused and left as it is."""
    path = tmp_path / "run.sqlite"
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(RecordError, match=r"file is not a database \(name the run\.sqlite"):
        opened(path)
    assert path.read_bytes() == b"not a database" * 1000


@pytest.mark.parametrize("opened", [open_reader, _write])
def test_another_database_is_no_record(tmp_path: Path, opened: Callable[[Path], sqlite3.Connection]) -> None:
    """Somebody else's database gets no tables of ours."""
    path = tmp_path / "run.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE meta (something TEXT)")
    with pytest.raises(RecordError, match="wanted the record of a run, got another database"):
        opened(path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (1,)


@pytest.mark.parametrize("opened", [open_reader, _write])
def test_a_newer_record_is_refused(record: Path, opened: Callable[[Path], sqlite3.Connection]) -> None:
    """A record of a later schema is neither read wrongly nor written to."""
    with closing(sqlite3.connect(record)) as db, db:
        db.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    with pytest.raises(RecordError, match=r"wanted a record of schema 4, got schema 99 \(it was written by another"):
        opened(record)


@pytest.mark.parametrize("opened", [open_reader, _write])
def test_an_older_record_is_refused(record: Path, opened: Callable[[Path], sqlite3.Connection]) -> None:
    """A record of an earlier schema lacks what a run goes by now; the message says what can be done."""
    with closing(sqlite3.connect(record)) as db, db:
        db.execute("UPDATE meta SET value = '1' WHERE key = 'schema'")
    with pytest.raises(RecordError, match=r"got schema 1 \(it was written by an older .* run the scenario again\)"):
        opened(record)


@pytest.mark.parametrize("left", [0.75, 0.5, 0.25])
def test_a_record_that_was_cut_off_is_damaged(record: Path, left: float) -> None:
    """A file of which the end is missing is an error that says so, never a shorter run."""
    whole = record.read_bytes()
    record.write_bytes(whole[: int(len(whole) * left)])
    with pytest.raises(RecordError, match="the file is damaged: bring back a copy"):
        fingerprint(record)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_record_in_a_folder_without_the_right_to_write_can_be_read(record: Path) -> None:
    """An archived run is readable from where nothing can be written."""
    before = fingerprint(record)
    record.chmod(0o444)
    record.parent.chmod(0o555)
    try:
        assert fingerprint(record) == before
    finally:
        record.parent.chmod(0o755)
