"""Turns ahead of others with a model behind them: replies are on file in time, and none is paid for twice."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents import Run, Simulation
from s3agents.coordinator.coordinator import Progress
from s3agents.errors import ConfigError
from s3agents.llm.base import Request
from s3agents.llm.completion import Completion
from s3agents.testing import ScriptedClient, StubEndpoint
from s3agents.testing.societies import lively_scenario, society_of
from s3agents.testing.stub_replies import make_reply
from s3agents.testing.virtual_time import run_virtually

SOCIETY = society_of(24, [(a, (a * 5 + k) % 24) for a in range(24) for k in (1, 7)])


@pytest.fixture
def stub() -> Iterator[StubEndpoint]:
    """An endpoint that now and then takes long."""
    with StubEndpoint(latency=lambda number: 0.05 if number % 7 == 0 else 0.001).running_in_thread() as stub:
        yield stub


def simulation(stub: StubEndpoint, folder: Path, *, lookahead: int, **changes: Any) -> Simulation:
    """A run in which every agent asks the model, on either bus."""
    scenario = lively_scenario(
        [f"u{n}" for n in range(0, 24, 2)],
        cognition={"mode": "llm", "spontaneous": 0.3},
        model={"url": stub.url, "name": "stub"},
        limits={"lookahead": lookahead, "faults": 1.0, "shard": 5},
        **changes,
    )
    return Simulation(scenario, SOCIETY, out=folder)


@pytest.mark.parametrize("changes", [{}, {"bus": "nats", "memory": {"store": "chroma", "capacity": 4}}])
def test_the_record_is_that_of_the_barrier(stub: StubEndpoint, tmp_path: Path, changes: dict[str, Any]) -> None:
    """In memory, and over NATS and Chroma; so is a replay, and a resumption with another lookahead."""
    barrier = simulation(stub, tmp_path / "barrier", lookahead=0).run()
    ahead = simulation(stub, tmp_path / "ahead", lookahead=6, **changes).run()
    assert ahead.fingerprint() == barrier.fingerprint()
    assert Simulation.replay(tmp_path / "ahead", SOCIETY, out=tmp_path / "again").run().fingerprint() == (
        barrier.fingerprint()
    )


class SlowClient(ScriptedClient):
    """Replies as the stub does, to most requests after a second and to some after a minute."""

    def __init__(self) -> None:
        super().__init__(_reply)

    async def ask(self, request: Request) -> Completion:
        """A reply that hangs on the request alone, as does the time that it takes."""
        await asyncio.sleep(60.0 if request.args["seed"] % 7 == 0 else 1.0)
        return await super().ask(request)


def _reply(request: Request) -> str:
    assert isinstance(request.json_output, type)
    messages = [str(message.content) for message in request.messages]
    return make_reply(messages, request.args["seed"], schema=request.json_output.model_json_schema()).text


def slow_simulation(client: SlowClient, folder: Path, *, concurrency: int = 200) -> Simulation:
    """A run in which some turns are far ahead of others."""
    scenario = lively_scenario(
        [f"u{n}" for n in range(0, 24, 2)],
        cognition={"mode": "llm", "spontaneous": 0.3},
        model={"concurrency": concurrency},
        limits={"lookahead": 6, "faults": 1.0},
    )
    return Simulation(scenario, SOCIETY, out=folder, client=client)


def test_nothing_is_paid_for_twice(tmp_path: Path) -> None:
    """What ran ahead of a stop is dropped, and its replies serve the resumption."""
    whole, client = SlowClient(), SlowClient()
    run_virtually(slow_simulation(whole, tmp_path / "whole").run_async())
    stopped = slow_simulation(client, tmp_path / "stopped")

    def stop(progress: Progress) -> None:
        if progress.tick == 2 and progress.committed is None:
            stopped.stop()

    run, _ = run_virtually(stopped.run_async(on_progress=stop))
    assert len(run.ticks()) == 3
    assert len(client.requests) > int(run.turns().calls.sum()), "some turns were ahead"
    run, _ = run_virtually(Simulation.resume(tmp_path / "stopped", SOCIETY, client=client).run_async())
    assert run.fingerprint() == Run(tmp_path / "whole").fingerprint()
    assert len(client.requests) == len(whole.requests)


@settings(max_examples=12, deadline=None)
@given(moment=st.integers(1, 90), concurrency=st.sampled_from([1, 3, 10]))
def test_a_stop_at_any_moment_ends_the_run_at_a_barrier(
    tmp_path_factory: pytest.TempPathFactory, moment: int, concurrency: int
) -> None:
    """Also when turns that are ahead have been begun: those of the lowest tick are played to their end, no others."""
    folder, told = tmp_path_factory.mktemp("stop"), list[Progress]()
    simulation = slow_simulation(SlowClient(), folder / "run", concurrency=concurrency)

    def stop(progress: Progress) -> None:
        told.append(progress)
        if len(told) == moment:
            simulation.stop()

    run, _ = run_virtually(simulation.run_async(on_progress=stop))
    assert len(run.ticks()) == min(6, told[min(moment, len(told)) - 1].tick + 1)
    resumed, _ = run_virtually(Simulation.resume(folder / "run", SOCIETY, client=SlowClient()).run_async())
    whole, _ = run_virtually(slow_simulation(SlowClient(), folder / "whole").run_async())
    assert resumed.fingerprint() == whole.fingerprint()


def test_the_replies_of_a_tick_are_on_file_before_it_is(tmp_path: Path) -> None:
    """Whatever happens to the process after a commit, the run can be replayed up to it."""
    client, missing = SlowClient(), list[int]()

    def look(progress: Progress) -> None:
        if progress.committed is not None:
            calls = int(Run(tmp_path / "run").turns().calls.sum())
            with closing(sqlite3.connect(tmp_path / "run" / "replies.sqlite")) as replies:
                missing.append(max(0, calls - replies.execute("SELECT COUNT(*) FROM replies").fetchone()[0]))

    run_virtually(slow_simulation(client, tmp_path / "run").run_async(on_progress=look))
    assert missing == [0] * 6


def test_lookahead_may_change_when_a_run_goes_on(stub: StubEndpoint, tmp_path: Path) -> None:
    """It does not shape the record: the scenario stays the same one, and so does the record."""
    with pytest.raises(ConfigError, match="lookahead"):
        lively_scenario([], limits={"lookahead": -1})
    whole, stopped = (simulation(stub, tmp_path / str(n), lookahead=n) for n in (0, 7))
    assert whole.prepared.scenario.digest() == stopped.prepared.scenario.digest()

    def stop(progress: Progress) -> None:
        if progress.committed is not None and progress.tick == 1:
            stopped.stop()

    stopped.run(on_progress=stop)
    resumed = Simulation.resume(tmp_path / "7", SOCIETY, changes={"limits.lookahead": 1}).run()
    assert resumed.manifest.scenario["limits"]["lookahead"] == 1
    assert resumed.fingerprint() == whole.run().fingerprint()
