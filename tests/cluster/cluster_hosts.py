"""Hosts: network namespaces on this machine, joined by a switch, each of which can be cut off and joined again.

A namespace lives as long as a process in it. The first of each waits for its standard input to end, which it does with
the process that has made it, kill -9 included: nothing of a network outlives its test.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

from cluster_nodes import until

__all__ = ["Host", "Network", "why_no_hosts"]

_PROGRAMS = ("unshare", "nsenter", "ip")
_START_SECONDS = 10.0


class Host:
    """A network namespace.

    Args:
        name: of at most ten characters.
        address: in the network; none for the switch.
    """

    def __init__(self, name: str, address: str = "") -> None:
        self.name, self.address = name, address
        self._holder = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE)
        self.pid = self._holder.pid
        own, ours = Path(f"/proc/{self.pid}/ns/net"), os.readlink("/proc/self/ns/net")
        until(lambda: os.readlink(own) != ours, seconds=_START_SECONDS, what="a network namespace")

    @property
    def prefix(self) -> list[str]:
        """Words before a command line that is to run there."""
        return ["nsenter", "-t", str(self.pid), "--net", "--"]

    def ip(self, *words: str) -> None:
        """Run ``ip WORDS`` there."""
        subprocess.run([*self.prefix, "ip", *words], check=True, capture_output=True)

    def end(self) -> None:
        """Let it go; it is gone when the last process in it is."""
        self._holder.kill()
        self._holder.wait()
        if self._holder.stdin is not None:
            self._holder.stdin.close()


class Network:
    """Hosts that reach each other and nobody else. A context manager.

    Args:
        names: of the hosts.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._switch: Host | None = None
        self.hosts: dict[str, Host] = {}

    def __enter__(self) -> Self:
        try:
            self._switch = Host("switch")
            self._switch.ip("link", "add", "bridge", "type", "bridge")
            self._switch.ip("link", "set", "bridge", "up")
            for number, name in enumerate(self._names, 1):
                self._join(self._switch, Host(name, f"10.77.0.{number}"))
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """A block for whose time the link of a host is down: what is sent to it or from it is lost without a word."""
        assert self._switch is not None, "the network is not there"
        self._switch.ip("link", "set", f"to-{name}", "down")
        try:
            yield
        finally:
            self._switch.ip("link", "set", f"to-{name}", "up")

    def _join(self, switch: Host, host: Host) -> None:
        self.hosts[host.name] = host
        port = f"to-{host.name}"
        switch.ip("link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", str(host.pid))
        switch.ip("link", "set", port, "master", "bridge", "up")
        host.ip("link", "set", "lo", "up")
        host.ip("address", "add", f"{host.address}/24", "dev", "eth0")
        host.ip("link", "set", "eth0", "up")

    def _end(self) -> None:
        for host in (*self.hosts.values(), *([self._switch] if self._switch else [])):
            host.end()


@cache
def why_no_hosts() -> str:
    """Why this machine has no hosts to offer; nothing if it has."""
    missing = [program for program in _PROGRAMS if shutil.which(program) is None]
    if missing or os.geteuid() != 0:
        return f"needs root and {', '.join(missing or _PROGRAMS)}"
    try:
        with Network(["one", "two"]) as network:
            network.hosts["one"].ip("neighbour", "show")
    except subprocess.CalledProcessError as exc:
        return f"no network namespaces with a bridge here: {exc.stderr.decode(errors='replace').strip()}"
    except (OSError, AssertionError) as exc:
        return f"no network namespaces here: {exc}"
    return ""
