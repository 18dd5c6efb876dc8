"""A process that plays one busy run and says what it took: ``busy_run.py KIND BUS FOLDER SCALE``; a line of JSON.

``celebrity``: one post to 100,000 followers. ``crowd``: 200,000 posts in a tick, by 20,000 users. Both times the scale.
"""

from __future__ import annotations

import json
import resource
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil

from s3agents import Simulation, Society
from s3agents.bench.usage import peak_bytes
from s3agents.config import Scenario
from s3agents.testing.societies import lively_scenario, society_of

__all__ = ["main"]

_FOLLOWERS = 100_000
_WRITERS, _EACH = 20_000, 10
_QUIET = {"rules": {"forward": 0.01, "post": 0.0}, "spontaneous": 0.0}


def celebrity(scale: float) -> tuple[Scenario, Society]:
    """Everybody follows the first user, who posts once."""
    followers = round(_FOLLOWERS * scale)
    society = society_of(followers + 1, ((reader, 0) for reader in range(1, followers + 1)))
    return lively_scenario(["u0"], ticks=2, cognition=_QUIET), society


def crowd(scale: float) -> tuple[Scenario, Society]:
    """Everybody posts ten times at once, and follows four others."""
    writers, rng = round(_WRITERS * scale), np.random.default_rng(3)
    followees = rng.integers(0, writers, (writers, 4))
    edges = {(a, int(b)) for a in range(writers) for b in followees[a] if a != b}
    seeds = [
        {"author": f"u{n % writers}", "text": f"Post {n} of many.", "attitude": "positive", "emotion": "calm"}
        for n in range(writers * _EACH)
    ]
    return lively_scenario(["u0"], ticks=2, seeds=seeds, cognition=_QUIET), society_of(writers, edges)


@contextmanager
def children_watched() -> Iterator[dict[str, int]]:
    """The most memory that any child has had, NATS server or guard."""
    me, most, done = psutil.Process(), {"bytes": 0}, threading.Event()

    def look() -> None:
        while not done.wait(0.3):
            for child in me.children(recursive=True):
                try:
                    most["bytes"] = max(most["bytes"], child.memory_info().rss)
                except psutil.NoSuchProcess:
                    continue

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield most
    finally:
        done.set()
        thread.join()


def main(kind: str, bus: str, folder: Path, scale: float) -> None:
    """Play it."""
    scenario, society = {"celebrity": celebrity, "crowd": crowd}[kind](scale)
    scenario = scenario.model_copy(update={"bus": bus})
    with children_watched() as server:
        began = time.perf_counter()
        run = Simulation(scenario, society, out=folder).run()
        seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "exposed": run.ticks()["exposures"].tolist(),
        "posts": (run.ticks()["posts"] + run.ticks()["forwards"]).tolist(),
        "seconds": round(seconds, 1),
        "cpu": round(used.ru_utime + used.ru_stime, 1),
        "peak_mb": peak_bytes() >> 20,
        "server_mb": server["bytes"] >> 20,
        "fingerprint": run.fingerprint(),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), float(sys.argv[4]))
