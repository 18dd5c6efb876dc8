"""Turns of a finished run, taken once more from its record alone."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from s3agents import Run, Simulation
from s3agents.errors import RecordError, RunFolderError, SocietyError
from s3agents.ids import UserId
from s3agents.inquiry.account import account
from s3agents.inquiry.moment import Past, read_past
from s3agents.inquiry.retake import Retaken, retake
from s3agents.testing import StubEndpoint
from s3agents.testing.societies import lively_scenario, society_of

SOCIETY = society_of(7, [(1, 0), (2, 0), (3, 1), (4, 2), (5, 3), (0, 5), (3, 2)])
"""Nobody follows u4, and u6 follows nobody."""


def every_turn(past: Past) -> list[Retaken]:
    """All turns of the record."""
    with closing(sqlite3.connect(past.folder.record)) as db:
        turns = db.execute("SELECT tick, user FROM turns ORDER BY tick, user").fetchall()

    async def all_of_them() -> list[Retaken]:
        return [await retake(past, UserId(user), tick) for tick, user in turns]

    return asyncio.run(all_of_them())


def one(past: Past, user: str, tick: int) -> Retaken:
    """The turn of a user."""
    return asyncio.run(retake(past, UserId(user), tick))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """A run of textbook agents in which u0 and u1 begin."""
    folder = tmp_path_factory.mktemp("retake") / "run"
    Simulation(lively_scenario(["u0", "u1"], ticks=6), SOCIETY, out=folder).run()
    return read_past(folder, SOCIETY)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """A run with a model, of which some requests fail for good."""
    folder = tmp_path_factory.mktemp("retake") / "run"
    with StubEndpoint().running_in_thread() as stub:
        stub.fail_next(*["status_400"] * 2)
        model = {"url": stub.url, "name": "stub", "retries": 0, "repairs": 0, "patience": 1.0, "concurrency": 1}
        settings = {"cognition": {"mode": "llm", "spontaneous": 1.0}, "limits": {"faults": 1.0}, "model": model}
        Simulation(lively_scenario(["u0", "u1"], ticks=4, **settings), SOCIETY, out=folder).run()
    return read_past(folder, SOCIETY)


@pytest.mark.parametrize("which", ["played", "asked"])
def test_every_turn_comes_out_as_recorded(which: str, request: pytest.FixtureRequest) -> None:
    """Whatever the turn was: thought, a post of the scenario, a fault, the first or a later one."""
    past: Past = request.getfixturevalue(which)
    before = past.folder.record.read_bytes()
    turns = every_turn(past)
    assert {turn.result.record.mode for turn in turns} == {"seed", "rules" if which == "played" else "llm/joint"}
    assert any(turn.result.record.fault for turn in turns) == (which == "asked")
    for turn in turns:
        json.dumps(account(turn))
        assert (turn.view is None) == (turn.result.record.mode == "seed")
    assert past.folder.record.read_bytes() == before


def test_what_was_asked_and_answered(asked: Past) -> None:
    """The prompt names the posts that were read, the reply is the recorded one, a request that failed tells why."""
    turns = [turn for turn in every_turn(asked) if turn.result.record.mode != "seed"]
    for turn in turns:
        (exchange,) = turn.exchanges
        record = turn.result.record
        if record.fault is not None:
            assert exchange.reply is None
            assert exchange.error == record.fault.message
            continue
        attended = {exposure.post for exposure in record.exposures if exposure.attended}
        for delivery in turn.inbox:
            if delivery.post.id in attended:
                assert delivery.post.text in str(exchange.messages[-1].content)
        assert exchange.reply is not None
        assert record.emotion is not None
        assert json.loads(exchange.reply)["emotion"] == record.emotion.level.value
        assert exchange.prompt_tokens == record.usage.prompt_tokens


def test_what_is_told_of_a_turn(played: Past) -> None:
    """What was seen, recalled, felt and done agrees with the tables of the run."""
    run = Run(played.folder.path)
    turn = run.turns().query("mode == 'rules' and recalled != '[]'").iloc[-1]
    told = account(one(played, turn.user, int(turn.tick)))
    seen = run.exposures().query("tick == @turn.tick and user == @turn.user")
    assert [(post["id"], post["attended"]) for post in told["saw"]] == list(zip(seen.post, seen.attended, strict=True))
    assert len(told["recalled"]) == len(json.loads(turn.recalled))
    assert told["emotion"]["after"]["level"] == turn.emotion
    assert told["attitude"]["after"]["p_positive"] == turn.p_positive
    assert told["did"]["action"] == turn.action


def test_a_turn_that_was_not_is_no_turn(played: Past) -> None:
    """A tick without mail, a tick that is not there, a user that is none: each says what there is."""
    for user, tick, says in (("u0", 0, None), ("u6", 1, "had none"), ("u0", 77, "one of its turns, in the ticks 0")):
        if says is None:
            assert one(played, user, tick).result.record.mode == "seed"
        else:
            with pytest.raises(RunFolderError, match=says):
                one(played, user, tick)
    with pytest.raises(SocietyError, match="u99"):
        one(played, "u99", 1)


@pytest.mark.parametrize(("column", "value"), [("p_positive", 0.123), ("recalled", '["9.9.u9"]')])
def test_a_turn_that_comes_out_otherwise_explains_nothing(
    played: Past, tmp_path: Path, column: str, value: Any
) -> None:
    """A record that says something else than the turn comes to is told of, with both."""
    copy = tmp_path / "run"
    copy.mkdir()
    for file in ("manifest.json", "run.sqlite"):
        (copy / file).write_bytes((played.folder.path / file).read_bytes())
    with closing(sqlite3.connect(copy / "run.sqlite")) as db, db:
        tick, user = db.execute("SELECT tick, user FROM turns WHERE mode = 'rules' LIMIT 1").fetchone()
        db.execute(f"UPDATE turns SET {column} = ? WHERE tick = ? AND user = ?", (value, tick, user))
    with pytest.raises(RecordError, match=column):
        one(read_past(copy, SOCIETY), user, tick)


def test_another_society_is_refused(played: Past) -> None:
    """Over other follow edges nothing could be explained."""
    with pytest.raises(RunFolderError, match="society"):
        read_past(played.folder.path, society_of(7, [(1, 0)]))
