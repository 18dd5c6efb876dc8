"""Folders of runs: a story small enough to be checked with pencil and paper, and a way to write others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from s3agents.cognition.base import Usage
from s3agents.config import Scenario
from s3agents.events import Action, Post, PostKind, Source
from s3agents.ids import UserId, post_id
from s3agents.labels import Attitude, Emotion
from s3agents.record.base import Exposure, Fault, TickRecord, TurnRecord
from s3agents.record.sqlite import SqliteRecorder
from s3agents.report.facts import SocietyFacts, Software
from s3agents.report.manifest import Manifest
from s3agents.report.run import Run
from s3agents.state import AttitudeBelief, EmotionBelief

WriteRun = Callable[..., Run]


def _manifest(**changes: Any) -> Manifest:
    scenario = Scenario(
        name="bridge", topic="a bridge", question="Closed?", ticks=5, society={"networkx": "karate_club"}
    )  # type: ignore[arg-type]
    facts: dict[str, Any] = {
        "name": "bridge",
        "status": "done",
        "scenario": scenario.dump(),
        "scenario_digest": scenario.digest(),
        "society": SocietyFacts(name="street", origin="street", digest="0" * 64, users=5, edges=7),
        "bus": "local",
        "embedder": "hashing-256",
        "software": Software.here(),
        "started": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return Manifest(**{**facts, **changes})


@pytest.fixture(scope="session")
def manifest() -> Callable[..., Manifest]:
    """Makes a manifest; keyword arguments replace what it says."""
    return _manifest


@pytest.fixture(scope="session")
def write_run() -> WriteRun:
    """Writes a folder with the given ticks: ``write_run(folder, ticks, failed=tick, **manifest)``."""

    def write(folder: Path, ticks: Iterable[TickRecord], *, failed: TickRecord | None = None, **changes: Any) -> Run:
        folder.mkdir(parents=True, exist_ok=True)
        _manifest(**changes).write(folder / "manifest.json")
        with closing(SqliteRecorder(folder / "run.sqlite")) as recorder:
            for tick in ticks:
                recorder.commit(tick)
            if failed is not None:
                recorder.failed(failed)
        return Run(folder)

    return write


def _post(author: str, tick: int, text: str, parent: Post | None = None) -> Post:
    own = post_id(tick, UserId(author), 0)
    kind = PostKind.ORIGINAL if parent is None else PostKind.FORWARD
    root = own if parent is None else parent.root
    return Post(
        id=own,
        author=UserId(author),
        tick=tick,
        text=text,
        kind=kind,
        parent=parent.id if parent is not None else None,
        root=root,
    )


def _turn(user: str, action: Action, emotion: Emotion, p_positive: float, *read: Post) -> TurnRecord:
    stance = Attitude.POSITIVE if p_positive > 0.5 else Attitude.NEGATIVE
    return TurnRecord(
        user=UserId(user),
        mode="seed" if not read else "rules",
        exposures=tuple(Exposure(post.id, Source.FOLLOWEE, True) for post in read),
        emotion=EmotionBelief.certain(emotion),
        attitude=AttitudeBelief(stance=stance, p_positive=p_positive),
        action=action,
        target=read[0].id if action is Action.FORWARD else None,
        usage=Usage(2, 100, 10, 1) if read else Usage(),
    )


def _fault(user: str, cause: str, read: Post) -> TurnRecord:
    fault = Fault(stage="act", cause=cause, message=f"{cause} of {user}")
    return TurnRecord(
        user=UserId(user), mode="rules", exposures=(Exposure(read.id, Source.FOLLOWEE, True),), fault=fault
    )


@pytest.fixture(scope="session")
def story() -> tuple[TickRecord, ...]:
    """Five users and four ticks.

    Tick 0: Ann announces A. Tick 1: Bob forwards it, Cat's turn fails. Tick 2: Ann reads Bob and takes the other side,
    Dan forwards Bob. Tick 3: nobody has mail. Eve never hears of anything.
    """
    a = _post("ann", 0, "The bridge is closed.")
    b = _post("bob", 1, a.text, a)
    d = _post("dan", 2, a.text, b)
    return (
        TickRecord(tick=0, posts=(a,), turns=(_turn("ann", Action.POST, Emotion.CALM, 0.75),), users=5),
        TickRecord(
            tick=1,
            posts=(b,),
            turns=(_turn("bob", Action.FORWARD, Emotion.INTENSE, 0.25, a), _fault("cat", "timeout", a)),
            users=5,
        ),
        TickRecord(
            tick=2,
            posts=(d,),
            turns=(
                _turn("ann", Action.INACTIVE, Emotion.MODERATE, 0.25, b),
                _turn("dan", Action.FORWARD, Emotion.INTENSE, 1.0, b),
            ),
            users=5,
        ),
        TickRecord(tick=3, posts=(), turns=(), users=5),
    )


@pytest.fixture(scope="session")
def sequel(story: tuple[TickRecord, ...]) -> TickRecord:
    """Tick 4 of the story: Cat and Eve forward what Bob passed on; Dan answers Ann in a post of his own."""
    a, b = story[0].posts[0], story[1].posts[0]
    answer = replace(_post("dan", 4, "Is it?"), parent=a.id)
    return TickRecord(
        tick=4,
        posts=(_post("cat", 4, b.text, b), answer, _post("eve", 4, b.text, b)),
        turns=(
            _turn("cat", Action.FORWARD, Emotion.CALM, 0.25, b),
            _turn("dan", Action.POST, Emotion.CALM, 0.25, a),
            _turn("eve", Action.FORWARD, Emotion.CALM, 0.25, b),
        ),
        users=5,
    )


@pytest.fixture(scope="session")
def unfinished() -> TickRecord:
    """A tick after the story that failed: two turns, two causes."""
    a = _post("ann", 0, "The bridge is closed.")
    return TickRecord(tick=4, posts=(), turns=(_fault("bob", "status_500", a), _fault("eve", "timeout", a)), users=5)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, write_run: WriteRun, story: tuple[TickRecord, ...]) -> Run:
    """The run of the story; nobody changes it."""
    return write_run(tmp_path_factory.mktemp("runs") / "bridge", story)
