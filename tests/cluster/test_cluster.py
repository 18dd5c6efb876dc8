"""Three NATS servers keep three copies of all that a run has there: any one of them may be lost, and come back later.

The server that leads the log of the shards is lost by default; ``S3AGENTS_CLUSTER=1`` loses each kind of leader, and
that of the posts of a run without workers.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster_nodes import Cluster
from cluster_run import Played, undisturbed, write_scenario

from s3agents.bus.nats import NatsBus
from s3agents.bus.nats_server import find_nats_server
from s3agents.errors import BusError
from s3agents.record.fingerprint import first_difference

LONG = bool(os.environ.get("S3AGENTS_CLUSTER"))
TICKS = 60 if LONG else 14
LOST_AT, BACK_AFTER = 4, 2
CASES = [("S3L_", 2), ("S3_", 2), ("S3W_", 2), ("S3_", 0)]
"""Which stream's leader is lost, and how many workers take the turns."""

pytestmark = pytest.mark.skipif(find_nats_server() is None, reason="there is no nats-server program")


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is played."""
    return write_scenario(tmp_path_factory.mktemp("scenario") / "scenario.yaml", ticks=TICKS)


@pytest.fixture(scope="module")
def true(scenario: Path) -> Path:
    """The record that nothing has disturbed."""
    return undisturbed(scenario, scenario.parent / "alone")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Three servers; all have ended afterwards."""
    servers = Cluster(tmp_path)
    try:
        servers.start()
        yield servers
    finally:
        servers.end()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("case", CASES if LONG else CASES[:1])
def test_a_run_goes_on_without_the_server_that_led_its_streams(
    case: tuple[str, int], cluster: Cluster, scenario: Path, true: Path, tmp_path: Path
) -> None:
    """Killed in the middle, of the log, the posts or the orders, and back later; the record is the undisturbed one."""
    stream, workers = case
    played = Played(tmp_path, scenario, url=cluster.url, replicas=3, shared=workers > 0)
    try:
        played.coordinate()
        for number in range(workers):
            played.work(f"worker-{number}")
        played.until_tick(LOST_AT)
        assert {info.config.num_replicas for info in cluster.streams()} == {3}
        lost = cluster.leader(stream)
        assert lost is not None
        began, tick = time.monotonic(), played.ticks()
        lost.kill()
        played.until_tick(tick + BACK_AFTER)
        print(f"leader of {stream} lost: {BACK_AFTER} ticks took {time.monotonic() - began:.1f} s")
        lost.start()
        played.done()
    finally:
        played.end()
    assert first_difference(true, played.record) is None
    assert cluster.streams() == []
    with pytest.raises(BusError, match=r"nats\.replicas"):  # more than there are
        asyncio.run(NatsBus(cluster.url, replicas=5).open("run", []))
