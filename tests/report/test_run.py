"""Reading a run: its tables, curves and cascades, checked by hand; and folders that are none."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from s3agents.errors import RecordError, RunFolderError
from s3agents.record.base import TickRecord
from s3agents.report.manifest import Manifest
from s3agents.report.run import Run

WriteRun = Callable[..., Run]
Story = tuple[TickRecord, ...]

NAN = math.nan


def test_curves_are_those_of_the_story(run: Run) -> None:
    """Every curve, tick by tick, as worked out with pencil and paper."""
    curves = run.curves()
    expected = {
        "tick": [0, 1, 2, 3],
        "aware": [1, 3, 4, 4],
        "posts": [1, 0, 0, 0],
        "posts_total": [1, 1, 1, 1],
        "forwards": [0, 1, 1, 0],
        "forwards_total": [0, 1, 2, 2],
        "emotion_level": [0.0, 2.0, 1.5, NAN],
        "share_intense": [0.0, 1.0, 0.5, NAN],
        "share_positive": [1.0, 0.5, 1 / 3, 1 / 3],
        "p_positive": [0.75, 0.5, 0.5, 0.5],
        "turns": [1, 2, 2, 0],
        "faults": [0, 1, 0, 0],
        "calls": [0, 2, 4, 0],
        "tokens": [0, 110, 220, 0],
    }
    assert list(curves.columns) == list(expected)
    for name, values in expected.items():
        assert curves[name].tolist() == pytest.approx(values, nan_ok=True), name


def test_ticks_that_nobody_recorded_are_in_the_curves(tmp_path: Path, write_run: WriteRun, story: Story) -> None:
    """A gap in the ticks is a tick in which nothing happened: totals go on, and there is nothing to average."""
    later = TickRecord(tick=3, posts=(), turns=(), users=5)
    curves = write_run(tmp_path / "run", (story[0], later)).curves()
    assert curves["tick"].tolist() == [0, 1, 2, 3]
    assert curves["aware"].tolist() == [1, 1, 1, 1]
    assert curves["share_positive"].tolist() == [1.0, 1.0, 1.0, 1.0]
    assert curves["emotion_level"].isna().tolist() == [False, True, True, True]


def test_a_run_without_a_tick_has_empty_tables(tmp_path: Path, write_run: WriteRun, run: Run) -> None:
    """Tables of a run that has just begun have no rows, and the columns and types of any other."""
    empty = write_run(tmp_path / "run", ())
    for table in ("posts", "exposures", "turns", "memories", "faults", "ticks", "curves", "final_states", "cascades"):
        found, full = getattr(empty, table)(), getattr(run, table)()
        assert len(found) == 0, table
        assert list(found.columns) == list(full.columns)
        numbers = full.select_dtypes("number").columns
        assert found[numbers].dtypes.equals(full[numbers].dtypes), table


def test_final_states_are_those_of_the_last_turns(run: Run) -> None:
    """One row for each user whose mind was ever made up; a failed turn is none."""
    rows = run.final_states().to_records(index=False).tolist()
    assert rows == [
        ("ann", 2, "moderate", "negative", 0.25),
        ("bob", 1, "intense", "negative", 0.25),
        ("dan", 2, "intense", "positive", 1.0),
    ]


def test_cascades_are_measured_from_their_root(run: Run) -> None:
    """A chain of two forwards: three posts, two steps deep, one wide."""
    row = {"root": "0.0.ann", "author": "ann", "tick": 0, "size": 3, "depth": 2, "breadth": 1}
    assert run.cascades().to_dict("records") == [{**row, "text": "The bridge is closed."}]


def test_an_answer_starts_a_cascade_of_its_own(
    tmp_path: Path, write_run: WriteRun, story: Story, sequel: TickRecord
) -> None:
    """Three forwards of one post are three wide; the answer to another is a cascade by itself."""
    found = write_run(tmp_path / "run", (*story, sequel)).cascades()
    rows = found[["root", "size", "depth", "breadth"]].to_records(index=False).tolist()
    assert rows == [("0.0.ann", 5, 2, 3), ("4.0.dan", 1, 0, 1)]


def test_faults_of_an_uncommitted_tick_are_shown(
    tmp_path: Path, write_run: WriteRun, story: Story, unfinished: TickRecord
) -> None:
    """Who asks why a run failed finds the faults that ended it."""
    run = write_run(tmp_path / "run", story, failed=unfinished, status="failed")
    found = run.faults()[["tick", "user", "cause"]].to_records(index=False).tolist()
    assert found == [(1, "cat", "timeout"), (4, "bob", "status_500"), (4, "eve", "timeout")]
    assert run.ticks()["tick"].max() == 3


def test_a_run_knows_its_scenario(run: Run) -> None:
    """The manifest and the scenario are at hand, and the fingerprint tells runs apart."""
    assert run.manifest.status == "done"
    assert run.scenario["ticks"] == 5
    assert len(run.fingerprint()) == 64
    assert repr(run) == f"<Run {run.folder}: bridge, done>"


def test_a_folder_without_a_manifest_is_no_run(tmp_path: Path) -> None:
    """Whether the folder is missing or holds something else, the message says what was wanted."""
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(RunFolderError, match="wanted the folder of a run"):
            Run(folder)


def test_a_run_that_recorded_nothing_can_be_continued(tmp_path: Path, manifest: Callable[..., Manifest]) -> None:
    """A manifest without a record is a run that ended before it began; the remedy is named."""
    manifest(status="interrupted").write(tmp_path / "manifest.json")
    with pytest.raises(RunFolderError, match=r"got no run\.sqlite \(continue it with s3agents resume"):
        Run(tmp_path)


def test_a_damaged_record_is_an_error_in_every_table(tmp_path: Path, write_run: WriteRun, story: Story) -> None:
    """No table of a record that was cut off comes back shorter."""
    run = write_run(tmp_path / "run", story)
    whole = run.record.read_bytes()
    run.record.write_bytes(whole[: len(whole) // 3])
    for table in (run.posts, run.turns, run.curves, run.cascades):
        with pytest.raises(RecordError, match="damaged"):
            table()
