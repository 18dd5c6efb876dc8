"""TurnPool: the turns that a worker has under way: a bounded number at once, of whatever shards are in hand."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from s3agents.agents.crowd import Crowd, Due
from s3agents.cognition.turn import TurnResult
from s3agents.fleet.basket import BASKET, ReplyRow

__all__ = ["ShardTurns", "TurnPool"]


@dataclass(slots=True)
class ShardTurns:
    """The turns of a shard in a tick.

    Attributes:
        crowd: its agents.
        tick: now.
        due: who has a turn.
        basket: what the model says to them.
        results: of the turns that are done, by their place in ``due``.
        failed: how many of them failed.
        over: done when all are, or one has raised.
    """

    crowd: Crowd
    tick: int
    due: Sequence[Due]
    basket: dict[str, ReplyRow] = field(default_factory=dict)
    results: dict[int, TurnResult] = field(default_factory=dict)
    failed: int = 0
    over: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class TurnPool:
    """Takes turns, those of the shard that came first before others.

    Args:
        concurrency: turns under way at once.
        on_room: called when turns have been begun, so that there may be room for those of another shard.
    """

    def __init__(self, concurrency: int, *, on_room: Callable[[], None]) -> None:
        self.concurrency = concurrency
        self._on_room = on_room
        self._waiting: deque[tuple[ShardTurns, int]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """Turns that are not begun."""
        return len(self._waiting)

    async def take(self, turns: ShardTurns) -> list[TurnResult]:
        """What all of ``turns`` come to, in their order.

        Raises:
            Exception: whatever one of them raises; the others of them are not begun then.
        """
        if turns.due:
            self._waiting.extend((turns, place) for place in range(len(turns.due)))
            for _ in range(min(self.concurrency - len(self._tasks), len(turns.due))):
                task = asyncio.create_task(self._work())
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            await turns.over
        return [turns.results[place] for place in range(len(turns.due))]

    async def close(self) -> None:
        """Give up what is under way."""
        self._waiting.clear()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _work(self) -> None:
        while self._waiting:
            turns, place = self._waiting.popleft()
            if turns.over.done():
                continue
            if len(self._waiting) <= self.concurrency // 2:
                self._on_room()
            try:
                await self._turn(turns, place)
            except Exception as error:
                if not turns.over.done():
                    turns.over.set_exception(error)

    async def _turn(self, turns: ShardTurns, place: int) -> None:
        BASKET.set(turns.basket)
        result = await turns.crowd.take(turns.due[place], turns.tick)
        turns.results[place] = result
        turns.failed += result.record.fault is not None
        if len(turns.results) == len(turns.due) and not turns.over.done():
            turns.over.set_result(None)
