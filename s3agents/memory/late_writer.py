"""LateWriter: texts that can be used already and are written later, many at once; bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from itertools import islice

from s3agents.ids import TextId
from s3agents.memory.base import StoredText

__all__ = ["LateWriter"]

_AT_ONCE = 256
"""Texts of one write: what a write costs by itself is a small part, and yet it takes 40 ms. (Chroma lets nothing else
run in the process meanwhile, on whatever thread.)"""


class LateWriter:
    """Writes in the order of arrival, one write at a time, as soon as there is enough for one.

    A write that fails is told once: to who waits for it, or at the next call. What it was to write waits for another.

    Args:
        write: keeps texts for good.
        most: texts that may wait; with more, :meth:`put` waits too. With 0 nothing waits, and what cannot be written
            is not taken.
    """

    def __init__(self, write: Callable[[Mapping[TextId, StoredText]], Awaitable[None]], *, most: int) -> None:
        self._write, self._most = write, most
        self._waiting: dict[TextId, StoredText] = {}
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
        self._waiting.update(texts)
        if not self._most:
            await self._write_now(texts)
        elif len(self._waiting) > self._most:
            await self.flush(down_to=self._most // 2)
        elif len(self._waiting) >= _AT_ONCE:
            self._begin()

    async def flush(self, *, down_to: int = 0) -> None:
        """Return when at most ``down_to`` texts wait.

        Raises:
            MemoryStoreError: if they cannot be written.
        """
        while len(self._waiting) > down_to:
            task = self._begin()
            try:
                await asyncio.shield(task)
            except BaseException:
                self._task = None if task.done() else task
                raise

    async def _write_now(self, texts: Mapping[TextId, StoredText]) -> None:
        try:
            await self._write(texts)
        finally:
            for key in texts:
                del self._waiting[key]

    def _begin(self) -> asyncio.Task[None]:
        """The write under way, or the next one; the error of the last one is raised here."""
        task = self._task
        if task is not None and not task.done():
            return task
        self._task = None
        if task is not None and not task.cancelled() and (error := task.exception()) is not None:
            raise error
        self._task = asyncio.create_task(self._next())
        return self._task

    async def _next(self) -> None:
        """Write as long as there is enough for a write; at least once."""
        while True:
            part = dict(islice(self._waiting.items(), _AT_ONCE))
            await self._write(part)
            for key in part:
                del self._waiting[key]
            if len(self._waiting) < _AT_ONCE:
                return
