"""Coordinators and workers as a user starts them: processes of ``s3agents``, over a server of the test's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

__all__ = ["Fleet", "scenario_file", "until"]

_LONGEST = 120.0
_SCENARIO = """
name: fleet
topic: A town votes on a new power plant.
question: Should the plant be built?
ticks: {ticks}
seed: 7
society: {{path: {society}}}
seeds:
  - {{author: "u0", text: The plant is to be built., attitude: negative, emotion: intense}}
  - {{author: "u9", text: The plant is safe., attitude: positive, emotion: calm}}
cognition: {{mode: llm, pack: {pack}, spontaneous: 0.3}}
model: {{url: "{url}", name: stub}}
memory: {{store: local, capacity: 8, recall: 3}}
limits: {{history: 1, shard: 9, bus_mb: 32}}
"""


def scenario_file(file: Path, *, url: str, society: Path, pack: str = "joint", ticks: int = 8) -> Path:
    """A scenario over ``society``, whose agents ask the model at ``url``."""
    file.write_text(_SCENARIO.format(ticks=ticks, url=url, society=society, pack=pack))
    return file


def until(holds: Callable[[], bool], what: str) -> None:
    """Return when it holds."""
    end = time.monotonic() + _LONGEST
    while not holds():
        assert time.monotonic() < end, f"waited {_LONGEST:g} s for {what}"
        time.sleep(0.01)


class Fleet:
    """The processes of one run; a context manager that ends what is left of them.

    Args:
        folder: for the run, and for what they say.
        bus: address of the server, with the token that it asks for.
    """

    def __init__(self, folder: Path, bus: str) -> None:
        token, _, place = bus.removeprefix("nats://").rpartition("@")
        self._folder, self._bus, self._token = folder, f"nats://{place}", token
        self.run = folder / "run"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Fleet:
        return self

    def __exit__(self, *exc: object) -> None:
        for process in self._processes.values():
            process.kill()
            process.wait()

    def begin(self, scenario: Path) -> None:
        """Start the coordinator of a new run."""
        self._start("coordinator", ["run", str(scenario), "-o", str(self.run), "--bus", self._bus, "--workers", "0"])

    def resume(self) -> None:
        """Start a coordinator that goes on with it."""
        self._start("coordinator", ["resume", str(self.run), "--workers", "0"])

    def work(self, name: str, *options: str) -> None:
        """Start a worker that waits for the run."""
        self._start(name, ["worker", "--bus", self._bus, "--wait", "90", *options])

    def signal(self, name: str, number: int) -> None:
        """Send a signal to one of them."""
        self._processes[name].send_signal(number)

    def kill(self, name: str) -> None:
        """End one of them at once."""
        self.signal(name, signal.SIGKILL)
        self._processes[name].wait()

    def said(self, name: str) -> str:
        """What one of them has written to its standard error."""
        return (self._folder / f"{name}.err").read_text(errors="replace")

    def until_said(self, name: str, word: str, times: int = 1) -> None:
        """Return when one of them, which has not ended, has said something so often."""
        process = self._processes[name]
        until(lambda: self.said(name).count(word) >= times or process.poll() is not None, f"{word!r} of {name}")
        assert process.poll() is None, f"{name} is over: {self.said(name)[-2000:]}"

    def until_tick(self, tick: int) -> None:
        """Return when so many ticks have been committed."""
        self.until_said("coordinator", '"event": "tick"', tick)

    def done(self, *names: str) -> None:
        """Return when these have ended, each well."""
        for name in names:
            code = self._processes[name].wait(_LONGEST)
            assert code == 0, f"{name} ended with {code}: {self.said(name)[-3000:]}"

    def _start(self, name: str, arguments: Sequence[str]) -> None:
        with (self._folder / f"{name}.out").open("ab") as out, (self._folder / f"{name}.err").open("ab") as err:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", "s3agents", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env={**os.environ, "S3AGENTS_NATS_TOKEN": self._token},
            )
