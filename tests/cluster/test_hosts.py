"""Hosts of their own for coordinator, server and workers: one that is cut off for a while costs time, and nothing else.

Whoever is cut off hears nothing of it: no connection is closed, what is sent is lost. A worker is, for 3 s, by default;
``S3AGENTS_PARTITION=20`` cuts off for 20 s, longer than a lease, the coordinator, too, and one server of a cluster.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cluster_hosts import Host, Network, why_no_hosts
from cluster_nodes import Node, until
from cluster_run import Played, undisturbed, write_scenario

from s3agents.bus.nats_server import find_nats_server
from s3agents.record.fingerprint import first_difference
from s3agents.testing.stub_launcher import stub_process

SECONDS = float(os.environ.get("S3AGENTS_PARTITION", "3"))
LONG = SECONDS > 3
TICKS = 60 if LONG else 14
LATENCY = 0.2
CUT_AT = 3
_START_SECONDS = 30.0

pytestmark = [
    pytest.mark.skipif(find_nats_server() is None, reason="there is no nats-server program"),
    pytest.mark.skipif(bool(why_no_hosts()), reason=why_no_hosts() or "-"),
    pytest.mark.timeout(300),
]


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is played: agents ask a model."""
    return write_scenario(tmp_path_factory.mktemp("scenario") / "scenario.yaml", ticks=TICKS, mode="llm")


@pytest.fixture(scope="module")
def true(scenario: Path) -> Path:
    """The record that nothing has disturbed."""
    with stub_process() as url:
        return undisturbed(scenario, scenario.parent / "alone", f"model.url={url}", "model.name=stub")


@contextmanager
def endpoint(host: Host) -> Iterator[str]:
    """The address of a model at ``host``."""
    stub = [sys.executable, "-m", "s3agents.testing.stub_endpoint", "--owned", "--host", host.address]
    command = [*host.prefix, *stub, "--latency", str(LATENCY)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield str(json.loads(process.stdout.readline())["url"])
        finally:
            process.kill()


@contextmanager
def started(*nodes: Node) -> Iterator[None]:
    """Servers, there for the time of the block."""
    try:
        for node in nodes:
            node.start()
        word = "Server is ready" if len(nodes) == 1 else "metadata leader"
        until(lambda: all(node.says(word) for node in nodes), seconds=_START_SECONDS, what="servers")
        yield
    finally:
        for node in nodes:
            node.kill()


def play(played: Played, network: Network, cut: str) -> None:
    """Play a run whose host ``cut`` is cut off in the middle."""
    try:
        for name in ("coordinator", "worker-1", "worker-2"):
            start = played.coordinate if name == "coordinator" else played.work
            start(*(() if name == "coordinator" else (name,)), prefix=network.hosts[name].prefix)
        played.until_tick(CUT_AT)
        began = time.monotonic()
        with network.without(cut):
            time.sleep(SECONDS)
            during = played.ticks() - CUT_AT
        played.done()
        print(
            f"{cut} cut off for {SECONDS:g} s: {during} ticks meanwhile, the rest took {time.monotonic() - began:.1f} s"
        )
    finally:
        played.end()


@pytest.mark.parametrize("cut", ["worker-2", "coordinator", "server"] if LONG else ["worker-2"])
def test_a_host_that_is_cut_off_for_a_while(cut: str, scenario: Path, true: Path, tmp_path: Path) -> None:
    """The run goes on, with it or without, it takes part again, and the record is the undisturbed one."""
    with Network(["server", "coordinator", "worker-1", "worker-2"]) as network:
        server = network.hosts["server"]
        node = Node("alone", tmp_path / "node", host=server.address, port=4222, prefix=server.prefix)
        with started(node), endpoint(server) as model:
            sets = (f"model.url={model}", "model.name=stub")
            played = Played(tmp_path, scenario, url=node.url, sets=sets)
            play(played, network, cut)
    assert first_difference(true, played.record) is None


@pytest.mark.skipif(not LONG, reason="S3AGENTS_PARTITION=20 plays it")
def test_a_server_of_a_cluster_that_is_cut_off(scenario: Path, true: Path, tmp_path: Path) -> None:
    """Those connected to it go to another one though nobody tells them, and the record is the undisturbed one."""
    servers = ["server-1", "server-2", "server-3"]
    with Network([*servers, "model", "coordinator", "worker-1", "worker-2"]) as network:
        hosts = [network.hosts[name] for name in servers]
        routes = [f"nats://{host.address}:6222" for host in hosts]
        nodes = [
            Node(
                host.name,
                tmp_path / host.name,
                host=host.address,
                port=4222,
                route=6222,
                others=routes,
                prefix=host.prefix,
            )
            for host in hosts
        ]
        with started(*nodes), endpoint(network.hosts["model"]) as model:
            sets = (f"model.url={model}", "model.name=stub")
            urls = ",".join(node.url for node in nodes)
            played = Played(tmp_path, scenario, url=urls, replicas=3, sets=sets)
            play(played, network, "server-1")
    assert first_difference(true, played.record) is None
