"""What a tick of a whole society costs with NATS, Chroma and the record: printed.

Minutes each, so that they are played on request only: ``S3AGENTS_BENCH_LONG=1 pytest -m benchmark``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.skipif(
        not os.environ.get("S3AGENTS_BENCH_LONG"), reason="S3AGENTS_BENCH_LONG=1 plays it: it takes minutes"
    ),
    pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read from /proc"),
]

LEARNT = os.environ.get("S3AGENTS_BENCH_LEARNT")
"""Folder of a model that ``s3agents fit`` made, for mode ``fitted``."""

NUCLEAR: dict[str, object] = {"like": "s3-nuclear"}
MILLION: dict[str, object] = {"users": 1_000_000, "relations": 4_300_000, "posts": 0}

_RUN = """
import json, sys, time
from pathlib import Path
import numpy as np
from s3agents import Simulation, wiring
from s3agents.config.scenario import SocietySection
from s3agents.testing.societies import lively_scenario

asked, mode, share, ticks, spontaneous, folder = json.loads(sys.argv[1])
tell = lambda *what: print(json.dumps(what), flush=True)
peak = lambda: int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]) / 1024
clock = lambda: (time.perf_counter(), time.process_time())
began = clock()
society = wiring.build_society(SocietySection.model_validate({"generate": asked}))
tell("society", *(now - then for now, then in zip(clock(), began)), len(society), peak())
users = np.random.default_rng(0).choice(len(society), round(share * len(society)), replace=False)
mind = {"mode": mode, "spontaneous": spontaneous, "rules": {"forward": 0.05, "post": 0.02}}
if mode == "fitted":
    mind["learnt"] = sys.argv[2]
scenario = lively_scenario(
    [society.ids[i] for i in sorted(users.tolist())],
    ticks=ticks, cognition=mind, memory={"store": "chroma"}, bus="nats", society={"generate": asked},
)
simulation = Simulation(scenario, society, out=Path(folder))
began = clock()

def told(progress):
    global began
    if progress.committed is not None:
        spent = [now - then for now, then in zip(clock(), began)]
        tell(f"tick {progress.tick}", *spent, len(progress.committed.turns), peak())
        began = clock()

simulation.run(on_progress=told)
tell("end", *(now - then for now, then in zip(clock(), began)), 0, peak())
"""


class Load(NamedTuple):
    """A society, the mind of its users, the share that publishes in tick 0, ticks, and the chance of a turn later."""

    society: dict[str, object]
    mode: str
    share: float
    ticks: int
    spontaneous: float


LOADS = {
    "nuclear-rules": Load(NUCLEAR, "rules", 1.0, 11, 1.0),
    "nuclear-fitted": Load(NUCLEAR, "fitted", 1.0, 4, 1.0),
    "million-rules": Load(MILLION, "rules", 0.012, 2, 0.0),
}


@pytest.mark.parametrize("load", LOADS.values(), ids=LOADS.keys())
def test_cost_of_a_tick(tmp_path: Path, capsys: pytest.CaptureFixture[str], load: Load) -> None:
    """In a process of its own: in tick 0 a share of the users publish, and come into being; later ones are turns."""
    if load.mode == "fitted" and LEARNT is None:
        pytest.skip("S3AGENTS_BENCH_LEARNT does not name a model")
    asked = json.dumps([*load, str(tmp_path / "run")])
    command: Sequence[str] = [sys.executable, "-c", _RUN, asked, LEARNT or ""]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    turns = 0
    for line in filter(lambda line: line.startswith("["), done.stdout.splitlines()):
        name, wall, cpu, count, peak = json.loads(line)
        turns += count if name.startswith("tick") else 0
        with capsys.disabled():
            each = f", {1e3 * cpu / count:.3f} ms of CPU each" if count else ""
            print(f"\n  {name}: {wall:.1f} s, CPU {cpu:.1f} s, of {count:,}{each}; peak {peak:,.0f} MB", end="")
    assert turns > 0
