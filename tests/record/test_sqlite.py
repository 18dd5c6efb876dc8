"""The recorder: whole ticks or nothing, faults of a tick that never came about, and what it refuses."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from s3agents.errors import RecordError
from s3agents.events import Action, Source
from s3agents.ids import PostId, UserId
from s3agents.record.base import Checkpoint, Exposure, Fault, Recorder, TickRecord, TurnRecord
from s3agents.record.connection import reading
from s3agents.record.fingerprint import fingerprint
from s3agents.record.sqlite import SqliteRecorder
from s3agents.state import MemoryItem

Ticks = tuple[TickRecord, TickRecord]


def _count(path: Path, table: str) -> int:
    with reading(path) as db:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _written(path: Path, *ticks: TickRecord) -> Path:
    with closing(SqliteRecorder(path)) as recorder:
        for tick in ticks:
            recorder.commit(tick)
    return path


def test_a_new_record_stands_before_the_first_tick(tmp_path: Path) -> None:
    """A record that was just made has no tick, post or state."""
    recorder: Recorder = SqliteRecorder(tmp_path / "run.sqlite")
    assert recorder.checkpoint() == Checkpoint(tick=-1)
    recorder.close()


def test_a_run_goes_on_where_it_stood(tmp_path: Path, ticks: Ticks) -> None:
    """After the file is opened again, the checkpoint has the last posts, and the states of those with a turn."""
    path = _written(tmp_path / "run.sqlite", *ticks)
    with closing(SqliteRecorder(path)) as recorder:
        checkpoint = recorder.checkpoint()
    forwarded = ticks[1].turns[0]
    assert checkpoint.tick == 1
    assert tuple(checkpoint.posts) == tuple(ticks[1].posts)
    assert list(checkpoint.states) == ["ann", "bob"]
    bob = checkpoint.states[UserId("bob")]
    assert (bob.emotion, bob.attitude, bob.felt) == (forwarded.emotion, forwarded.attitude, 1)
    assert bob.pool == forwarded.remembered[1:]
    assert bob.shared == (ticks[0].posts[0].root,)
    assert checkpoint.states[UserId("ann")].felt == 0
    assert checkpoint.texts == {ticks[0].posts[0].text_id: "The bridge is closed."}


def test_a_post_that_comes_again_keeps_its_place_in_the_pool(tmp_path: Path, ticks: Ticks) -> None:
    """A memory that is replaced by one of a better source stays where it was; the old one ends at that tick."""
    first, second = (
        MemoryItem(post=PostId(name), text="0" * 32, tick=0, source=Source.FOLLOWEE, relevance=0.5)
        for name in ("a", "b")
    )
    again = replace(first, source=Source.MUTUAL)
    turns = [replace(ticks[0].turns[0], remembered=(first, second)), replace(ticks[0].turns[0], remembered=(again,))]
    path = tmp_path / "run.sqlite"
    with closing(SqliteRecorder(path)) as recorder:
        for tick, turn in enumerate(turns):
            recorder.commit(TickRecord(tick=tick, posts=(), turns=(turn,), users=1))
        assert recorder.checkpoint().states[UserId("ann")].pool == (again, second)
    with reading(path) as db:
        found = db.execute(
            "SELECT post, tick_added, tick_forgotten FROM memories ORDER BY tick_added, position"
        ).fetchall()
    assert found == [("a", 0, 1), ("b", 0, None), ("a", 1, None)]


def test_a_failed_commit_leaves_the_tick_before(tmp_path: Path, ticks: Ticks) -> None:
    """A value that cannot be stored takes back everything that the commit had written, and the tick can come again."""
    path = _written(tmp_path / "run.sqlite", ticks[0])
    before = fingerprint(path)
    forwarded, failed = ticks[1].turns
    broken = replace(ticks[1], turns=(forwarded, replace(failed, mode=object())))  # type: ignore[arg-type]
    with closing(SqliteRecorder(path)) as recorder:
        with pytest.raises(RecordError, match=r"run\.sqlite"):
            recorder.commit(broken)
        assert fingerprint(path) == before
        recorder.commit(ticks[1])
    assert _count(path, "turns") == 3


_WRITER = """
import sys, time
from pathlib import Path

from s3agents.events import Action, Source
from s3agents.labels import Attitude, Emotion
from s3agents.record.base import Exposure, TickRecord, TurnRecord
from s3agents.record.sqlite import SqliteRecorder
from s3agents.state import AttitudeBelief, EmotionBelief, MemoryItem

