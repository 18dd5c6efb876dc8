"""OrderSearch: when and where a worker looks for orders.

Its own lanes are those in which its last turns were: it has the agents of their shards in memory. Orders of others cost
the agents' states and memories, which have to be fetched. So it takes those only when it would be idle otherwise.
"""

from __future__ import annotations

import asyncio
from typing import Final

from s3agents.fleet.orders import HeldOrder, OrderDesk

__all__ = ["OrderSearch"]

_LOOK_SECONDS: Final = 0.5  # between looks for orders that others had to give up


class OrderSearch:
    """Looks when there may be something, and for orders that were given up now and then.

    Args:
        desk: where orders are taken.
    """

    def __init__(self, desk: OrderDesk) -> None:
        self._desk = desk
        self._round = 0
        self._lanes: dict[int, int] = {}  # lanes worked in, with the round in which that was last so
        self._own_from = self._all_from = 0.0

    def wake(self) -> None:
        """Take note that orders have been given out."""
        self._round += 1
        self._own_from = self._all_from = 0.0

    def due(self, *, idle: bool) -> float:
        """The time of the loop from which on a look is worth it, by somebody who is ``idle`` or not."""
        return min(self._own_from, self._all_from) if idle else self._own_from

    async def look(self, *, idle: bool) -> HeldOrder | None:
        """An order, if there is one; of others only for somebody who is ``idle``.

        Raises:
            LookupError: if there are no orders of this opening any more.
            BusError: if the server is gone.
        """
        now = asyncio.get_running_loop().time()
        if now < self.due(idle=idle):
            return None
        self._own_from = now + _LOOK_SECONDS
        if idle:
            self._all_from = self._own_from
        held = await self._desk.take(self._own(), others=idle)
        if held is not None:
            self._own_from = self._all_from = 0.0
            self._lanes[held.lane] = self._round
        return held

    def _own(self) -> list[int]:
        """Lanes of the last round, of which no order has been taken in this one, and then those of this round.

        Those of earlier rounds only have gone to others.
        """
        own = [lane for lane, when in self._lanes.items() if when >= self._round - 1]
        return sorted(own, key=self._lanes.__getitem__)
