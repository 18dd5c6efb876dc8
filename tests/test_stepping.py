"""A run that is taken step by step, and told things in between."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents import Run, Simulation
from s3agents.errors import InputError, RunFolderError
from s3agents.fork import fork_run
from s3agents.testing import StubEndpoint
from s3agents.testing.societies import lively_scenario, society_of

SOCIETY = society_of(6, [(1, 0), (2, 0), (3, 1), (4, 2), (5, 3), (0, 5)])
TICKS = 6


def stepped(folder: Path, steps: Sequence[int], **changes: Any) -> Run:
    """A run, in steps of so many ticks."""

    async def play() -> Run:
        async with Simulation(lively_scenario(["u0"], ticks=TICKS, **changes), SOCIETY, out=folder) as sim:
            for ticks in steps:
                await sim.step(ticks)
            return sim.run

    return asyncio.run(play())


@settings(max_examples=10, deadline=None)
@given(steps=st.lists(st.integers(1, TICKS), min_size=1, max_size=TICKS), seed=st.integers(0, 99))
def test_steps_make_the_run(tmp_path_factory: pytest.TempPathFactory, steps: list[int], seed: int) -> None:
    """However it is cut into steps, the record is that of the run in one go, as far as the steps go."""
    folder = tmp_path_factory.mktemp("steps")
    far = min(sum(steps), TICKS)
    whole = Simulation(lively_scenario(["u0"], ticks=far, seed=seed), SOCIETY, out=folder / "whole").run()
    run = stepped(folder / "steps", steps, seed=seed)
    assert run.fingerprint() == whole.fingerprint()
    assert Run(folder / "steps").manifest.status == ("done" if far == TICKS else "interrupted")


def test_a_model_is_asked_as_ever(tmp_path: Path) -> None:
    """With a model, where agents may run ahead, steps make the same record."""
    with StubEndpoint().running_in_thread() as stub:
        settings = {"cognition": {"mode": "llm", "spontaneous": 1.0}, "model": {"url": stub.url, "name": "stub"}}
        whole = Simulation(lively_scenario(["u0"], ticks=TICKS, **settings), SOCIETY, out=tmp_path / "whole").run()
        run = stepped(tmp_path / "steps", [1, 3, 2], **settings)
    assert run.fingerprint() == whole.fingerprint()


def test_what_is_injected_is_part_of_the_run(tmp_path: Path) -> None:
    """The post is published in the next tick; the run resumes, replays, forks, and equals one that had it as a seed."""
    scenario = lively_scenario(["u0"], ticks=TICKS)

    async def play() -> None:
        async with Simulation(scenario, SOCIETY, out=tmp_path / "run") as sim:
            records = await sim.step(2)
            assert [record.tick for record in records] == [0, 1]
            post = sim.inject("u3", "That is not so.", attitude="negative", emotion="calm")
            again = sim.inject("u3", "I say it twice.")
            (record,) = await sim.step()
            said = {post.id: post.text for post in record.posts if post.author == "u3"}
            assert said == {post: "That is not so.", again: "I say it twice."}

    asyncio.run(play())
    assert Run(tmp_path / "run").manifest.status == "interrupted"
    resumed = Simulation.resume(tmp_path / "run", SOCIETY).run()
    injected = [
        {"author": "u3", "text": "That is not so.", "tick": 2, "attitude": "negative", "emotion": "calm"},
        {"author": "u3", "text": "I say it twice.", "tick": 2},
    ]
    seeds = [*scenario.dump()["seeds"], *injected]
    told = Simulation(lively_scenario(["u0"], ticks=TICKS, seeds=seeds), SOCIETY, out=tmp_path / "told").run()
    assert resumed.fingerprint() == told.fingerprint()
    assert resumed.manifest.scenario_digest == told.manifest.scenario_digest
    assert fork_run(tmp_path / "run", at_tick=3, society=SOCIETY).run().fingerprint() == told.fingerprint()


def test_a_sample_stays_what_it_was(tmp_path: Path) -> None:
    """A post of somebody else does not move the sample around them: the run can still be resumed."""
    seeds = [{"author": "0", "text": "Hello.", "tick": 0}]
    scenario = lively_scenario([], ticks=4, society={"networkx": "karate_club", "sample": 20}, seeds=seeds)

    async def play() -> Run:
        async with Simulation(scenario, out=tmp_path / "run") as sim:
            await sim.step()
            sim.inject(sim.users[-1], "And I say no.")
            await sim.step()
            return sim.run

    began = asyncio.run(play()).manifest.society
    assert began.users == 20
    resumed = Simulation.resume(tmp_path / "run").run().manifest
    assert (resumed.status, resumed.society) == ("done", began)


@pytest.mark.parametrize(
    ("author", "text", "more", "says"),
    [
        ("nobody", "x", {}, "nobody"),
        ("u1", "", {}, "text"),
        ("u1", "x", {"attitude": "maybe"}, "attitude"),
        ("u1", "x", {"emotion": "wild"}, "emotion"),
    ],
)
def test_what_cannot_be_said_changes_nothing(
    tmp_path: Path, author: str, text: str, more: dict[str, str], says: str
) -> None:
    """The message names what is wrong; the run goes on as if nobody had tried."""
    whole = Simulation(lively_scenario(["u0"], ticks=TICKS), SOCIETY, out=tmp_path / "whole").run()

    async def play() -> Run:
        async with Simulation(lively_scenario(["u0"], ticks=TICKS), SOCIETY, out=tmp_path / "run") as sim:
            with pytest.raises(InputError, match=says):
                sim.inject(author, text, **more)
            with pytest.raises(InputError, match="one tick"):
                await sim.step(0)
            async for record in sim:
                assert record.tick == sim.tick - 1
            assert sim.done
            with pytest.raises(InputError, match="6 ticks played"):
                sim.inject("u1", "x")
            assert await sim.step() == []
            return sim.run

    assert asyncio.run(play()).fingerprint() == whole.fingerprint()


def test_a_run_that_is_asked_to_stop_has_no_further_tick(tmp_path: Path) -> None:
    """Whoever goes through its ticks comes to an end."""

    async def play() -> list[int]:
        simulation = Simulation(lively_scenario(["u0"], ticks=TICKS), SOCIETY, out=tmp_path / "run")
        ticks = []
        async with simulation as sim:
            async for record in sim:
                ticks.append(record.tick)
                if record.tick == 2:
                    simulation.stop()
        return ticks

    assert asyncio.run(play()) == [0, 1, 2]
    assert Run(tmp_path / "run").manifest.status == "interrupted"


def test_a_run_that_breaks_off_says_so(tmp_path: Path) -> None:
    """An error in the block closes the run; it is resumable, and nobody else can be at it meanwhile."""

    async def play() -> None:
        async with Simulation(lively_scenario(["u0"], ticks=TICKS), SOCIETY, out=tmp_path / "run") as sim:
            await sim.step()
            with pytest.raises(RunFolderError, match="in use"):
                await Simulation.resume(tmp_path / "run", SOCIETY).run_async()
            raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError):
        asyncio.run(play())
    manifest = Run(tmp_path / "run").manifest
    assert (manifest.status, manifest.failure) == ("failed", "mine")
    assert Simulation.resume(tmp_path / "run", SOCIETY).run().manifest.status == "done"