path, moment = sys.argv[1:]
turns = [
    TurnRecord(
        user=f"user{n:04d}",
        mode="rules",
        exposures=(Exposure("0.0.ann", Source.MUTUAL, True),),
        emotion=EmotionBelief.certain(Emotion.CALM),
        attitude=AttitudeBelief.certain(Attitude.POSITIVE),
        action=Action.INACTIVE,
        remembered=(MemoryItem(post="0.0.ann", text="0" * 32, tick=0, source=Source.MUTUAL, relevance=0.0),),
    )
    for n in range(2000)
]

def wait_at(statement):
    if statement.startswith(moment):
        print("here", flush=True)
        time.sleep(60)

recorder = SqliteRecorder(Path(path))
recorder._db.execute("PRAGMA cache_size = 8")  # half a tick is on the disk then, not in memory
recorder._db.set_trace_callback(wait_at)
recorder.commit(TickRecord(tick=1, posts=(), turns=turns, users=2000))
"""


@pytest.mark.parametrize("moment", ["INSERT OR ABORT INTO remembered", "COMMIT"])
def test_a_writer_that_is_killed_leaves_the_tick_before(tmp_path: Path, ticks: Ticks, moment: str) -> None:
    """Whatever a killed process had written of a tick, the next one finds the tick before it, and can go on."""
    path = _written(tmp_path / "run.sqlite", replace(ticks[0], users=2000))
    before = fingerprint(path)
    command = [sys.executable, "-c", _WRITER, str(path), moment]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "here\n"
        assert path.with_name("run.sqlite-wal").stat().st_size > 100_000
        os.kill(writer.pid, signal.SIGKILL)
    assert writer.returncode == -signal.SIGKILL
    assert fingerprint(path) == before
    with closing(SqliteRecorder(path)) as recorder:
        assert recorder.checkpoint().tick == 0
        recorder.commit(replace(ticks[1], users=2000))
    assert _count(path, "ticks") == 2


def test_faults_of_a_tick_that_failed_are_kept_until_it_is_tried_again(tmp_path: Path, ticks: Ticks) -> None:
    """A reader sees why a run ended; the record of the run that went on shows no trace of it."""
    path = _written(tmp_path / "run.sqlite", ticks[0])
    with closing(SqliteRecorder(path)) as recorder:
        recorder.failed(ticks[1])
        assert (_count(path, "faults"), _count(path, "turns"), _count(path, "ticks")) == (1, 1, 1)
        recorder.failed(ticks[1])
        assert _count(path, "faults") == 1
        recorder.commit(ticks[1])
    assert fingerprint(path) == fingerprint(_written(tmp_path / "undisturbed.sqlite", *ticks))


def test_a_checkpoint_forgets_the_faults_of_a_tick_that_failed(tmp_path: Path, ticks: Ticks) -> None:
    """Who resumes starts from committed ticks alone."""
    path = _written(tmp_path / "run.sqlite", ticks[0])
    before = fingerprint(path)
    with closing(SqliteRecorder(path)) as recorder:
        recorder.failed(ticks[1])
        assert recorder.checkpoint().tick == 0
    assert fingerprint(path) == before


@pytest.mark.parametrize("method", ["commit", "failed"])
def test_a_tick_is_committed_once(tmp_path: Path, ticks: Ticks, method: str) -> None:
    """A tick that was committed cannot come again, whole or failed."""
    with closing(SqliteRecorder(tmp_path / "run.sqlite")) as recorder:
        recorder.commit(ticks[0])
        with pytest.raises(RecordError, match="wanted a tick after 0"):
            getattr(recorder, method)(ticks[0])


def _half(tick: TickRecord) -> TickRecord:
    return replace(tick, turns=(replace(tick.turns[0], attitude=None),))


def _changed_by_a_fault(tick: TickRecord) -> TickRecord:
    return replace(tick, turns=(replace(tick.turns[0], fault=Fault(stage="act", cause="timeout", message="")),))


def _remembered_by_a_fault(tick: TickRecord) -> TickRecord:
    fault = Fault(stage="act", cause="timeout", message="")
    turn = replace(tick.turns[0], emotion=None, attitude=None, action=None, fault=fault)
    return replace(tick, turns=(turn,))


def _unknown_post(tick: TickRecord) -> TickRecord:
    exposure = Exposure(PostId("nobody's"), Source.PLATFORM, True)
    return replace(tick, turns=(replace(tick.turns[0], exposures=(exposure,)),))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (_half, "turn of ann in tick 0: wanted emotion, attitude and action, or a fault"),
        (_changed_by_a_fault, "turn of ann in tick 0: wanted a failed turn that left the agent as it was"),
        (_remembered_by_a_fault, "turn of ann in tick 0: wanted a failed turn that left the agent as it was"),
        (_unknown_post, "FOREIGN KEY constraint failed"),
        (lambda tick: replace(tick, users=0), "wanted a turn for each of 0 users at most, got 1 turns"),
        (lambda tick: replace(tick, tick=3), "wanted a post of tick 3, got one of tick 0"),
        (lambda tick: replace(tick, turns=tick.turns * 2), "UNIQUE constraint failed: turns.tick, turns.user"),
    ],
)
def test_a_tick_that_contradicts_itself_is_refused(
    tmp_path: Path, ticks: Ticks, wrong: Callable[[TickRecord], TickRecord], message: str
) -> None:
    """Every agent-step comes to something or failed, and refers to posts that exist."""
    path = tmp_path / "run.sqlite"
    with closing(SqliteRecorder(path)) as recorder, pytest.raises(RecordError, match=message):
        recorder.commit(wrong(ticks[0]))
    assert _count(path, "ticks") == 0


def test_every_agent_step_is_accounted_for(tmp_path: Path, ticks: Ticks) -> None:
    """Acted, inactive, faulted and not exposed make up the users; sums are those of the tick."""
    idle = replace(ticks[0].turns[0], action=Action.INACTIVE)
    path = _written(tmp_path / "run.sqlite", replace(ticks[0], turns=(idle,)), replace(ticks[1], users=5))
    with reading(path) as db:
        rows = db.execute("SELECT * FROM ticks").fetchall()
    assert rows == [(0, 3, 0, 0, 1, 0, 2, 1, 0, 0, 0, 0, 0), (1, 5, 2, 1, 0, 1, 3, 0, 1, 2, 2, 300, 40)]


def test_half_a_character_in_a_fault_is_kept_readable(tmp_path: Path) -> None:
    """What an endpoint said is recorded even where no database takes it."""
    fault = Fault(stage="act", cause="parse", message="got \ud83d")
    turn = TurnRecord(user=UserId("ann"), mode="llm", fault=fault)
    path = _written(tmp_path / "run.sqlite", TickRecord(tick=0, posts=(), turns=(turn,), users=1))
    with reading(path) as db:
        assert db.execute("SELECT message FROM faults").fetchone() == ("got \\ud83d",)


def test_a_full_disk_ends_the_tick_and_nothing_else(tmp_path: Path, ticks: Ticks) -> None:
    """The message names the remedy, the ticks before stay, and the same tick fits once there is space."""
    path = tmp_path / "run.sqlite"
    long = replace(ticks[0].posts[0], text="x" * 200_000)
    with closing(SqliteRecorder(path)) as recorder:
        pages = recorder._db.execute("PRAGMA page_count").fetchone()[0]
        recorder._db.execute(f"PRAGMA max_page_count = {pages + 4}")
        with pytest.raises(RecordError, match=r"full \(free some space on the disk"):
            recorder.commit(replace(ticks[0], posts=(long,)))
        recorder._db.execute("PRAGMA max_page_count = 100000")
        recorder.commit(ticks[0])
    assert _count(path, "ticks") == 1


def test_a_second_writer_is_told_to_wait(tmp_path: Path, ticks: Ticks) -> None:
    """While another process writes, a commit gives up after its patience, and says why."""
    path = tmp_path / "run.sqlite"
    with closing(SqliteRecorder(path, patience=0.01)) as recorder, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RecordError, match="another process is at it"):
            recorder.commit(ticks[0])
        other.rollback()
        recorder.commit(ticks[0])


def test_a_closed_recorder_refuses(tmp_path: Path, ticks: Ticks) -> None:
    """Closing twice is fine; writing afterwards is an error, not a loss."""
    recorder = SqliteRecorder(tmp_path / "run.sqlite")
    recorder.close()
    recorder.close()
    with pytest.raises(RecordError, match="closed"):
        recorder.commit(ticks[0])
