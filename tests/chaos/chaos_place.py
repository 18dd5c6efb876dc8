"""Place: a run under way in a folder of its own, with the servers that it needs."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from random import Random

from chaos_clock import Clock
from chaos_disk import Disk
from chaos_processes import Processes, s3agents
from chaos_services import Endpoint, NatsServer
from chaos_society import Setting, ticks_of

__all__ = ["Place"]

_LONGEST = 240.0


class Place:
    """One run, begun and perhaps resumed.

    Args:
        folder: for everything; not there yet.
        setting: size of the run.
        external: whether posts travel over a NATS server of the trial's, rather than one that the run starts.
        small: whether the run's folder lies on a small disk of its own.
        skewed: whether the run's clock can be shifted.
        workers: processes that take the turns, beside the run.

    Attributes:
        run: folder of the run.
        processes: all that were started.
        endpoint: whom the agents ask.
        nats: the server, if it is the trial's.
        disk: where the run's folder lies.
        clock: of the run's processes.
    """

    def __init__(
        self,
        folder: Path,
        setting: Setting,
        *,
        external: bool = False,
        small: bool = False,
        skewed: bool = False,
        workers: int = 0,
    ) -> None:
        folder.mkdir(parents=True)
        self.folder, self._setting, self._small = folder, setting, small
        self._workers = ["--workers", str(workers)] if workers else []
        self.processes = Processes(folder)
        self.endpoint = Endpoint(self.processes, latency=setting.latency)
        self.nats = NatsServer(self.processes, folder / "nats") if external else None
        self.disk = Disk(folder / "disk")
        self.clock = Clock(folder) if skewed else None
        self.run = self.disk.folder / "run"
        self._process: subprocess.Popen[bytes] | None = None

    @contextmanager
    def ready(self) -> Iterator[None]:
        """Servers and disk, there for the time of the block; every process has ended after it."""
        with ExitStack() as stack:
            if self._small:
                stack.enter_context(self.disk.mounted())
            else:
                self.disk.folder.mkdir()
            stack.callback(self.processes.end)
            for server in self.servers:
                stack.callback(server.end)
                server.start()
            yield

    @property
    def servers(self) -> list[Endpoint | NatsServer]:
        """Those that the trial itself has started."""
        return [self.endpoint] if self.nats is None else [self.endpoint, self.nats]

    def begin(self) -> None:
        """Start the run."""
        bus = "nats" if self.nats is None else self.nats.url
        scenario = self._setting.write(self.folder / "scenario.yaml", url=self.endpoint.url, bus=bus)
        self._start([*self._setting.command(scenario, self.run), *self._workers])

    def go_on(self) -> None:
        """Resume the run, or begin it if it was ended before there was anything to resume."""
        if (self.run / "manifest.json").exists():
            self._start([*s3agents("resume", str(self.run)), *self._workers])
        else:
            self.begin()

    def at(self, ticks: int, delay: float) -> bool:
        """Wait for ``delay`` seconds after so many commits; whether the run is still under way then."""
        deadline = time.monotonic() + _LONGEST
        while len(ticks_of(self.errors)) < ticks and self.running:
            assert time.monotonic() < deadline, "the run does not get on"
            time.sleep(0.01)
        end = time.monotonic() + delay
        while time.monotonic() < end and self.running:
            time.sleep(0.005)
        return self.running

    @property
    def errors(self) -> Path:
        """What the run and its resumptions have said of themselves."""
        return self.processes.errors("run")

    @property
    def running(self) -> bool:
        """Whether the coordinator is there."""
        return self._process is not None and self._process.poll() is None

    def wait(self) -> int:
        """The exit code of the run; negative for a signal."""
        assert self._process is not None, "no run was begun"
        return self._process.wait(_LONGEST)

    def signal(self, number: int) -> None:
        """Send the coordinator a signal."""
        assert self._process is not None, "no run was begun"
        self._process.send_signal(number)

    def signal_children(self, word: str, number: int, *, one: Random | None = None) -> bool:
        """Send one to every process of the run whose program or script is ``word``, as soon as there is one.

        Args:
            word: name of the program, script or command.
            number: of the signal.
            one: draws the one that gets it; by default all do.

        Returns:
            Whether there was any before the run ended.
        """
        while not (found := self.processes.running(word)) and self.running:
            time.sleep(0.01)
        for pid in found if one is None or not found else [one.choice(sorted(found))]:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        return bool(found)

    def kill(self) -> None:
        """Kill -9 the coordinator, and see it end."""
        self.signal(signal.SIGKILL)
        self.wait()

    def _start(self, command: list[str]) -> None:
        environ = {} if self.clock is None else self.clock.environ
        self._process = self.processes.start("run", command, **environ)
