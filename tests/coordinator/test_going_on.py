"""Going on with a run, and playing it again: what is kept, what may change, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from s3agents import Run, Simulation
from s3agents.coordinator.coordinator import Progress
from s3agents.errors import ConfigError, FaultLimitError, RunFolderError
from s3agents.testing import StubEndpoint
from s3agents.testing.societies import lively_scenario, society_of

SOCIETY = society_of(6, [(1, 0), (2, 0), (3, 1), (4, 2), (5, 3), (0, 5)])


def simulation(url: str, folder: Path, **changes: Any) -> Simulation:
    """A run over an endpoint, of which some turns may fail."""
    model = {"url": url, "name": "stub", "retries": 0, "repairs": 0, "patience": 1.0, **changes.pop("model", {})}
    settings = {"ticks": 5, "cognition": {"mode": "llm", "spontaneous": 1.0}, "limits": {"faults": 1.0}, "model": model}
    return Simulation(lively_scenario(["u0"], **{**settings, **changes}), SOCIETY, out=folder)


def stopped_after(simulation: Simulation, tick: int) -> Run:
    """The run, asked to stop after a tick."""

    def stop(progress: Progress) -> None:
        if progress.committed is not None and progress.tick == tick:
            simulation.stop()

    return simulation.run(on_progress=stop)


def failing(stub: StubEndpoint) -> None:
    """Have the first requests fail, as they come."""
    stub.fail_next(*["status_400"] * 2)


def test_agents_whose_turns_all_failed_resume_as_they_were(tmp_path: Path) -> None:
    """An agent that has had no turn but a failed one is as unknown after a resumption as before it."""
    with StubEndpoint().running_in_thread() as stub:
        failing(stub)
        whole = simulation(stub.url, tmp_path / "whole", model={"concurrency": 1}).run()
        failing(stub)
        stopped = stopped_after(simulation(stub.url, tmp_path / "stopped", model={"concurrency": 1}), 1)
        assert len(stopped.faults()) == 2
        resumed = Simulation.resume(tmp_path / "stopped", SOCIETY).run()
    assert resumed.fingerprint() == whole.fingerprint()


def test_a_stopped_run_is_replayed_as_far_as_it_went(tmp_path: Path) -> None:
    """The replay of a run that was stopped has its ticks and no more, and equals it; so does a replay of the replay."""
    with StubEndpoint().running_in_thread() as stub:
        run = stopped_after(simulation(stub.url, tmp_path / "run"), 2)
    replay = Simulation.replay(tmp_path / "run", SOCIETY, out=tmp_path / "replay").run()
    again = Simulation.replay(tmp_path / "replay", SOCIETY, out=tmp_path / "again").run()
    assert len(replay.ticks()) == 3
    assert replay.fingerprint() == again.fingerprint() == run.fingerprint()


def test_a_stopped_replay_goes_on_as_a_replay(tmp_path: Path) -> None:
    """Resuming a replay asks nobody either."""
    with StubEndpoint().running_in_thread() as stub:
        run = simulation(stub.url, tmp_path / "run").run()
        asked = stub.requests
        stopped_after(Simulation.replay(tmp_path / "run", SOCIETY, out=tmp_path / "replay"), 1)
        assert Simulation.resume(tmp_path / "replay", SOCIETY).run().fingerprint() == run.fingerprint()
        assert stub.requests == asked


def test_what_an_uncommitted_tick_left_is_no_part_of_the_fingerprint(tmp_path: Path) -> None:
    """Failed runs are equal however many turns happened to be under way when the limit was passed."""
    prints = set()
    with StubEndpoint(failures=1.0, kinds=("status_400",)).running_in_thread() as stub:
        for concurrency in (1, 4):
            failed = simulation(
                stub.url, tmp_path / f"run{concurrency}", model={"concurrency": concurrency}, limits={"faults": 0.0}
            )
            with pytest.raises(FaultLimitError):
                failed.run()
            prints.add(Run(tmp_path / f"run{concurrency}").fingerprint())
    assert len(prints) == 1


def test_changes_are_checked_and_kept(tmp_path: Path) -> None:
    """What does not shape the record may change and stays changed; anything else is refused."""
    with StubEndpoint().running_in_thread() as stub:
        stopped_after(simulation(stub.url, tmp_path / "run"), 1)
        for wrong in ({"bugdet": 5}, {"temperature": 0.1}, {"budget": -5}):
            with pytest.raises(ConfigError, match=next(iter(wrong))):
                Simulation.resume(tmp_path / "run", SOCIETY, changes=wrong)
        run = Simulation.resume(tmp_path / "run", SOCIETY, changes={"budget": 9_000_000}).run()
    assert run.manifest.scenario["model"]["budget"] == 9_000_000


def test_a_run_killed_before_it_began_leaves_its_folder_free(tmp_path: Path) -> None:
    """A lock and half a manifest are no run: the next one may have the folder."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / ".lock").touch()
    (tmp_path / "run" / "manifest.json.part").write_text("{")
    with pytest.raises(RunFolderError, match="no manifest"):
        Simulation.resume(tmp_path / "run", SOCIETY)
    run = Simulation(lively_scenario(["u0"]), SOCIETY, out=tmp_path / "run").run()
    assert run.manifest.status == "done"


def test_a_folder_taken_meanwhile_is_refused(tmp_path: Path) -> None:
    """Of two runs prepared for one folder, the second finds the first one's record and leaves it alone."""
    first = Simulation(lively_scenario(["u0"]), SOCIETY, out=tmp_path / "run")
    second = Simulation(lively_scenario(["u0"], seed=99), SOCIETY, out=tmp_path / "run")
    run = first.run()
    before = run.fingerprint()
    with pytest.raises(RunFolderError, match="just begun"):
        second.run()
    assert Run(tmp_path / "run").fingerprint() == before


def test_a_replay_without_replies_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    """Without the record of replies there is nothing to play."""
    with StubEndpoint().running_in_thread() as stub:
        simulation(stub.url, tmp_path / "run").run()
    (tmp_path / "run" / "replies.sqlite").unlink()
    with pytest.raises(RunFolderError, match="recorded replies"):
        Simulation.replay(tmp_path / "run", SOCIETY, out=tmp_path / "replay")
    assert not (tmp_path / "replay").exists()
