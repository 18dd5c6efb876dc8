"""Progress: how a build tells how far it is."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Progress", "quiet"]


class Progress(Protocol):
    """Told every now and then how far a build is."""

    def __call__(self, phase: str, done: int) -> None:
        """``done`` records of ``phase`` are done; a phase that did not come before begins."""
        ...


def quiet(phase: str, done: int) -> None:
    """Tell nobody."""
