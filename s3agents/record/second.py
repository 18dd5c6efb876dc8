"""SecondRecorder: the port that is told of every tick beside the record, and keeps of it what it likes."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from s3agents.record.base import TickRecord

__all__ = ["SecondRecorder"]


class SecondRecorder(Protocol):
    """Told of every tick of a run, beside the record, which stays the source of truth.

    It is told of a tick just before the record has it. So it has every tick that the record has, and after a crash
    perhaps one more, which comes again, the same, when the run goes on. What it raises ends the run, which can be
    resumed.
    """

    def begin(self, folder: Path, tick: int) -> None:
        """The run begins, or goes on; called once, before any tick.

        Args:
            folder: of the run, where it may keep files.
            tick: the last that the record has, -1 for none; what is here of later ones is to be forgotten.
        """
        ...

    def commit(self, record: TickRecord) -> None:
        """Keep what it likes of a whole tick. Ticks come in ascending order."""
        ...

    def close(self) -> None:
        """Finish writing. Safe to repeat."""
        ...
