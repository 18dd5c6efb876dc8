"""Waiting: for a server or a run that is not there yet: for a bounded time, and never without a word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

__all__ = ["Waiting"]

_AGAIN_SECONDS: Final = 60.0


class Waiting:
    """Says for what it waits when that begins or changes, and once a minute.

    Args:
        patience: seconds that it waits in all.
        clock: the time, in seconds.
        tell: takes what is said.
    """

    def __init__(self, patience: float, *, clock: Callable[[], float], tell: Callable[[str], None]) -> None:
        self._patience, self._clock, self._tell = patience, clock, tell
        self._what = ""
        self._told = 0.0
        self._since = clock()

    @property
    def over(self) -> bool:
        """Whether patience is at an end."""
        return self._clock() - self._since > self._patience

    def begin(self) -> None:
        """Wait anew: what was waited for has been there."""
        self._since, self._what = self._clock(), ""

    def note(self, what: str, why: str) -> None:
        """Take note that there is still no ``what``, because of ``why``."""
        now = self._clock()
        if what == self._what and now < self._told + _AGAIN_SECONDS:
            return
        self._what, self._told = what, now
        left = max(0.0, self._patience - (now - self._since))
        self._tell(f"waiting for {what}, {left:.0f} s more at most (--wait): {why}")
