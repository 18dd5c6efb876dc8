"""MemoryRecorder: a recorder that keeps the ticks of a run as they came, and begins at the start."""

from __future__ import annotations

from s3agents.record.base import Checkpoint, TickRecord

__all__ = ["MemoryRecorder"]


class MemoryRecorder:
    """The port :class:`~s3agents.record.base.Recorder`, for tests that look at records themselves.

    Attributes:
        ticks: the committed ones.
        failures: those that were not, because too many turns failed.
    """

    def __init__(self) -> None:
        self.ticks: list[TickRecord] = []
        self.failures: list[TickRecord] = []

    def commit(self, record: TickRecord) -> None:
        """Keep ``record``, which is the next."""
        if record.tick != len(self.ticks):
            raise ValueError(f"tick {record.tick} comes after {len(self.ticks)} ticks")
        self.ticks.append(record)

    def checkpoint(self) -> Checkpoint:
        """The start."""
        return Checkpoint(tick=-1)

    def failed(self, record: TickRecord) -> None:
        """Keep the faults of ``record``."""
        self.failures.append(record)

    def close(self) -> None:
        """Nothing is open."""
