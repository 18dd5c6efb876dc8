"""Pipeline: the turns of a run under way: begun as soon as they are free, settled in batches, committed tick by tick.

One flow, over and over: agents that the clock sets free are asked who is due, and the due are prepared in one batch and
queued. Their turns are begun a few at once, workers have each of them think, and what is thought out is finished a few
at once, published and settled in one batch, and told to the clock. Ticks are left in order, each when all of its turns
are settled. What ran ahead of a tick that ends the run is dropped with it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import groupby
from typing import NamedTuple

import numpy as np

from s3agents.agents.crowd import Due
from s3agents.agents.host import Host
from s3agents.cognition.in_hand import TurnInHand
from s3agents.cognition.turn import TurnResult
from s3agents.coordinator.clock import DependencyClock
from s3agents.coordinator.open_tick import OpenTick
from s3agents.coordinator.seeds import Announcements
from s3agents.network.graph import Ints

__all__ = ["Pace", "Pipeline"]

_AT_ONCE = 32
"""Turns that are begun together, and of those that are thought out at a barrier finished together: enough for what they
share to be found once, and few enough to hold up nobody whose model has answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How far turns may be apart; none of it shapes the record.

    Attributes:
        concurrency: turns under way at once.
        lookahead: ticks that an agent may be ahead of the lowest open one; at 0 a tick is begun when the one before it
            is whole, and settled in one batch.
        faults: share of the turns of a tick that may fail; when more have failed, no further ones are begun.
    """

    concurrency: int = 1
    lookahead: int = 0
    faults: float = 1.0


class _Under(NamedTuple):
    """A turn that is under way."""

    tick: int
    due: Due
    turn: TurnInHand


class Pipeline:
    """Runs ticks until they are at an end, or somebody wants them to be.

    Args:
        host: the agents.
        first: first tick.
        ticks: the tick that is no more.
        pace: how far turns may be apart.
        announcements: what the scenario has agents publish.
        stop: asked whether to end with the lowest open tick; no later one is then begun by anybody.
        on_turn: told the lowest open tick, how many of its turns are done, and of how many.
        on_whole: told a tick that is whole and its results, in any order; ticks come in ascending order. Told, too, of
            the tick in which too many turns failed, with the results that it has, and must then raise.
    """

    def __init__(
        self,
        host: Host,
        *,
        first: int,
        ticks: int,
        pace: Pace,
        announcements: Announcements,
        stop: Callable[[], bool],
        on_turn: Callable[[int, int, int], None],
        on_whole: Callable[[int, list[TurnResult]], None],
    ) -> None:
        self._host, self._ticks, self._pace, self._announcements = host, ticks, pace, announcements
        self._stop, self._on_turn, self._on_whole = stop, on_turn, on_whole
        self._clock = DependencyClock(host.graph, first=first, ticks=ticks, lookahead=pace.lookahead)
        self._lowest = first
        self._open: defaultdict[int, OpenTick] = defaultdict(OpenTick)
        self._queue: list[tuple[int, int, Due]] = []
        self._begun: list[tuple[int, int, _Under]] = []
        self._beginning = asyncio.Lock()
        self._thought: list[_Under] = []
        self._done: list[tuple[int, Due, TurnResult]] = []
        self._running = 0
        self._changed = asyncio.Event()
        self._at_barrier, self._ending = True, False
        self._told = (first, 0, 0)
        self._forgetting: asyncio.Task[None] | None = None

    async def run(self) -> bool:
        """Whether the ticks came to their end; false when the run was asked to stop before.

        Turns under way at the end are waited for, since their replies are paid for and go on file.

        Raises:
            Exception: whatever a turn, the bus or ``on_whole`` raises; all turns under way are then cancelled.
        """
        try:
            async with asyncio.TaskGroup() as group:
                finished = await self._conduct(group)
                self._ending = True
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from errors
        return finished

    async def _conduct(self, group: asyncio.TaskGroup) -> bool:
        due: list[tuple[int, Due]] = []
        while self._lowest < self._ticks:
            if self._at_barrier and self._stop():
                return False
            if self._at_barrier:
                await self._host.ready(self._lowest)
            self._at_barrier = False
            due += self._admit()
            if self._clock.lowest > self._lowest:
                await self._leave(group)
                continue
            await self._host.prepare([entry for _, entry in due])
            self._begin(due, group)
            due = []
            batch = await self._batch()
            if not batch and self._clock.lowest == self._lowest:
                raise RuntimeError(f"tick {self._lowest} is not whole, and none of its turns can be begun")
            await self._settle(batch)
        return True

    def _admit(self) -> list[tuple[int, Due]]:
        """Who is due among those who have become free; whoever is not is done with the tick, and may free others."""
        found = []
        while self._clock.lowest == self._lowest and (free := self._clock.free()):
            tick, users = free
            among = None if len(users) == self._host.graph.n else set(users.tolist())
            due = self._host.due(tick, among, self._announcements.get(tick, {}))
            self._open[tick].due += len(due)
            found += [(tick, entry) for entry in due]
            self._clock.done(tick, _without(users, due))
        return found

    async def _leave(self, group: asyncio.TaskGroup) -> None:
        """Have the lowest tick, which is whole, committed, and its posts forgotten while others go on."""
        tick = self._lowest
        self._tell()
        self._on_whole(tick, self._open.pop(tick, OpenTick()).results)
        self._lowest, self._at_barrier = tick + 1, True
        await self._forgotten()
        self._forgetting = group.create_task(self._host.forget(tick))
        if not self._pace.lookahead:  # turns that never wait would keep the answer from being heard
            await self._forgotten()

    def _begin(self, due: Iterable[tuple[int, Due]], group: asyncio.TaskGroup) -> None:
        """Queue turns, those of the lowest tick first, and see to it that there are workers for them."""
        for tick, entry in due:
            heappush(self._queue, (tick, entry.user, entry))
        for _ in range(min(self._pace.concurrency - self._running, len(self._queue) + len(self._begun))):
            self._running += 1
            group.create_task(self._work())
        self._tell()

    async def _work(self) -> None:
        """Have turns thought out until there are none to begin."""
        try:
            while (under := await self._next()) is not None:
                await under.turn.think()
                self._open[under.tick].add(under.turn)
                self._thought.append(under)
                if under.tick == self._lowest:
                    self._tell()
                if self._pace.lookahead:
                    self._changed.set()
                elif len(self._thought) >= _AT_ONCE:
                    await self._finish()
        finally:
            self._running -= 1
            if not self._running:
                self._changed.set()

    async def _next(self) -> _Under | None:
        """The next turn that has to think; ``None`` if none may be begun. Some of a tick are begun together."""
        if self._wants_more():
            async with self._beginning:  # whoever comes meanwhile finds some begun
                if self._wants_more():
                    await self._begin_some()
        return heappop(self._begun)[2] if self._begun and self._may_begin(self._begun[0][0]) else None

    def _wants_more(self) -> bool:
        """Whether what is begun is used up, or turns of an earlier tick wait: nobody goes ahead of those."""
        return not self._begun or bool(self._queue and self._queue[0][0] < self._begun[0][0])

    async def _begin_some(self) -> None:
        """Begin turns of the lowest tick that has any waiting."""
        if not self._queue or not self._may_begin(self._queue[0][0]):
            return
        tick, due = self._queue[0][0], list[Due]()
        while self._queue and self._queue[0][0] == tick and len(due) < _AT_ONCE:
            due.append(heappop(self._queue)[2])
        turns = await self._host.begin(due, tick)
        for entry, turn in zip(due, turns, strict=True):
            heappush(self._begun, (tick, entry.user, _Under(tick, entry, turn)))

    async def _finish(self) -> None:
        """Finish what has been thought out."""
        thought, self._thought = self._thought, []
        results = await self._host.finish([under.turn for under in thought])
        for under, result in zip(thought, results, strict=True):
            self._open[under.tick].results.append(result)
            self._done.append((under.tick, under.due, result))

    def _may_begin(self, tick: int) -> bool:
        if self._ending or (self._stop() and tick > self._lowest):
            return False
        return not self._open[self._lowest].spoilt(self._pace.faults)

    async def _batch(self) -> list[tuple[int, Due, TurnResult]]:
        """The turns that are done and not settled, in order: all of a tick at a barrier, else what there is.

        When too many turns of the lowest tick have failed, those under way are waited for, and the run ends.
        """
        while self._running and not (self._thought and self._pace.lookahead):
            self._changed.clear()
            await self._changed.wait()
        lowest = self._open[self._lowest]
        if lowest.spoilt(self._pace.faults):
            while self._running:
                self._changed.clear()
                await self._changed.wait()
            await self._finish()
            self._on_whole(self._lowest, lowest.results)
        await self._finish()
        batch, self._done = self._done, []
        return sorted(batch, key=lambda item: (item[0], item[1].user))

    async def _settle(self, batch: Sequence[tuple[int, Due, TurnResult]]) -> None:
        """Publish what turns came to, have the agents take it on, and tell the clock."""
        await self._forgotten()
        await self._host.settle([entry for _, entry, _ in batch], [result for _, _, result in batch])
        for tick, some in groupby(batch, key=lambda item: item[0]):
            self._clock.done(tick, np.array([entry.user for _, entry, _ in some], dtype=np.int32))

    async def _forgotten(self) -> None:
        """Return when the bus has let go of what it was told to: there is room for as much again."""
        forgetting, self._forgetting = self._forgetting, None
        if forgetting is not None:
            await forgetting

    def _tell(self) -> None:
        """Say how far the lowest open tick is, if there is news of it."""
        lowest = self._open[self._lowest]
        news = (self._lowest, lowest.done, lowest.due)
        if lowest.done and news != self._told:
            self._told = news
            self._on_turn(*news)


def _without(users: Ints, due: Sequence[Due]) -> Ints:
    """``users`` but for those who are due; both ascending."""
    if not due:
        return users
    idle = np.ones(len(users), dtype=np.bool_)
    idle[users.searchsorted(np.array([entry.user for entry in due], dtype=np.int32))] = False
    return users[idle]
