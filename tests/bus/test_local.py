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


async def test_what_is_forgotten_is_gone() -> None:
    """Memory is bounded by the ticks under way, not by the run."""
    async with opened(LocalBus, shard(0, "ann"), shard(1, "ann")) as bus:
        await bus.publish([a_post("ann", 0), a_post("ann", 1)])
        await bus.forget(0)
        assert list(bus._opening.mail) == [a_post("ann", 1).id]
