"""Endpoints that fail: a retried success or a clear fault, never an invented decision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from s3agents import Run, Simulation
from s3agents.errors import BudgetError, FaultLimitError
from s3agents.testing import StubEndpoint
from s3agents.testing.societies import lively_scenario, society_of

SOCIETY = society_of(24, [(a, b) for a in range(24) for b in range(24) if (a + b) % 3 == 1])
PASSING = ("status_429", "status_500", "drop", "garbage", "half", "empty")
"""Failures that say nothing of the reply: the same request is made again."""
LASTING = {
    "status_429": "status_429",
    "status_500": "status_500",
    "status_401": "status_401",
    "timeout": "timeout",
    "drop": "connection",
    "garbage": "garbage",
    "empty": "garbage",
    "half": "garbage",
    "schema": "schema",
}
"""Cause of the fault that each kind of failure becomes when it does not pass."""


def simulation(url: str, folder: Path, *, faults: float = 0.0, **model: Any) -> Simulation:
    """A run in which every agent asks the model."""
    settings = {"url": url, "name": "stub", "timeout": 0.5, "retries": 20, "patience": 60.0, "repairs": 6, **model}
    scenario = lively_scenario(
        [f"u{n}" for n in range(0, 24, 3)],
        ticks=4,
        cognition={"mode": "llm"},
        model=settings,
        limits={"faults": faults},
    )
    return Simulation(scenario, SOCIETY, out=folder)


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run over an endpoint that never fails."""
    with StubEndpoint().running_in_thread() as stub:
        run = simulation(stub.url, tmp_path_factory.mktemp("right") / "run").run()
    assert run.faults().empty
    return run


def test_a_third_of_random_failures_ends_with_the_right_record(right: Run, tmp_path: Path) -> None:
    """With 30 % of requests failing at random the record is the one of an endpoint that never fails."""
    with StubEndpoint(failures=0.3, kinds=PASSING, seed=3).running_in_thread() as stub:
        run = simulation(stub.url, tmp_path / "run").run()
        assert sum(stub.failed.values()) > 10
    assert run.fingerprint() == right.fingerprint()


def test_unusable_replies_are_asked_for_again(right: Run, tmp_path: Path) -> None:
    """With 30 % of replies of another schema, every turn still gets a reply that can be used."""
    with StubEndpoint(failures=0.3, kinds=("schema",), seed=3).running_in_thread() as stub:
        run = simulation(stub.url, tmp_path / "run").run()
        assert sum(stub.failed.values()) > 5
    assert run.faults().empty
    assert (run.ticks().acted + run.ticks().inactive + run.ticks().not_exposed == len(SOCIETY)).all()
    assert run.turns().calls.sum() > len(run.turns())


@pytest.mark.parametrize("kind", sorted(LASTING))
def test_failures_that_last_are_faults(kind: str, tmp_path: Path) -> None:
    """When nothing helps the run ends with one message that counts the causes, and no turn was made up."""
    with StubEndpoint(failures=1.0, kinds=(kind,)).running_in_thread() as stub:
        failing = simulation(stub.url, tmp_path / "run", retries=1, patience=2.0, repairs=1)
        with pytest.raises(FaultLimitError, match=rf"x {LASTING[kind]}"):
            failing.run()
    run = Run(tmp_path / "run")
    assert run.manifest.status == "failed"
    assert set(run.manifest.faults) == {LASTING[kind]}
    assert set(run.turns()["mode"]) == {"seed"}


def test_tolerated_faults_are_recorded_and_replayed(tmp_path: Path) -> None:
    """Below the limit a run goes on: failed turns are on the record with their cause, and a replay has them too."""
    with StubEndpoint(failures=0.4, kinds=("status_500", "schema"), seed=9).running_in_thread() as stub:
        run = simulation(stub.url, tmp_path / "run", faults=1.0, retries=0, repairs=0, concurrency=1).run()
    ticks = run.ticks()
    assert 0 < ticks.faulted.sum() < len(run.turns())
    assert ticks.faulted.sum() == len(run.faults())
    assert (ticks.acted + ticks.inactive + ticks.faulted + ticks.not_exposed == len(SOCIETY)).all()
    replay = Simulation.replay(tmp_path / "run", SOCIETY, out=tmp_path / "replay").run()
    assert replay.fingerprint() == run.fingerprint()


def test_an_endpoint_that_comes_back_lets_the_run_go_on(right: Run, tmp_path: Path) -> None:
    """A run whose endpoint dies fails; resumed with another address it ends with the right record."""
    with StubEndpoint().running_in_thread() as stub:
        dying = simulation(stub.url, tmp_path / "run", retries=1, patience=1.0)

        def die(progress: Any) -> None:
            if progress.committed is not None and progress.tick == 1:
                stub.failures, stub.kinds = 1.0, ("drop",)

        with pytest.raises(FaultLimitError, match="connection"):
            dying.run(on_progress=die)
    assert len(Run(tmp_path / "run").ticks()) == 2
    with StubEndpoint().running_in_thread() as other:
        run = Simulation.resume(tmp_path / "run", SOCIETY, changes={"url": other.url}).run()
    assert run.fingerprint() == right.fingerprint()


def test_the_budget_is_hard_and_can_be_raised(right: Run, tmp_path: Path) -> None:
    """A run stops before it passes its budget; with a larger one it goes on to the right record."""
    with StubEndpoint().running_in_thread() as stub:
        with pytest.raises(BudgetError, match="budget"):
            simulation(stub.url, tmp_path / "run", budget=12_000).run()
        assert stub.tokens.total() <= 12_000
        run = Simulation.resume(tmp_path / "run", SOCIETY, changes={"budget": 10_000_000}).run()
    assert run.fingerprint() == right.fingerprint()


def test_latency_and_concurrency_do_not_shape_the_record(right: Run, tmp_path: Path) -> None:
    """Replies that come in any order, to one request at a time or to many, give the same record."""
    with StubEndpoint(latency=lambda number: (number * 7919 % 11) / 1000).running_in_thread() as stub:
        for concurrency in (1, 7, 200):
            run = simulation(stub.url, tmp_path / f"run{concurrency}", concurrency=concurrency).run()
            assert run.fingerprint() == right.fingerprint()
