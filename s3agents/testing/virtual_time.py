"""Virtual time: an event loop whose sleeps take no time, so that hours of waiting are a test of milliseconds."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

__all__ = ["VirtualLoop", "run_virtually"]

_T = TypeVar("_T")


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock moves only when nothing is left to do, and then at once to the next timer.

    For coroutines that wait for timers and for each other. Whoever waits for threads, processes or the network while a
    timer runs may find that it has run out.
    """

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0

    def time(self) -> float:
        """Seconds of virtual time since the loop was made."""
        return self._now

    def _run_once(self) -> None:
        loop: Any = self
        if not loop._ready and loop._scheduled:
            self._now = max(self._now, loop._scheduled[0]._when)
        super()._run_once()  # type: ignore[misc]


def run_virtually(main: Coroutine[Any, Any, _T]) -> tuple[_T, float]:
    """What ``main`` returns, and how many seconds of virtual time it took."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        result = runner.run(main)
        return result, runner.get_loop().time()
