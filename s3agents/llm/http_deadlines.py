"""Deadlines: answers that take too long are given up, with one timer for all that are waited for.

All are given the same time, so that they come due in the order in which they were asked for. ``asyncio.timeout``, which
makes a timer for each, costs as much as sending the request.
"""

from __future__ import annotations

import asyncio
from typing import Any

__all__ = ["Deadlines"]


class Deadlines:
    """Futures that fail with a ``TimeoutError`` unless they are done in time.

    Args:
        seconds: that each is given.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._due: dict[asyncio.Future[Any], float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, waiting: asyncio.Future[Any]) -> None:
        """Give ``waiting`` its time, from now on."""
        loop = waiting.get_loop()
        due = self._due[waiting] = loop.time() + self._seconds
        if self._timer is None:
            self._timer = loop.call_at(due, self._expire, loop)

    def forget(self, waiting: asyncio.Future[Any]) -> None:
        """Let it wait as long as it takes, or be done."""
        self._due.pop(waiting, None)

    def close(self) -> None:
        """Let go of the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expire(self, loop: asyncio.AbstractEventLoop) -> None:
        """Fail those that are due, and wake up again when the next one is."""
        self._timer = None
        now = loop.time()
        for waiting, due in list(self._due.items()):
            if due > now:
                self._timer = loop.call_at(due, self._expire, loop)
                return
            del self._due[waiting]
            if not waiting.done():
                waiting.set_exception(TimeoutError())
