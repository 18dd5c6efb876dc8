"""``run --workers`` and ``worker``: processes of their own take the turns, and the record is that of one process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from s3agents import Run
from s3agents.bus.nats_server import find_nats_server
from s3agents.record.fingerprint import fingerprint

pytestmark = pytest.mark.skipif(find_nats_server() is None, reason="there is no nats-server program")

_SECONDS = 120.0


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
