"""Fingerprints: equal exactly when two records say the same; and a sentence on where they first differ."""

from __future__ import annotations

import math
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from s3agents.record.base import TickRecord
from s3agents.record.fingerprint import fingerprint, first_difference
from s3agents.record.schema import DDL, TABLES
from s3agents.record.sqlite import SqliteRecorder

Ticks = tuple[TickRecord, TickRecord]


def _columns() -> list[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(DDL)
        rows = [(table.name, db.execute(f"PRAGMA table_info({table.name})").fetchall()) for table in TABLES]
    return [(table, column[1]) for table, columns in rows for column in columns]


KEYS = {(table.name, column) for table in TABLES for column in table.key}


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory, ticks: Ticks) -> Path:
    """A closed record of two ticks; nobody changes it."""
    return _written(tmp_path_factory.mktemp("record") / "run.sqlite", *ticks)


@pytest.fixture
def other(record: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copy(record, tmp_path))


def _written(path: Path, *ticks: TickRecord) -> Path:
    with closing(SqliteRecorder(path)) as recorder:
        for tick in ticks:
            recorder.commit(tick)
    return path


def _alter(record: Path, table: str, column: str, value: Any, *, gap: bool = False) -> None:
    """Change one value of ``column``, preferably one that is a gap or none, by the function ``value``."""
    key = next(t.key for t in TABLES if t.name == table)
    with closing(sqlite3.connect(record)) as db, db:
        db.execute("PRAGMA ignore_check_constraints = ON")
        where = " AND ".join(f"{name} = ?" for name in key)
        best = f"({column} IS NULL) = {int(gap)} DESC, {', '.join(key)} DESC"
        row = db.execute(f"SELECT {', '.join(key)} FROM {table} ORDER BY {best}").fetchone()
        (old,) = db.execute(f"SELECT {column} FROM {table} WHERE {where}", row).fetchone()
        changed = db.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (value(old), *row))
        assert changed.rowcount == 1


def _next(value: Any) -> Any:
    """The nearest value that differs."""
    if isinstance(value, float):
        return math.nextafter(value, 2.0)
    return value + 1 if isinstance(value, int) else f"{value or ''} "


def test_the_same_ticks_have_the_same_fingerprint(tmp_path: Path, record: Path, ticks: Ticks) -> None:
    """Two runs that did the same cannot be told apart, wherever they lie."""
    other = _written(tmp_path / "b.sqlite", *ticks)
    assert fingerprint(other) == fingerprint(record)
    assert first_difference(record, other) is None


def test_fingerprints_stay_what_they_were(tmp_path: Path, ticks: Ticks) -> None:
    """A fingerprint noted in a paper can be checked years later, with any Python: it changes with the schema alone."""
    post = replace(ticks[0].posts[0], text="桥\u0301 \U0001f309 'closed'")
    path = _written(tmp_path / "run.sqlite", replace(ticks[0], posts=(post,)), ticks[1])
    assert fingerprint(path) == "1da0130cbbd7f173a8ba5243c5130d3f44ead6783431eced050018206526e769"


def test_pages_do_not_matter(record: Path, other: Path) -> None:
    """A file that is laid out anew says the same."""
    with closing(sqlite3.connect(other)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
        db.execute("PRAGMA page_size = 1024")
        db.execute("VACUUM")
        assert db.execute("PRAGMA page_size").fetchone() == (1024,)
    assert fingerprint(other) == fingerprint(record)


@pytest.mark.parametrize(("table", "column"), [pair for pair in _columns() if pair[0] != "meta"])
def test_any_one_value_matters(record: Path, other: Path, table: str, column: str) -> None:
    """Whichever value changes, by however little, the fingerprint does, and the difference is named."""
    _alter(other, table, column, _next)
    assert fingerprint(other) != fingerprint(record)
    sentence = first_difference(record, other)
    assert sentence is not None
    assert sentence.startswith(f"{table} (")
    shown = "only in the" if (table, column) in KEYS else f": {'text' if column == 'text_id' else column} is "
    assert shown in sentence


@pytest.mark.parametrize("value", ["None", "", 0])
def test_nothing_is_not_a_value(record: Path, other: Path, value: Any) -> None:
    """A gap differs from the word for it, from an empty text and from zero."""
    column = "target" if isinstance(value, str) else "p_post"
    _alter(other, "turns", column, lambda old: old, gap=True)
    assert fingerprint(other) == fingerprint(record)
    _alter(other, "turns", column, lambda old: value, gap=True)
    assert fingerprint(other) != fingerprint(record)


def test_the_earliest_tick_is_named(tmp_path: Path, record: Path, ticks: Ticks) -> None:
    """Of all that differs, the sentence tells what came first, with user, column and both values."""
    one = ticks[0].turns[0]
    told = replace(one, usage=replace(one.usage, calls=7))
    other = _written(tmp_path / "b.sqlite", replace(ticks[0], turns=(told,)), replace(ticks[1], posts=(), turns=()))
    assert first_difference(record, other) == (
        "turns (tick 0, user ann): calls is 0 in the first record and 7 in the second"
    )


def test_another_text_is_shown_as_text(tmp_path: Path, record: Path, ticks: Ticks) -> None:
    """Where a post says something else, the sentence quotes both, not their addresses."""
    post = replace(ticks[0].posts[0], text="The bridge is open.")
    other = _written(tmp_path / "b.sqlite", replace(ticks[0], posts=(post,)), ticks[1])
    assert first_difference(record, other) == (
        "posts (tick 0, author ann, n 0): text is 'The bridge is closed.' in the first record "
        "and 'The bridge is open.' in the second"
    )


def test_a_shorter_run_lacks_a_tick(tmp_path: Path, record: Path, ticks: Ticks) -> None:
    """A run that ended earlier is told by its first missing tick, from either side."""
    other = _written(tmp_path / "b.sqlite", ticks[0])
    assert first_difference(record, other) == "ticks (tick 1): only in the first record"
    assert first_difference(other, record) == "ticks (tick 1): only in the second record"
