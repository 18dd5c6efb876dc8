"""A process that plays small runs, one after the other, and says after each what it still holds.

``python chaos_soak.py SECONDS URL FOLDER``: one line of JSON a run.
"""

from __future__ import annotations

import gc
import json
import shutil
import sys
import threading
import time
from pathlib import Path

import psutil

from s3agents import Simulation
from s3agents.testing.societies import lively_scenario, society_of

__all__ = ["main"]

_LEAST_RUNS = 15


def main(seconds: float, url: str, folder: Path) -> None:
    """Play for so many seconds, with everything on: a model, NATS, Chroma and the record."""
    society = society_of(40, [(a, b) for a in range(40) for b in range(a % 5, 40, 5) if a != b])
    everything = {"bus": "nats", "cognition": {"mode": "llm"}, "memory": {"store": "chroma"}}
    scenario = lively_scenario(["u0", "u1"], ticks=3, model={"url": url, "concurrency": 16}, **everything)
    deadline, runs = time.monotonic() + seconds, 0
    while runs < _LEAST_RUNS or time.monotonic() < deadline:
        run = Simulation(scenario, society, out=folder).run()
        print(json.dumps({"print": run.fingerprint(), **held()}), flush=True)
        shutil.rmtree(folder)
        runs += 1


def held() -> dict[str, int]:
    """Bytes of memory, open descriptors, threads and children, when all that can go is gone."""
    gc.collect()
    me = psutil.Process()
    return {
        "bytes": me.memory_info().rss,
        "files": me.num_fds(),
        "threads": threading.active_count(),
        "children": len(me.children(recursive=True)),
    }


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
