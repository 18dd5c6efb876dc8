"""Slots: how many requests the stub endpoint serves at once; further ones wait in the order in which they came."""

from __future__ import annotations

import asyncio
from collections import deque
from time import perf_counter

__all__ = ["Slots"]


class Slots:
    """An endpoint's places, as vLLM has ``max_num_seqs``: what finds none free waits, and nothing is refused.

    Args:
        most: places; ``None`` for as many as anybody wants.

    Attributes:
        running: places taken now.
        busy_seconds: seconds that places were taken, summed over places; brought up to now by :meth:`settle`.
        full_seconds: seconds during which all were taken; likewise.
    """

    def __init__(self, most: int | None = None) -> None:
        self.most = most
        self.running = 0
        self.busy_seconds = self.full_seconds = 0.0
        self._since = perf_counter()
        self._queue: deque[asyncio.Future[None]] = deque()

    @property
    def waiting(self) -> int:
        """Requests that wait for a place."""
        return len(self._queue)

    async def take(self) -> None:
        """Take a place, once there is one."""
        if self.most is None or self.running < self.most:
            self._change(1)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(future)
        try:
            await future
        except asyncio.CancelledError:
            if future.cancelled():
                self._queue.remove(future)
            else:  # the place was ours already
                self.leave()
            raise

    def leave(self) -> None:
        """Leave a place; who has waited longest gets it."""
        while self._queue:
            future = self._queue.popleft()
            if not future.done():
                future.set_result(None)
                return
        self._change(-1)

    def settle(self) -> None:
        """Bring the two sums up to now."""
        self._change(0)

    def _change(self, by: int) -> None:
        now = perf_counter()
        passed, self._since = now - self._since, now
        self.busy_seconds += self.running * passed
        if self.most is not None and self.running >= self.most:
            self.full_seconds += passed
        self.running += by
