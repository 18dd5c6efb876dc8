"""LateWriter: texts that can be used already and are written later, many at once; bounded in number and in bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from itertools import islice

from s3agents.ids import TextId
from s3agents.memory.base import StoredText
from s3agents.memory.recent import weight_of

__all__ = ["LateWriter"]

_MOST_BYTES = 256 << 20


class LateWriter:
    """Writes in the order of arrival, one write at a time, as soon as there is enough for one.

    A write that fails is told once: to who waits for it, or at the next call. What it was to write waits for another.

    Args:
        write: keeps texts for good.
        most: texts that may wait; with more, :meth:`put` waits too. With 0 nothing waits, and what cannot be written
            is not taken.
        at_once: texts of one write.
        begin_at: texts that wait before a write begins by itself; by default as many as are written at once.
        most_bytes: memory that those that wait may take.

    Attributes:
        wrote: whether anything has been written, so that it no longer waits.
    """

    def __init__(
        self,
        write: Callable[[Mapping[TextId, StoredText]], Awaitable[None]],
        *,
        most: int,
        at_once: int,
        begin_at: int | None = None,
        most_bytes: int = _MOST_BYTES,
    ) -> None:
        self._begin_at, self._abandoned = at_once if begin_at is None else begin_at, False
        self._write, self._most, self._at_once, self._most_bytes = write, most, at_once, most_bytes
        self._waiting: dict[TextId, StoredText] = {}
        self._bytes = 0
        self.wrote = False
        self._task: asyncio.Task[None] | None = None

    def __contains__(self, key: TextId) -> bool:
        return key in self._waiting

    def find(self, keys: Collection[TextId]) -> dict[TextId, StoredText]:
        """Those of ``keys`` that wait."""
        return {key: self._waiting[key] for key in keys if key in self._waiting} if self._waiting else {}

    async def put(self, texts: Mapping[TextId, StoredText]) -> None:
        """Take ``texts``; they are written when this returns only if too many would wait otherwise.

        Raises:
            MemoryStoreError: if an earlier write failed, or one that had to be waited for.
        """
        self._bytes += sum(weight_of(text) for key, text in texts.items() if key not in self._waiting)
        self._waiting.update(texts)
        if not self._most:
            await self._write_now(texts)
        elif self._exceeds(self._most, self._most_bytes):
            await self._shrink(self._most // 2, self._most_bytes // 2)
        elif len(self._waiting) >= self._begin_at:
            self.begin()
        else:
            self._check()

    async def flush(self) -> None:
        """Return when nothing waits.

        Raises:
            MemoryStoreError: if it cannot be written.
        """
        await self._shrink(0, 0)
        self._check()

    async def abandon(self) -> None:
        """Begin no write any more, and return when the one under way is over, well or not."""
        self._abandoned = True
        if self._task is not None:
            await asyncio.wait([self._task])
            self._task.exception()

    def begin(self) -> asyncio.Task[None]:
        """The write under way, or the next one, which has just been begun, and may be one of nothing.

        Raises:
            MemoryStoreError: if the last one failed, and nobody has been told.
        """
        if self._task is None or self._task.done():
            self._check()
            self._task = asyncio.create_task(self._next())
            self._task.add_done_callback(self._go_on)
        return self._task

    def _exceeds(self, most: int, most_bytes: int) -> bool:
        return len(self._waiting) > most or self._bytes > most_bytes

    async def _shrink(self, most: int, most_bytes: int) -> None:
        while self._exceeds(most, most_bytes):
            task = self.begin()
            try:
                await asyncio.shield(task)
            except BaseException:
                self._task = None if task.done() else task
                raise

    async def _write_now(self, texts: Mapping[TextId, StoredText]) -> None:
        try:
            await self._write(texts)
        finally:
            self._drop(texts)

    async def _next(self) -> None:
        part = dict(islice(self._waiting.items(), self._at_once))
        await self._write(part)
        self._drop(part)

    def _go_on(self, task: asyncio.Task[None]) -> None:
        """One write follows the other as long as there is enough for one; an error is kept for who calls next."""
        if self._abandoned or len(self._waiting) < self._begin_at:
            return
        if not task.cancelled() and task.exception() is None:
            self.begin()

    def _drop(self, texts: Mapping[TextId, StoredText]) -> None:
        self.wrote = self.wrote or bool(texts)
        for key in texts:
            self._bytes -= weight_of(self._waiting.pop(key))

    def _check(self) -> None:
        """Raise the error of the last write, once."""
        task = self._task
        if task is None or not task.done():
            return
        self._task = None
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error
