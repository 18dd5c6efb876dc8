"""Runs for the tests of clusters: a small lively society, played by a coordinator and workers, processes all."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from cluster_nodes import until

from s3agents import Simulation
from s3agents.scenarios import load_scenario

__all__ = ["Played", "undisturbed", "write_scenario"]

_LONGEST = 120.0
_SCENARIO = """
name: cluster
topic: A town votes on a new power plant.
question: Should the plant be built?
ticks: {ticks}
seed: 7
society: {{networkx: karate_club}}
seeds:
  - {{author: "0", text: The plant is to be built., attitude: negative, emotion: intense}}
  - {{author: "33", text: The plant is safe., attitude: positive, emotion: calm}}
cognition: {{mode: {mode}, spontaneous: 0.2, rules: {{forward: 0.4, post: 0.3, contagion: 0.5}}}}
memory: {{store: local, capacity: 8, recall: 3}}
limits: {{history: 1, shard: 9, bus_mb: 32}}
"""


def write_scenario(file: Path, *, ticks: int, mode: str = "rules") -> Path:
    """A scenario of so many ticks, in ``file``."""
    file.write_text(_SCENARIO.format(ticks=ticks, mode=mode))
    return file


def undisturbed(scenario: Path, folder: Path, *overrides: str) -> Path:
    """The record of one process that nobody disturbs."""
    Simulation(load_scenario(scenario, overrides=["bus=local", *overrides]), out=folder).run()
    return folder / "run.sqlite"


class Played:
    """Processes that play a scenario.

    Args:
        folder: for the run and for what they say.
        scenario: which.
        url: of the server or cluster.
        replicas: that the cluster keeps.
        shared: whether workers take the turns, rather than the process that coordinates.
        sets: what else of the scenario is otherwise.
    """

    def __init__(
        self,
        folder: Path,
        scenario: Path,
        *,
        url: str,
        replicas: int = 1,
        shared: bool = True,
        sets: Sequence[str] = (),
    ) -> None:
        self._folder, self._url = folder, url
        self.record = folder / "run" / "run.sqlite"
        self._coordinate = ["run", str(scenario), "-o", str(folder / "run"), "--bus", url]
        self._coordinate += ["--workers", "0"] if shared else []
        for override in (f"nats.replicas={replicas}", *sets):
            self._coordinate += ["--set", override]
        self._processes: list[subprocess.Popen[bytes]] = []

    def coordinate(self, prefix: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        """Start the coordinator.

        Args:
            prefix: words before its command line.
        """
        return self._start("coordinator", self._coordinate, prefix)

    def work(self, name: str, prefix: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        """Start a worker."""
        return self._start(name, ["worker", "--bus", self._url, "--wait", "60"], prefix)

    def ticks(self) -> int:
        """Ticks that have been committed."""
        return self.said("coordinator").count('"event": "tick"')

    def said(self, name: str) -> str:
        """What a process has written to its standard error."""
        return (self._folder / f"{name}.err").read_text(errors="replace")

    def until_tick(self, tick: int) -> None:
        """Return when so many ticks have been committed."""
        coordinator = self._processes[0]
        until(lambda: self.ticks() >= tick or coordinator.poll() is not None, seconds=_LONGEST, what=f"tick {tick}")
        assert coordinator.poll() is None, f"the run is over: {self.said('coordinator')[-2000:]}"

    def done(self) -> None:
        """Return when all processes have ended, each well."""
        for process in self._processes:
            process.wait(_LONGEST)
        names = sorted(file.stem for file in self._folder.glob("*.err"))
        said = "\n".join(f"{name}: {self.said(name)[-3000:]}" for name in names)
        assert [process.returncode for process in self._processes] == [0] * len(self._processes), said

    def end(self) -> None:
        """End what is left of them."""
        for process in self._processes:
            process.kill()
            process.wait()

    def _start(self, name: str, arguments: Sequence[str], prefix: Sequence[str]) -> subprocess.Popen[bytes]:
        with (self._folder / f"{name}.out").open("ab") as out, (self._folder / f"{name}.err").open("ab") as err:
            command = [*prefix, sys.executable, "-m", "s3agents", *arguments]
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env={**os.environ})
        self._processes.append(process)
        return process
