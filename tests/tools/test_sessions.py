"""Societies played by another program: what it may do, and what it may not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from s3agents import Run, Simulation, load_scenario
from s3agents.config.model import ModelSection
from s3agents.errors import InputError, RunFolderError, SocietyError
from s3agents.resources import examples_dir
from s3agents.testing import StubEndpoint
from s3agents.tools.sessions import Sessions


def played(folder: Path, play: Callable[[Sessions], Awaitable[Any]], **settings: Any) -> Any:
    """What ``play`` makes of sessions that are closed afterwards."""

    async def session() -> Any:
        sessions = Sessions(folder, **settings)
        try:
            return await play(sessions)
        finally:
            await sessions.close()

    return asyncio.run(session())


def test_a_run_from_its_beginning_to_its_fork(tmp_path: Path) -> None:
    """Begun, stepped, told something, read, forked; and the record is that of the same run played otherwise."""

    async def play(sessions: Sessions) -> None:
        assert "karate_club" in {one["name"] for one in sessions.scenarios()}
        about = await sessions.start("karate_club", {"ticks": 6, "seed": 3})
        assert (about["users"], about["ticks"], about["next"]) == (34, 6, 0)
        run = about["run"]
        told = await sessions.step(run, 3)
        assert [one["tick"] for one in told["ticks"]] == [0, 1, 2]
        post = await sessions.inject(run, "5", "I have seen the books.", attitude="negative", emotion="calm")
        assert post["tick"] == 3
        told = await sessions.step(run)
        assert post["post"] in {one["id"] for one in told["ticks"][0]["posts"]}
        assert (await sessions.step(run, 100))["done"]
        assert (await sessions.step(run))["ticks"] == []
        assert sessions.about(run)["next"] == 6
        assert [row["tick"] for row in sessions.curves(run)] == list(range(6))
        assert [one["id"] for one in sessions.posts(run, tick=3) if one["author"] == "5"] == [post["post"]]
        fork = await sessions.fork(run, 2, {"cognition.rules.forward": 0.0, "cognition.rules.post": 0.0})
        assert fork["fork_of"] == run
        await sessions.step(fork["run"], 100)
        last = {name: sessions.curves(name)[-1]["forwards_total"] for name in (run, fork["run"])}
        assert last[fork["run"]] < last[run]
        assert {one["run"] for one in sessions.runs()} == {run, fork["run"]}

    played(tmp_path, play)
    seeds = [*load_scenario(examples_dir() / "karate_club").dump()["seeds"]]
    seeds.append(
        {"author": "5", "text": "I have seen the books.", "attitude": "negative", "emotion": "calm", "tick": 3}
    )
    scenario = load_scenario(examples_dir() / "karate_club", overrides=["ticks=6", "seed=3"])
    scenario = scenario.model_validate({**scenario.dump(), "seeds": seeds})
    whole = Simulation(scenario, out=tmp_path / "whole").run()
    assert Run(tmp_path / "karate_club-1").fingerprint() == whole.fingerprint()


def test_a_run_that_was_left_alone_goes_on(tmp_path: Path) -> None:
    """More runs than may be open take turns; each comes out as if it had been open all the time."""

    async def play(sessions: Sessions) -> list[str]:
        runs = [(await sessions.start("karate_club", {"ticks": 3}))["run"] for _ in range(3)]
        for _ in range(3):
            for run in runs:
                await sessions.step(run)
        return runs

    runs = played(tmp_path, play, most=1)
    assert {Run(tmp_path / run).manifest.status for run in runs} == {"done"}
    assert len({Run(tmp_path / run).fingerprint() for run in runs}) == 1


def test_agents_are_asked(tmp_path: Path) -> None:
    """With a model, agents think with it and answer by it; without one, nobody can be interviewed."""

    async def ask(sessions: Sessions) -> list[dict[str, Any]]:
        run = (await sessions.start("karate_club", {"ticks": 2}))["run"]
        await sessions.step(run, 2)
        answers: list[dict[str, Any]] = await sessions.interview(run, "5,6", "Is it?", options=["yes", "no"], tick=0)
        return answers

    with StubEndpoint().running_in_thread() as stub:
        answers = played(tmp_path / "asked", ask, model=ModelSection(url=stub.url, name="stub"))
        assert stub.requests > 30
    assert [answer["user"] for answer in answers] == ["5", "6"]
    assert all(sum(answer["p"].values()) == pytest.approx(1.0) for answer in answers)
    with pytest.raises(InputError, match="--model-url"):
        played(tmp_path / "not", ask)


@pytest.mark.parametrize(
    ("scenario", "settings", "run", "says"),
    [
        ("nowhere", {}, "", "karate_club"),
        ("../karate_club", {}, "", "karate_club"),
        ("karate_club", {"model.backend": "os:system"}, "", "setting model.backend"),
        ("karate_club", {"memory.embedder.path": "os:system"}, "", "setting memory.embedder.path"),
        ("karate_club", {"society.path": "/etc"}, "", "setting society.path"),
        ("karate_club", {"cognition.rules.learnt": 1}, "", "learnt"),
        ("karate_club", {"ticks": -1}, "", "ticks"),
        ("karate_club", {}, "../elsewhere", "the name of a run"),
        ("karate_club", {}, ".hidden", "the name of a run"),
    ],
)
def test_a_caller_gets_no_further_than_societies(
    tmp_path: Path, scenario: str, settings: dict[str, Any], run: str, says: str
) -> None:
    """No file, address or code can be named, and nothing is left behind by who tries."""
    with pytest.raises(InputError, match=says):
        played(tmp_path / "runs", lambda sessions: sessions.start(scenario, settings, run=run))
    assert not (tmp_path / "runs").exists()
    assert list(tmp_path.iterdir()) == []


def test_something_is_done_to_a_run(tmp_path: Path) -> None:
    """From the next tick on; a kind of an installed package is code, and is not taken."""

    async def play(sessions: Sessions) -> None:
        run = (await sessions.start("karate_club", {"ticks": 5}))["run"]
        await sessions.step(run, 2)
        told = await sessions.intervene(run, {"kind": "suspend", "who": {"users": ["0", "33"]}})
        assert (told["interventions"], told["tick"]) == (1, 2)
        await sessions.step(run, 3)
        assert {one["author"] for one in sessions.posts(run, tick=0)} == {"0", "33"}
        assert not {one["author"] for tick in (2, 3, 4) for one in sessions.posts(run, tick=tick)} & {"0", "33"}
        with pytest.raises(InputError, match="a tick left"):
            await sessions.intervene(run, {"kind": "suspend", "who": {"users": ["0"]}})
        other = (await sessions.start("karate_club", {"ticks": 2}))["run"]
        with pytest.raises(InputError, match="one of down_rank"):
            await sessions.intervene(other, {"kind": "bridges"})
        with pytest.raises(InputError, match="who"):
            await sessions.intervene(other, {"kind": "suspend", "who": {"users": ["nobody"]}})
        assert (await sessions.step(other, 2))["done"]

    played(tmp_path, play)


def test_what_is_wrong_is_said_and_the_run_goes_on(tmp_path: Path) -> None:
    """A run, user or number that is none: each is an error of its own, and harms nothing."""

    async def play(sessions: Sessions) -> None:
        run = (await sessions.start("karate_club", {"ticks": 2}))["run"]
        with pytest.raises(RunFolderError, match=run):
            await sessions.step("other")
        with pytest.raises(InputError, match="1 to 1000"):
            await sessions.step(run, 0)
        with pytest.raises(SocietyError, match="nobody"):
            await sessions.inject(run, "nobody", "x")
        with pytest.raises(InputError, match="name of a run"):
            sessions.about("../runs")
        assert (await sessions.step(run, 2))["done"]

    played(tmp_path, play)


def test_nobody_is_asked_at_a_terminal(tmp_path: Path) -> None:
    """Standard input may be the line to whoever plays: a scenario with a human is refused, and leaves nothing."""
    file = tmp_path / "mine" / "scenario.yaml"
    file.parent.mkdir()
    text = (examples_dir() / "karate_club" / "scenario.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("cognition:\n", "cognition:\n  groups: [{name: me, users: ['5'], mode: human}]\n"))

    async def play(sessions: Sessions) -> None:
        with pytest.raises(InputError, match="wanted a scenario in which no human answers"):
            await sessions.start("mine")
        assert sessions.runs() == []

    played(tmp_path / "runs", play, scenarios=tmp_path)
