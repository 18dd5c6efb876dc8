"""A soak: small runs, one after the other in one process, for a set time; nothing in the process grows.

Fifteen seconds by default; ``S3AGENTS_SOAK_SECONDS=3600`` takes an hour.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from s3agents.testing.stub_launcher import stub_process

SECONDS = float(os.environ.get("S3AGENTS_SOAK_SECONDS", "15"))
WARM_RUNS = 5
"""Runs until every library is loaded and every cache of theirs is filled."""

LEAK_BYTES = (256 if SECONDS < 300 else 8) * 1024
"""Most bytes that a run may leave behind on average: of a few runs, and of many. A run takes some 10 MB for itself."""

ONE_ARENA = {"MALLOC_ARENA_MAX": "1"}
"""Else the C library gives every thread of a run a heap of its own, and keeps some twenty of them for later ones."""

SCRIPT = Path(__file__).with_name("chaos_soak.py")

pytestmark = pytest.mark.skipif(not psutil.LINUX, reason="/proc tells what a process holds")


@pytest.mark.timeout(SECONDS + 300)
def test_small_runs_leave_nothing_in_the_process(tmp_path: Path) -> None:
    """Memory, descriptors and threads stay as they are after the first few runs; no child is left; the record stays."""
    with stub_process() as url, (tmp_path / "errors").open("wb") as errors:
        command = [sys.executable, str(SCRIPT), str(SECONDS), url, str(tmp_path / "run")]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=errors, env={**os.environ, **ONE_ARENA})
    assert done.returncode == 0, (tmp_path / "errors").read_text()[-3000:]
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    warm = runs[WARM_RUNS:]
    slope = float(np.polyfit(np.arange(len(warm)), [run["bytes"] for run in warm], 1)[0])
    print(f"{len(runs)} runs, {slope / 1024:.1f} KB a run; first and last: {warm[0]}, {warm[-1]}")
    assert len({run["print"] for run in runs}) == 1
    assert len({(run["files"], run["threads"]) for run in warm}) == 1
    assert {run["children"] for run in runs} == {0}
    assert slope < LEAK_BYTES
