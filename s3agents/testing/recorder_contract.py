"""RecorderContract: what every recorder beside the record has to keep to, as tests.

Needs the package ``pytest``. For a recorder of your own::

    class TestMyRecorder(RecorderContract):
        def make_recorder(self) -> SecondRecorder:
            return MyRecorder()

It looks at the files that a recorder leaves in the folder of the run; one that keeps its ticks elsewhere says in
``kept`` what it has kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from s3agents.events import Action, Post, Source
from s3agents.ids import PostId, UserId, post_id
from s3agents.labels import Attitude, Emotion
from s3agents.record.base import Exposure, Fault, TickRecord, TurnRecord
from s3agents.record.second import SecondRecorder
from s3agents.state import AttitudeBelief, EmotionBelief

__all__ = ["RecorderContract", "a_tick"]

_ODD = ("a", "b c", "名字", 'quote " and \\ and \n line', "\u2028", "👩‍👩‍👧")


def a_tick(tick: int) -> TickRecord:
    """What happened in a tick: every third one nothing, else a post, a forward, a turn without an act, and a fault."""
    if tick % 3 == 2:
        return TickRecord(tick=tick, posts=(), turns=(), users=len(_ODD))
    author, text = UserId(_ODD[tick % len(_ODD)]), f"{_ODD[-1 - tick % len(_ODD)]} in tick {tick}"
    own = post_id(tick, author, 0)
    post = Post(id=own, author=author, tick=tick, text=text, root=own, attitude=Attitude.POSITIVE)
    fault = Fault(stage="appraise", cause="timeout", message="no answer")
    turns = (
        _turn(author, Action.POST, own),
        _turn(UserId("quiet"), Action.INACTIVE, own),
        TurnRecord(user=UserId("unlucky"), mode="llm/joint", fault=fault),
    )
    return TickRecord(tick=tick, posts=(post,), turns=turns, users=len(_ODD))


class RecorderContract:
    """A recorder is told of every tick before the record has it, and goes on wherever the record stands."""

    def make_recorder(self) -> SecondRecorder:
        """A new recorder; every call gives one with the same settings."""
        raise NotImplementedError

    def kept(self, recorder: SecondRecorder, folder: Path) -> Any:
        """What a closed recorder has kept of the run in ``folder``; by default the files there."""
        del recorder
        return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}

    def test_nothing_is_written_before_the_run_begins(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A scenario is checked by making its recorders; one that is never begun can be closed."""
        monkeypatch.chdir(tmp_path)
        recorder = self.make_recorder()
        recorder.close()
        assert not list(tmp_path.iterdir())

    def test_something_is_kept_of_the_ticks(self, tmp_path: Path) -> None:
        """Runs in which other things happened leave other things."""
        one, other = self._played(tmp_path / "one", range(2)), self._played(tmp_path / "other", range(5))
        assert one != other

    def test_the_same_ticks_leave_the_same(self, tmp_path: Path) -> None:
        """Nothing of the clock or of the machine."""
        assert self._played(tmp_path / "one", range(6)) == self._played(tmp_path / "other", range(6))

    def test_it_goes_on_where_the_record_stands(self, tmp_path: Path) -> None:
        """A run that was stopped and goes on leaves what it would have left undisturbed."""
        whole = self._played(tmp_path / "whole", range(6))
        self._played(tmp_path / "parts", range(3))
        assert self._played(tmp_path / "parts", range(3, 6), after=2) == whole

    def test_a_tick_that_the_record_has_not_is_forgotten(self, tmp_path: Path) -> None:
        """After a crash it may have one more than the record, which comes again."""
        whole = self._played(tmp_path / "whole", range(6))
        self._played(tmp_path / "parts", range(4))
        assert self._played(tmp_path / "parts", range(3, 6), after=2) == whole
        self._played(tmp_path / "anew", range(1))
        assert self._played(tmp_path / "anew", range(6)) == whole

    def test_a_crash_loses_no_tick(self, tmp_path: Path) -> None:
        """What was committed is there, though the recorder was never closed."""
        whole = self._played(tmp_path / "whole", range(6))
        folder = _folder(tmp_path / "crashed")
        killed = self.make_recorder()
        killed.begin(folder, -1)
        for tick in range(3):
            killed.commit(a_tick(tick))
        assert self._played(folder, range(3, 6), after=2) == whole
        with suppress(Exception):  # a process that was killed never comes to this; it lets go of what is open here
            killed.close()

    def test_what_it_is_told_stays_as_it_is(self, tmp_path: Path) -> None:
        """The same records go to the record of the run."""
        recorder, told = self.make_recorder(), [a_tick(tick) for tick in range(3)]
        before = deepcopy(told)
        recorder.begin(_folder(tmp_path / "run"), -1)
        for record in told:
            recorder.commit(record)
        recorder.close()
        assert told == before

    def test_closing_is_safe_to_repeat(self, tmp_path: Path) -> None:
        """A run that fails closes whatever is open."""
        recorder = self.make_recorder()
        recorder.begin(_folder(tmp_path / "run"), -1)
        recorder.commit(a_tick(0))
        recorder.close()
        recorder.close()

    def _played(self, folder: Path, ticks: Iterable[int], *, after: int = -1) -> Any:
        recorder = self.make_recorder()
        recorder.begin(_folder(folder), after)
        for tick in ticks:
            recorder.commit(a_tick(tick))
        recorder.close()
        return self.kept(recorder, folder)


def _folder(path: Path) -> Path:
    path.mkdir(exist_ok=True)
    return path


def _turn(user: UserId, action: Action, post: PostId) -> TurnRecord:
    return TurnRecord(
        user=user,
        mode="rules",
        exposures=(Exposure(post, Source.FOLLOWEE, attended=True),),
        emotion=EmotionBelief.certain(Emotion.CALM),
        attitude=AttitudeBelief.certain(Attitude.POSITIVE),
        action=action,
        p={Action.POST: 0.25, Action.INACTIVE: 0.75},
    )
