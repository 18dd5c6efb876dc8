"""Crashes: a run killed at any moment and resumed ends where the undisturbed one does."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from s3agents import Run
from s3agents.testing.stub_launcher import stub_process

MOMENTS = 20
BOUND = 300.0
"""Seconds for anything that has to happen, on however busy a machine."""

pytestmark = pytest.mark.timeout(3600)
SCENARIO = ("karate_club", "--ticks", "6", "--seed", "5")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """An endpoint that takes its time, so that a kill meets turns under way."""
    with stub_process("--latency", "0.04") as address:
        yield address


def command(*arguments: str) -> list[str]:
    """The command line of this very checkout."""
    return [sys.executable, "-m", "s3agents", *arguments]


def start(folder: Path, url: str, bus: str) -> subprocess.Popen[bytes]:
    """A run in a process of its own."""
    arguments = command("run", *SCENARIO, "-o", str(folder), "--bus", bus, "--model-url", url)
    with folder.with_suffix(".log").open("wb") as log:
        return subprocess.Popen(arguments, stdout=log, stderr=log)


@pytest.fixture(scope="module")
def undisturbed(url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Fingerprint of the run that nobody disturbs."""
    folder = tmp_path_factory.mktemp("undisturbed") / "run"
    assert start(folder, url, "local").wait(BOUND) == 0
    return Run(folder).fingerprint()


def await_ticks(process: subprocess.Popen[bytes], folder: Path, ticks: int) -> None:
    """Wait until a run has committed so many ticks, or has ended."""
    log, deadline = folder.with_suffix(".log"), time.monotonic() + BOUND
    while log.read_bytes().count(b'"event": "tick"') < ticks and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def kill(process: subprocess.Popen[bytes], after: float) -> None:
    """Kill -9 ``process`` after some seconds, if it is still there."""
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(BOUND)


def resumed(folder: Path, url: str, bus: str) -> str:
    """Fingerprint of a run after its resumption; one killed before there was anything to resume starts anew."""
    if (folder / "manifest.json").exists():
        done = subprocess.run(command("resume", str(folder)), capture_output=True, timeout=BOUND)
        assert done.returncode == 0, done.stderr.decode()[-3000:]
    else:
        assert start(folder, url, bus).wait(BOUND) == 0
    return Run(folder).fingerprint()


def killed_and_resumed(folder: Path, url: str, bus: str, ticks: int, after: float) -> str:
    """Fingerprint of a run that is killed ``after`` seconds from its ``ticks``-th commit, and resumed."""
    process = start(folder, url, bus)
    await_ticks(process, folder, ticks)
    kill(process, after)
    return resumed(folder, url, bus)


def test_killed_at_random_moments(url: str, undisturbed: str, tmp_path: Path) -> None:
    """Whenever a run is killed, on either bus, its resumption has the record of the undisturbed run."""
    rng = random.Random(20)
    trials = []
    for n in range(MOMENTS):
        ticks = rng.randrange(6)
        trials.append((("local", "nats")[n % 2], ticks, rng.uniform(0, 0.2) if ticks else rng.uniform(0.3, 3)))
    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(lambda n: killed_and_resumed(tmp_path / f"run{n}", url, *trials[n]), range(MOMENTS)))
    assert [trial for trial, end in zip(trials, ends, strict=True) if end != undisturbed] == []
    assert servers_under(tmp_path) == []


def servers_under(folder: Path) -> list[str]:
    """NATS servers whose store lies in ``folder`` and that do not end by themselves."""
    found = [
        p for p in psutil.process_iter(["cmdline"]) if any(str(folder) in word for word in p.info["cmdline"] or [])
    ]
    _, alive = psutil.wait_procs([p for p in found if "nats" in " ".join(p.info["cmdline"])], timeout=60)
    return [" ".join(p.info["cmdline"]) for p in alive]


def test_killed_over_and_over(url: str, undisturbed: str, tmp_path: Path) -> None:
    """Resumptions may be killed too; every one goes on where the last whole tick ended."""
    folder = tmp_path / "run"
    process = start(folder, url, "nats")
    await_ticks(process, folder, 2)
    kill(process, 0.05)
    with folder.with_suffix(".log").open("wb") as log:
        again = subprocess.Popen(command("resume", str(folder)), stdout=log, stderr=log)
    await_ticks(again, folder, 2)
    kill(again, 0.05)
    assert resumed(folder, url, "nats") == undisturbed


def test_ctrl_c_ends_at_the_barrier(url: str, undisturbed: str, tmp_path: Path) -> None:
    """Ctrl-C commits the tick under way, leaves with 130, and the run can be resumed."""
    folder = tmp_path / "run"
    process = start(folder, url, "nats")
    await_ticks(process, folder, 2)
    process.send_signal(signal.SIGINT)
    assert process.wait(BOUND) == 130
    run = Run(folder)
    assert run.manifest.status == "interrupted"
    assert 2 <= len(run.ticks()) < 6
    assert resumed(folder, url, "nats") == undisturbed
