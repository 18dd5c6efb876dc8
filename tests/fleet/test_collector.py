"""The coordinator asks again while nobody leads the servers that keep the account of a run, and not for ever."""

from __future__ import annotations

import time

import pytest

from s3agents.bus.nats_credentials import NatsCredentials
from s3agents.bus.nats_link import NatsLink
from s3agents.errors import BusError
from s3agents.fleet.collector import Collector
from s3agents.fleet.names import FleetNames

PATIENCE = 0.5


async def test_nobody_to_ask_is_waited_out(nats_url: str) -> None:
    """As for a server that is away: nothing is heard for a while, then that is an error."""
    link = NatsLink(nats_url, NatsCredentials(), patience=PATIENCE)
    await link.connect()
    collector, began = Collector(link, FleetNames.of("nobody/there")), time.monotonic()
    assert await collector.hear(seconds=0.2) == []
    with pytest.raises(BusError, match="tell what turns came to"):
        await _hear(collector)
    assert time.monotonic() - began > PATIENCE
    await link.close()


async def _hear(collector: Collector) -> None:
    for _ in range(1_000):
        assert await collector.hear(seconds=0.2) == []
