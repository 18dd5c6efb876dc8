"""Orders of a worker's own lanes come first, and others' only to who is idle."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest

from s3agents.fleet.order_search import OrderSearch


class Desk:
    """A desk with orders in lanes; notes where it was asked."""

    def __init__(self, *lanes: int) -> None:
        self.lanes, self.asked = list(lanes), list[tuple[list[int], bool]]()

    async def take(self, own: Iterable[int] = (), *, others: bool = True) -> Any:
        """The first order of a lane that may be looked into."""
        first = list(own)
        self.asked.append((first, others))
        for lane in [*first, *(self.lanes if others else ())]:
            if lane in self.lanes:
                self.lanes.remove(lane)
                return SimpleNamespace(lane=lane)
        return None


async def taken(search: OrderSearch, *, idle: bool) -> int | None:
    """The lane of the order that is found."""
    held: Any = await search.look(idle=idle)
    return None if held is None else held.lane


async def test_orders_of_others_are_left_to_them_by_who_is_not_idle() -> None:
    """Who has something in hand takes those of its own lanes only; who has not takes any."""
    desk: Any = Desk(3, 5)
    search = OrderSearch(desk)
    assert await taken(search, idle=True) == 3
    assert await taken(search, idle=False) is None
    search.wake()
    desk.lanes.append(3)
    assert await taken(search, idle=False) == 3
    search.wake()
    assert await taken(search, idle=False) is None
    assert await taken(search, idle=True) == 5


async def test_lanes_of_this_round_stay_those_of_the_next() -> None:
    """All of them, whichever order is taken first; a lane that others had in between is theirs."""
    desk: Any = Desk(1, 2, 3)
    search = OrderSearch(desk)
    assert [await taken(search, idle=True) for _ in range(3)] == [1, 2, 3]
    search.wake()
    desk.lanes += [1, 2]  # somebody else has taken the order of lane 3
    assert [await taken(search, idle=False) for _ in range(3)] == [1, 2, None]
    search.wake()
    desk.lanes += [3, 1, 2]
    assert [await taken(search, idle=False) for _ in range(2)] == [1, 2]
    assert await taken(search, idle=False) is None


async def test_nobody_looks_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """But when there are new orders, and, for those that others give up, after a while."""
    desk: Any = Desk()
    search, now = OrderSearch(desk), 100.0
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now)
    for idle in (False, True, True):
        assert await taken(search, idle=idle) is None
    assert [others for _, others in desk.asked] == [False, True]
    search.wake()
    assert search.due(idle=True) == 0.0
    assert await taken(search, idle=True) is None
    assert len(desk.asked) == 3
    now = search.due(idle=True)
    assert await taken(search, idle=True) is None
    assert len(desk.asked) == 4
