"""What ``s3agents generate`` costs, command and all: printed (``pytest -m benchmark``); no time is asserted."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.benchmark

MILLION = ("--users", "1000000", "--relations", "4300000", "--posts", "1000000")
COMMAND = """
import sys
from s3agents.cli.main import run_command
code = run_command(sys.argv[1:])
peak = next((line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")), "0")
print(peak, file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize("what", [("--like", "s3-gender"), ("--like", "s3-nuclear"), MILLION], ids=lambda what: what[1])
def test_cost_of_a_society(tmp_path: Path, capsys: pytest.CaptureFixture[str], what: tuple[str, ...]) -> None:
    """Time and memory of the whole command in a fresh process, and what came of it."""
    if sys.platform != "linux":
        pytest.skip("the peak of memory is read from /proc")
    command = [sys.executable, "-c", COMMAND, "generate", "-o", str(tmp_path / "society"), *what, "--json"]
    wall = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    wall = time.perf_counter() - wall
    told = json.loads(done.stdout)
    asked, obtained = told["asked"], told["obtained"]
    with capsys.disabled():
        print(f"\n  {' '.join(what)}: {wall:.1f} s, {int(done.stderr.split()[-1]) / 1024:.0f} MB", end="")
        print(f"; {json.dumps(obtained)}", end="")
    for name in ("users", "relations", "posts"):
        assert obtained[name] == asked[name]
    assert obtained["reciprocity"] == pytest.approx(asked["reciprocity"], abs=0.02)
    assert obtained["homophily"] == pytest.approx(asked["homophily"], abs=0.05)
    assert obtained["follower_exponent"] == pytest.approx(asked["follower_exponent"], abs=0.3)
    assert obtained["followee_exponent"] == pytest.approx(asked["followee_exponent"], abs=0.3)
    assert obtained["classes"] == pytest.approx(asked["classes"], abs=0.005)
