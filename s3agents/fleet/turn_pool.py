"""TurnPool: the turns that a worker has under way: a bounded number at once, of whatever shards are in hand."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from s3agents.agents.crowd import Crowd, Due
from s3agents.cognition.in_hand import TurnInHand
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
        begun: the turns of ``due``, in its order, once they are begun.
        done: how many of them are thought out.
        failed: how many of them failed.
        over: done when all are, or one has raised.
    """

    crowd: Crowd
    tick: int
    due: Sequence[Due]
    basket: dict[str, ReplyRow] = field(default_factory=dict)
    begun: Sequence[TurnInHand] = ()
    done: int = 0
    failed: int = 0
    over: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class TurnPool:
    """Takes turns, those of the shard that came first before others.

    Args:
        concurrency: turns under way at once.
        on_room: called when turns have been begun or are done, so that there may be room for those of another shard.
    """

    def __init__(self, concurrency: int, *, on_room: Callable[[], None]) -> None:
        self.concurrency = concurrency
        self._on_room = on_room
        self._waiting: deque[tuple[ShardTurns, TurnInHand]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._free = concurrency  # hands: a task that has ended is of no use, though it may still be in the set

    @property
    def waiting(self) -> int:
        """Turns that are not begun."""
        return len(self._waiting)

    @property
    def busy(self) -> int:
        """Turns that are under way."""
        return self.concurrency - self._free

    async def take(self, turns: ShardTurns) -> list[TurnResult]:
        """What all of ``turns`` come to, in their order.

        Raises:
            Exception: whatever one of them raises; the others of them are not begun then.
        """
        if not turns.due:
            return []
        turns.begun = await turns.crowd.begin(turns.due, turns.tick)
        self._waiting.extend((turns, turn) for turn in turns.begun)
        for _ in range(min(self._free, len(turns.due))):
            self._free -= 1
            task = asyncio.create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        await turns.over
        return await turns.crowd.finish(turns.begun)

    async def close(self) -> None:
        """Give up what is under way."""
        self._waiting.clear()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _work(self) -> None:
        try:
            while self._waiting:
                await self._next(*self._waiting.popleft())
        finally:
            self._free += 1
            self._on_room()

    async def _next(self, turns: ShardTurns, turn: TurnInHand) -> None:
        if turns.over.done():
            return
        if len(self._waiting) <= 2 * self.concurrency:
            self._on_room()
        try:
            await self._think(turns, turn)
        except Exception as error:
            if not turns.over.done():
                turns.over.set_exception(error)

    async def _think(self, turns: ShardTurns, turn: TurnInHand) -> None:
        BASKET.set(turns.basket)
        await turn.think()
        turns.done += 1
        turns.failed += turn.failed
        if turns.done == len(turns.due) and not turns.over.done():
            turns.over.set_result(None)
