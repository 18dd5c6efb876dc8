"""NATS servers for the tests of the bus: one for the session, and one that can be killed and brought back."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from s3agents.bus.nats_server import EmbeddedNats, find_nats_server

_PATIENCE = 20.0


@pytest.fixture(scope="session")
def nats_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server that stays up for the whole session."""
    server = EmbeddedNats(Path(tmp_path_factory.mktemp("nats")) / "store")
    asyncio.run(server.start())
    yield server.url
    asyncio.run(server.stop())


class FallibleServer:
    """A server on a port of its own that can be killed, and started again on what it has stored."""

    def __init__(self, folder: Path, options: tuple[str, ...] = ("-js",)) -> None:
        self._folder, self._options, self._port = folder, options, -1
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens, also after a restart."""
        return f"nats://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Return when the server has written down where it listens."""
        for stale in self._folder.glob("*.ports"):
            stale.unlink()
        place = ["-a", "127.0.0.1", "-p", str(self._port), "-sd", str(self._folder / "streams")]
        notes = ["--ports_file_dir", str(self._folder), "-l", str(self._folder / "log")]
        self._process = subprocess.Popen([str(find_nats_server()), *place, *notes, *self._options])
        deadline = time.monotonic() + _PATIENCE
        while (port := self._written()) is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        self._port = port

    def kill(self) -> None:
        """End the server without a chance to tidy up."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def pause(self) -> None:
        """Let the server do nothing until it may go on."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """End a pause."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Ask the server to end, and wait until it has."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    def _written(self) -> int | None:
        for file in self._folder.glob("*.ports"):
            try:
                return int(json.loads(file.read_text())["nats"][0].rpartition(":")[2])
            except json.JSONDecodeError:
                continue
        return None


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[Callable[..., FallibleServer]]:
    """A way to start servers with options of their own."""
    servers: list[FallibleServer] = []

    def make(*options: str) -> FallibleServer:
        folder = tmp_path / f"server-{len(servers)}"
        folder.mkdir()
        server = FallibleServer(folder, options or ("-js",))
        servers.append(server)
        server.start()
        return server

    yield make
    for server in servers:
        server.kill()
