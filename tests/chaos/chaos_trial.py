"""A trial: one run, one disturbance at a random moment, and what has to hold when all is over."""

from __future__ import annotations

import sqlite3
import time
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from chaos_kinds import KINDS
from chaos_place import Place
from chaos_society import Setting, timeline

from s3agents.record.fingerprint import fingerprint, first_difference

__all__ = ["Quiet", "Trial", "undisturbed"]

_RESUMPTIONS = 3
_LEFT_IN_A_FOLDER = {".lock", "manifest.json", "memory", "replies.sqlite", "run.sqlite"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """The run that nobody disturbs.

    Attributes:
        setting: of all trials.
        record: its ``run.sqlite``.
        moments: when it began, committed each tick, and ended, in seconds.
    """

    setting: Setting
    record: Path
    moments: list[float]


def undisturbed(folder: Path, setting: Setting) -> Quiet:
    """Play the society, and leave it alone."""
    place = Place(folder, setting)
    with place.ready():
        began, start = datetime.now(UTC), time.monotonic()
        place.begin()
        assert place.wait() == 0, place.errors.read_text()[-3000:]
        moments = timeline(place.errors, began, time.monotonic() - start)
    assert len(moments) == setting.ticks + 2
    return Quiet(setting=setting, record=place.run / "run.sqlite", moments=moments)


class Trial:
    """One disturbance of one run.

    Args:
        kind: of the disturbance, one of :data:`~chaos_kinds.KINDS`.
        seed: of its moment, and of all else that is random in it.
        quiet: the run as it would be.
    """

    def __init__(self, kind: str, seed: int, quiet: Quiet) -> None:
        self._name, self._kind, self._seed, self._quiet = kind, KINDS[kind], seed, quiet
        self._rng = Random(f"{kind}/{seed}")
        self._moment = self._rng.random() * quiet.moments[-1]
        ticks = bisect_right(quiet.moments, self._moment) - 1
        self._ticks, self._delay = ticks, self._moment - quiet.moments[ticks]

    def __str__(self) -> str:
        when = f"{self._delay:.2f} s after commit {self._ticks}" if self._ticks else f"{self._delay:.2f} s from start"
        return f"{self._name}, seed {self._seed}, {when} (moment {self._moment:.2f} of {self._quiet.moments[-1]:.2f} s)"

    def play(self, folder: Path) -> None:
        """Disturb a run in ``folder``, bring it to its end, and see what it has come to.

        Raises:
            AssertionError: with seed, kind and moment, if anything is not as it has to be.
        """
        kind = self._kind
        wants = {"external": kind.external, "small": kind.small, "skewed": kind.skewed, "workers": kind.workers}
        place = Place(folder, self._quiet.setting, **wants)
        with place.ready():
            place.begin()
            acted = place.at(self._ticks, self._delay)
            if acted:
                kind.act(place, self._rng)
            else:
                print("the run was over before its moment")
            codes = self._ended(place, mend=acted)
            print(f"exit codes {codes}", *_errors(place), sep="\n  ")
            wrong = [*self._of_record(place), *_left(place)]
            assert not wrong, "\n".join([f"{self}; exit codes {codes}; logs in {folder}", *wrong])

    def _ended(self, place: Place, *, mend: bool) -> list[int]:
        """Exit codes of the run and of its resumptions, the last of which is 0."""
        codes = [place.wait()]
        if mend:
            self._kind.mend(place)
        while codes[-1] and len(codes) <= _RESUMPTIONS:
            assert not self._survives, f"{self}: ended with {codes[-1]}: {_last_words(place)}"
            begun = (place.run / "manifest.json").exists()
            assert codes[-1] in (-9, 1 if begun else 2), f"{self}: ended with {codes[-1]}: {_last_words(place)}"
            assert codes[-1] == -9 or _is_one_message(place), f"{self}: {_last_words(place)}"
            place.go_on()
            codes.append(place.wait())
        assert codes[-1] == 0, f"{self}: ended with {codes}: {_last_words(place)}"
        return codes

    @property
    def _survives(self) -> bool:
        """Whether the run must not end; one that finds a server that does not answer has not begun, and may."""
        return self._kind.survives and not (self._kind.external and self._ticks == 0)

    def _of_record(self, place: Place) -> Iterator[str]:
        mine, true = place.run / "run.sqlite", self._quiet.record
        lost, doubled = _posts(true) - _posts(mine), _posts(mine) - _posts(true)
        if lost or doubled:
            yield f"posts lost: {sorted(lost)[:5]}, posts too many: {sorted(doubled)[:5]}"
        if fingerprint(mine) != fingerprint(true):
            yield f"another record than the undisturbed one: {first_difference(true, mine)}"


def _posts(record: Path) -> set[str]:
    with closing(sqlite3.connect(record)) as db:
        return {post for (post,) in db.execute("SELECT id FROM posts")}


def _left(place: Place) -> Iterator[str]:
    """What a run should have taken with it."""
    for server in place.servers:
        if server is place.nats and not _said_to_be_left(place) and (streams := place.nats.streams()):
            yield f"streams left: {streams}"
        server.end()
    if processes := place.processes.left():
        yield f"processes left: {processes}"
    if files := {file.name for file in place.run.iterdir()} - _LEFT_IN_A_FOLDER:
        yield f"files left: {sorted(files)}"


def _said_to_be_left(place: Place) -> bool:
    """Whether the server was away when the run tidied up, which it then has to say."""
    return "left on the server" in place.errors.read_text(errors="replace")


def _is_one_message(place: Place) -> bool:
    """Whether the last to be said is one message, and no traceback."""
    text = place.errors.read_text(errors="replace")
    return "Traceback" not in text and 1 <= len(_errors(place)) <= _RESUMPTIONS


def _errors(place: Place) -> list[str]:
    """The messages with which the run and its resumptions ended."""
    said = place.errors.read_text(errors="replace").splitlines()
    return [line for line in said if line.startswith("error: ")]


def _last_words(place: Place) -> str:
    return place.errors.read_text(errors="replace")[-2000:]
