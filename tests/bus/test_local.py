"""The in-memory bus keeps to the contract."""

from __future__ import annotations

import pytest

from s3agents.bus.local import LocalBus
from s3agents.testing.bus_contract import BusContract, MakeBus, a_post, opened, shard


class TestLocalBus(BusContract):
    @pytest.fixture
    def make_bus(self) -> MakeBus:
        """A bus in memory."""
        return LocalBus


async def test_what_every_shard_has_collected_is_forgotten() -> None:
    """Memory is bounded by the ticks under way, not by the run."""
    async with opened(LocalBus, shard(0, "ann"), shard(1, "ann")) as bus:
        await bus.publish([a_post("ann", 0), a_post("ann", 1)])
        await bus.end_tick(1)
        await bus.collect(0, 0)
        held = bus._opening.mail
        assert sorted(held) == [0, 1]
        await bus.collect(1, 0)
        assert sorted(held) == [1]
