"""Runs of so many users that Chroma has a process of its own: whoever is killed, nothing is left or lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from s3agents.report.run import Run

pytestmark = [
    pytest.mark.skipif(not os.environ.get("S3AGENTS_MEMORY_LONG"), reason="S3AGENTS_MEMORY_LONG=1 plays it"),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc"),
]

_SECONDS = 120.0


def started(*arguments: str) -> subprocess.Popen[bytes]:
    """The command s3agents, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "s3agents", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def until(found: Callable[[], object]) -> None:
    """Return when there is something."""
    end = time.monotonic() + _SECONDS
    while not found():
        assert time.monotonic() < end, f"nothing in {_SECONDS:g} s"
        time.sleep(0.01)


def children(pid: int) -> dict[str, int]:
    """Ids of the children of a process, by the name of their program."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().partition("(")[2].rpartition(")")
        except OSError:
            continue
        if int(rest.split()[1]) == pid and rest.split()[0] not in "ZX":
            found[name] = int(stat.parent.name)
    return found


def ended(pid: int) -> bool:
    """Whether a process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A thousand and a half textbook users, all active."""
    folder = tmp_path_factory.mktemp("scenario")
    file = folder / "scenario.yaml"
    data = {
        "name": "many",
        "topic": "a tax on sugar",
        "question": "Should the tax be kept?",
        "ticks": 8,
        "society": {"generate": {"users": 1_500, "posts": 6_000}},
        "seeds": [{"author": "u00000", "text": "They want to tax sugar!"}],
        "cognition": {"mode": "rules", "spontaneous": 0.9},
        "bus": "local",
    }
    file.write_text(yaml.safe_dump(data))
    return file


@pytest.fixture(scope="module")
def undisturbed(scenario: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The record of a run that nobody disturbs."""
    folder = tmp_path_factory.mktemp("undisturbed") / "run"
    with started("run", str(scenario), "--out", str(folder)) as run:
        assert run.wait(_SECONDS) == 0
    return Run(folder).fingerprint()


def test_a_killed_run_takes_its_chroma_along(scenario: Path, undisturbed: str, tmp_path: Path) -> None:
    """And goes on to the same record, on what the memory had."""
    folder = tmp_path / "run"
    with started("run", str(scenario), "--out", str(folder)) as run:
        until(lambda: "s3agents-chroma" in children(run.pid))
        chroma = children(run.pid)["s3agents-chroma"]
        until((folder / "memory" / "chroma.sqlite3").exists)
        run.send_signal(signal.SIGKILL)
    until(lambda: ended(chroma))
    with started("resume", str(folder)) as run:
        assert run.wait(_SECONDS) == 0
    assert Run(folder).fingerprint() == undisturbed


def test_a_killed_chroma_is_started_again(scenario: Path, undisturbed: str, tmp_path: Path) -> None:
    """The run goes on, and leaves no process behind."""
    folder = tmp_path / "run"
    with started("run", str(scenario), "--out", str(folder)) as run:
        until(lambda: "s3agents-chroma" in children(run.pid))
        first = children(run.pid)["s3agents-chroma"]
        os.kill(first, signal.SIGKILL)
        until(lambda: children(run.pid).get("s3agents-chroma", first) != first)
        second = children(run.pid)["s3agents-chroma"]
        assert run.wait(_SECONDS) == 0
    assert ended(second)
    assert Run(folder).fingerprint() == undisturbed
