"""Beside: second recorders, told of every tick that the record gets; what fails in them is named."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from s3agents.errors import RecordError
from s3agents.record.base import Checkpoint, Recorder, TickRecord
from s3agents.record.second import SecondRecorder
from s3agents.secrecy import failures_as

__all__ = ["RecorderWithOthers"]


class RecorderWithOthers:
    """A recorder that tells others of each tick before it keeps it; it alone says where the run stands.

    Args:
        first: the record.
        others: by what messages call them.
        folder: of the run.
        secrets: what no message may show.
    """

    def __init__(
        self,
        first: Recorder,
        others: Mapping[str, SecondRecorder],
        *,
        folder: Path,
        secrets: Collection[str] = (),
    ) -> None:
        self._first, self._others, self._folder = first, dict(others), folder
        self._secrets = tuple(secrets)

    def commit(self, record: TickRecord) -> None:
        """Tell the others of a whole tick, and keep it.

        Raises:
            RecordError: if one of them fails; then the tick is not kept.
        """
        told = replace(record, posts=tuple(record.posts), turns=tuple(record.turns))
        self._each(lambda other: other.commit(told))
        self._first.commit(record)

    def checkpoint(self) -> Checkpoint:
        """Where the run stands; the others begin there.

        Raises:
            RecordError: as :meth:`commit`.
        """
        checkpoint = self._first.checkpoint()
        self._each(lambda other: other.begin(self._folder, checkpoint.tick))
        return checkpoint

    def failed(self, record: TickRecord) -> None:
        """Keep the faults of a tick that is not committed; the others are told of whole ticks only.

        Raises:
            RecordError: if they cannot be written.
        """
        self._first.failed(record)

    def close(self) -> None:
        """Finish writing, all of them, whatever fails in one. Safe to repeat.

        Raises:
            RecordError: if one fails.
        """
        failures = []
        for who, other in self._others.items():
            try:
                with self._named(who):
                    other.close()
            except RecordError as error:
                failures.append(error)
        self._first.close()
        if failures:
            raise failures[0]

    def _each(self, do: Callable[[SecondRecorder], None]) -> None:
        for who, other in self._others.items():
            with self._named(who):
                do(other)

    def _named(self, who: str) -> AbstractContextManager[None]:
        return failures_as(RecordError, who, secrets=self._secrets, ours=True)
