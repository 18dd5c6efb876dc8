"""Workers of our own: started, started again, given up, and ended with the run."""

from __future__ import annotations

import sys
from pathlib import Path
from unittest.mock import patch

import pytest
from fleet_processes import until

from s3agents.errors import RunError
from s3agents.fleet.crew import Crew


def crew(folder: Path, program: str, size: int = 2, **environ: str) -> Crew:
    """Workers that run ``program``."""
    return Crew([sys.executable, "-I", "-S", "-c", program], environ, size=size, logs=folder / "workers")


async def test_who_ends_well_leaves_nothing(tmp_path: Path) -> None:
    """Nor its log."""
    workers = crew(tmp_path, "print('done')")
    workers.start()
    await workers.leave()
    assert not (tmp_path / "workers").exists()


async def test_each_has_its_log_and_the_environment_that_it_is_given(tmp_path: Path) -> None:
    """Logs of workers of which one did not end well stay."""
    workers = crew(tmp_path, "import os, sys; print(os.environ['WORD']); sys.exit(1)", WORD="abracadabra")
    workers.start()
    await workers.leave()
    logs = sorted((tmp_path / "workers").iterdir())
    assert [log.name for log in logs] == ["worker-1.log", "worker-2.log"]
    assert {log.read_text().strip() for log in logs} == {"abracadabra"}


async def test_who_can_never_work_ends_the_run(tmp_path: Path) -> None:
    """With what it said."""
    workers = crew(tmp_path, "import sys; print('wanted another society'); sys.exit(2)")
    workers.start()

    until(lambda: not workers.running, "the end of both")
    with pytest.raises(RunError, match="cannot work for it: wanted another society"):
        workers.look_after()
    await workers.leave()


async def test_who_ends_again_and_again_is_given_up(tmp_path: Path) -> None:
    """After so many new starts; what it said is kept, and told."""
    workers = crew(tmp_path, "import sys; print('oh'); sys.exit(7)", size=1)
    workers.start()
    log = tmp_path / "workers" / "worker-1.log"

    def given_up() -> bool:
        workers.look_after()
        return log.read_text().count("oh") == 6 and not workers.running

    until(given_up, "the end of all starts")
    workers.look_after()
    assert not workers.running
    assert workers.last_words.count("oh") == 6
    await workers.leave()


@pytest.mark.parametrize("deaf", [False, True])
async def test_who_does_not_leave_is_told_to_and_then_ended(deaf: bool, tmp_path: Path) -> None:
    """One that goes when it is told to leaves nothing either; one that does not hear leaves its log."""
    hear = "signal.signal(signal.SIGTERM, signal.SIG_IGN);" if deaf else ""
    workers = crew(tmp_path, f"import signal, time; {hear} print('here', flush=True); time.sleep(600)", size=1)
    workers.start()
    log = tmp_path / "workers" / "worker-1.log"
    until(lambda: log.exists() and "here" in log.read_text(), "a worker")
    assert workers.running
    with patch("s3agents.fleet.crew._LEAVE_SECONDS", 0.1), patch("s3agents.fleet.crew._TOLD_SECONDS", 1.0):
        await workers.leave()
    assert not workers.running
    assert log.exists() == deaf


def test_a_command_that_is_none_is_told(tmp_path: Path) -> None:
    """Where no log can be written."""
    (tmp_path / "workers").write_text("a file")
    with pytest.raises(RunError, match="processes of their own"):
        crew(tmp_path, "").start()
