"""Servers of a trial that can be killed, stopped and brought back where they were: an endpoint and a NATS server."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import nats
from chaos_processes import Processes

from s3agents.bus.nats_server import find_nats_server

__all__ = ["Endpoint", "NatsServer", "Service", "until"]

_START_SECONDS = 60.0


def until(condition: Callable[[], object], *, seconds: float, what: str) -> None:
    """Wait until ``condition`` holds; an error that says ``what`` was waited for if it does not."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        time.sleep(0.01)


def free_port() -> int:
    """One that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Service:
    """A server on a port of its own.

    Args:
        processes: those of the trial.
        name: of its logs.
    """

    def __init__(self, processes: Processes, name: str) -> None:
        self._processes, self._name, self.port = processes, name, free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """How it is started."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether it is up."""
        raise NotImplementedError

    def start(self) -> None:
        """Return when it answers."""
        self._process = self._processes.start(self._name, self.command())
        until(self.answers, seconds=_START_SECONDS, what=f"{self._name} to answer")

    def kill(self) -> None:
        """Kill -9."""
        self.signal(signal.SIGKILL)
        self._ended().wait(30)

    def signal(self, number: int) -> None:
        """Send a signal."""
        self._ended().send_signal(number)

    def end(self) -> None:
        """End it for good, whatever state it is in."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(30)

    def _ended(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, f"{self._name} was never started"
        return self._process


class Endpoint(Service):
    """The stub endpoint; a reply takes ``latency`` seconds."""

    def __init__(self, processes: Processes, *, latency: float) -> None:
        super().__init__(processes, "endpoint")
        self._latency = latency

    @property
    def url(self) -> str:
        """Base address."""
        return f"http://127.0.0.1:{self.port}/v1"

    def command(self) -> list[str]:
        """The stub, in a process of its own."""
        module = "s3agents.testing.stub_endpoint"
        return [sys.executable, "-m", module, "--port", str(self.port), "--latency", str(self._latency)]

    def answers(self) -> bool:
        """Whether it is healthy."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5):
                return True
        except OSError:
            return False


class NatsServer(Service):
    """A NATS server of nobody's but the trial's, with its store in ``folder``."""

    def __init__(self, processes: Processes, folder: Path) -> None:
        super().__init__(processes, "nats")
        self._folder = folder

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"nats://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        """The server, on its store."""
        place = ["-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", str(self._folder)]
        return [str(find_nats_server()), *place]

    def answers(self) -> bool:
        """Whether it greets."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                return connection.recv(4) == b"INFO"
        except OSError:
            return False

    def streams(self) -> list[str]:
        """Names of all streams that it holds."""
        return asyncio.run(self._streams())

    async def _streams(self) -> list[str]:
        client = await nats.connect(self.url)
        try:
            return [info.config.name or "" for info in await client.jetstream().streams_info()]
        finally:
            await client.close()
