"""``run --workers`` and ``worker``: processes of their own take the turns, and the record is that of one process."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from s3agents import Run
from s3agents.bus.nats_server import EmbeddedNats, find_nats_server
from s3agents.record.fingerprint import fingerprint
from s3agents.testing.command_line import Command

pytestmark = pytest.mark.skipif(find_nats_server() is None, reason="there is no nats-server program")

_SECONDS = 120.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server, with the secret that it asks for."""
    nats = EmbeddedNats(tmp_path_factory.mktemp("nats") / "store")
    asyncio.run(nats.start())
    yield nats.url
    asyncio.run(nats.stop())


def command(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """What came of ``s3agents ARGUMENTS``."""
    return subprocess.run(
        [sys.executable, "-m", "s3agents", *arguments],
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
        env={**os.environ, **environ},
    )


def test_worker_processes_come_to_the_record_of_one(tmp_path: Path) -> None:
    """Credentials in the environment, meant for another server, do not keep workers from the run's own."""
    alone = command("run", "karate_club", "-o", str(tmp_path / "alone"))
    assert alone.returncode == 0, alone.stderr
    shared = command(
        "run",
        "karate_club",
        "-o",
        str(tmp_path / "shared"),
        "--workers",
        "2",
        "--set",
        "limits.shard=9",
        S3AGENTS_NATS_USER="somebody",
        S3AGENTS_NATS_PASSWORD="else",
    )
    assert shared.returncode == 0, shared.stderr
    one, many = tmp_path / "alone" / "run.sqlite", tmp_path / "shared" / "run.sqlite"
    assert fingerprint(many) == fingerprint(one)
    assert Run(tmp_path / "shared").manifest.status == "done"
    assert not (tmp_path / "shared" / "workers").exists(), "logs of workers that ended well go"
    assert not (tmp_path / "shared" / "bus").exists(), "and so does the store of the server"


def test_a_worker_without_the_address_of_a_bus_says_so() -> None:
    """Exit code 2 and one message."""
    answer = command("worker", S3AGENTS_BUS="")
    assert answer.returncode == 2
    assert "--bus" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_worker_says_for_whom_it_waits(s3agents: Command) -> None:
    """Before its patience is at an end, and then that it was."""
    answer = s3agents("worker", "--bus", "nats://127.0.0.1:1", "--wait", "1")
    assert answer.code == 1
    waiting, _, end = answer.err.partition("error:")
    assert "waiting for the server of the run, 1 s more at most (--wait)" in waiting
    assert "nats://127.0.0.1:1" in waiting
    assert "no servers available" in end


def test_a_worker_says_that_no_run_wants_it(s3agents: Command, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the server is there, but no run."""
    monkeypatch.setenv("S3AGENTS_BUS", server)
    answer = s3agents("worker", "--run", "tomorrow", "--wait", "1")
    assert answer.code == 1
    assert "waiting for run tomorrow" in answer.err
    assert "wanted tomorrow to want some, got none for 1 s" in answer.err


def test_a_worker_does_not_wait_for_who_lets_it_not_in(s3agents: Command, server: str) -> None:
    """A wrong password is wrong in ten minutes, too."""
    answer = s3agents("worker", "--bus", f"nats://{server.rpartition('@')[2]}")
    assert answer.code == 1
    assert "waiting" not in answer.err
    assert "Authorization Violation" in answer.err
