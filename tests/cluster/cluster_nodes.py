"""Nodes: the NATS servers of one cluster, each a process that can be killed, stopped and started again on its store."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from nats.aio.client import Client
from nats.errors import Error
from nats.js.api import StreamInfo

from s3agents.bus.nats_client import CarefulClient, hang_up
from s3agents.bus.nats_server import find_nats_server

__all__ = ["Cluster", "Node", "until"]

_START_SECONDS = 30.0


def until(condition: Callable[[], object], *, seconds: float, what: str) -> None:
    """Wait until ``condition`` holds; an error that says ``what`` was waited for if it does not."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        time.sleep(0.02)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class Node:
    """One server, alone or of a cluster.

    Args:
        name: of it.
        folder: for its files.
        host: its address.
        port: for clients.
        route: for the other nodes; 0 if there are none.
        others: routes of all nodes.
        prefix: words before its command line, such as those that put it into a network namespace.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        *,
        host: str = "127.0.0.1",
        port: int,
        route: int = 0,
        others: Sequence[str] = (),
        prefix: Sequence[str] = (),
    ) -> None:
        self.name, self.url = name, f"nats://{host}:{port}"
        self._log, self._store, self._prefix = folder / "log", folder / "store", list(prefix)
        self._options = ["-a", host, "-p", str(port), "--name", name]
        if route:
            self._options += ["--cluster", f"nats://{host}:{route}", "--cluster_name", "s3agents"]
            self._options += ["--routes", ",".join(others)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it is started; it may take seconds until it takes connections."""
        self._log.parent.mkdir(exist_ok=True)
        files = ["-js", "-sd", str(self._store), "-l", str(self._log)]
        self._process = subprocess.Popen([*self._prefix, str(find_nats_server()), *self._options, *files])

    def says(self, words: str) -> bool:
        """Whether its log has these words."""
        return self._log.exists() and words in self._log.read_text(errors="replace")

    def kill(self) -> None:
        """End it without a chance to tidy up."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self._process is not None, "it was never started"
        self._process.send_signal(number)

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self._process is not None and self._process.poll() is None


class Cluster:
    """Three nodes on this machine.

    Args:
        folder: for their files.
    """

    def __init__(self, folder: Path) -> None:
        ports = free_ports(6)
        routes = [f"nats://127.0.0.1:{port}" for port in ports[3:]]
        self.nodes = [
            Node(f"node-{n}", folder / f"node-{n}", port=ports[n], route=ports[n + 3], others=routes) for n in range(3)
        ]

    @property
    def url(self) -> str:
        """Addresses of all of them."""
        return ",".join(node.url for node in self.nodes)

    def start(self) -> None:
        """Return when all are there and streams can be made."""
        for node in self.nodes:
            node.start()
        until(lambda: asyncio.run(self._asked(_ready)), seconds=_START_SECONDS, what="a cluster that keeps streams")

    def end(self) -> None:
        """End all, in whatever state they are."""
        for node in self.nodes:
            if node.running:
                node.signal(signal.SIGCONT)
            node.kill()

    def leader(self, prefix: str) -> Node | None:
        """The node that leads the first stream whose name begins so; ``None`` while there is none."""
        streams = asyncio.run(self._asked(_streams)) or []
        led = [info.cluster.leader for info in streams if info.cluster and str(info.config.name).startswith(prefix)]
        return next((node for node in self.nodes if led and node.name == led[0]), None)

    def streams(self) -> list[StreamInfo]:
        """All streams that the cluster holds."""
        return asyncio.run(self._asked(_streams)) or []

    async def _asked(self, question: Callable[[Client], object]) -> object:
        client = CarefulClient(encrypted=False)

        async def quiet(error: Exception) -> None:
            """Errors are answers enough."""

        try:
            alive = [node.url for node in self.nodes if node.running]
            await client.connect(servers=alive, allow_reconnect=False, connect_timeout=2, error_cb=quiet)
            return await question(client)
        except (Error, OSError):
            return None
        finally:
            await hang_up(client)


async def _ready(client: Client) -> bool:
    js = client.jetstream(timeout=2.0)
    await js.add_stream(name="probe", subjects=["probe"], num_replicas=3)
    await js.delete_stream("probe")
    return True


async def _streams(client: Client) -> list[StreamInfo]:
    return list(await client.jetstream(timeout=2.0).streams_info())
