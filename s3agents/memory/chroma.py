"""ChromaStore: the text store on Chroma, in a folder or on a server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

from s3agents.embed.base import Embedder, Vectors
from s3agents.errors import InputError, MemoryStoreError, explain
from s3agents.ids import TextId
from s3agents.memory.base import StoredText
from s3agents.memory.chroma_collection import ChromaCollection
from s3agents.memory.chroma_process import ChromaProcess
from s3agents.memory.late_writer import LateWriter
from s3agents.memory.recent import RecentTexts, stored_text

__all__ = ["ChromaStore"]

P = ParamSpec("P")
T = TypeVar("T")

_AT_ONCE = 256
"""Texts of one write in our own process: it takes 40 ms, in which nothing else runs."""
_AT_ONCE_APART = 2048
"""Texts of one write in another: half the cost a text."""


class _Batch:
    """Texts that wait to be added together, and the task that does so."""

    def __init__(self) -> None:
        self.texts: dict[TextId, str] = {}
        self.task: asyncio.Task[None] | None = None


class ChromaStore:
    """Texts and vectors in one Chroma collection, with the texts used last in memory.

    Chroma is synchronous, and each of its writes waits for the disk. So all calls run on one thread of their own, and
    what is added while a write is under way is written together afterwards. With ``late``, an :meth:`add` does not wait
    for the disk at all: that is for those who can make the texts anew, as a run can from its record. A vector has the
    same bits whether it comes from memory, from the folder, or from a store opened anew.

    Chroma keeps the interpreter's lock while it works. Where there is much to write, have it in a process of its own
    (``apart``), which ends with the store and with whoever made it, however that ends. To start one takes a second.

    Opened by :meth:`open` or at first use. Credentials for a server come from Chroma's own environment variables
    (``CHROMA_CLIENT_AUTH_PROVIDER``, ``CHROMA_CLIENT_AUTH_CREDENTIALS``).

    Args:
        embedder: makes the vectors; closed with the store.
        path: folder of an embedded Chroma; made if it is not there.
        url: address of a Chroma server, instead of ``path``.
        collection: name of the collection: 3 to 512 letters, digits, dots, dashes or underscores.
        cache: most texts kept in memory; of long vectors fewer, so that they take half a gigabyte at most.
        late: most texts that may be used before they are on the disk, and take 256 MB at most; they are there once
            :meth:`flush` or :meth:`close` has returned.
        apart: whether an embedded Chroma has a process of its own.
        transient: whether nobody reads the folder afterwards. Chroma then gets what memory has no room for: nothing is
            written before half of ``late`` texts wait, and nothing at the end.
        timeout: seconds to wait for an answer of a server or of that process.

    Raises:
        InputError: unless exactly one of ``path`` and ``url`` is given, or if the address is none.
    """

    def __init__(
        self,
        embedder: Embedder,
        path: Path | None = None,
        *,
        url: str | None = None,
        collection: str = "texts",
        cache: int = 262_144,
        late: int = 0,
        apart: bool = False,
        transient: bool = False,
        timeout: float = 60.0,
    ) -> None:
        place = url if path is None else Path(path)
        if place is None or (path is not None and url is not None):
            got = "none" if place is None else "both"
            raise InputError(explain("ChromaStore", wanted="exactly one of path and url", got=got))
        self._embedder = embedder
        self._path, self._late, self._transient = place if isinstance(place, Path) else None, late, transient
        self._collection: ChromaCollection | ChromaProcess
        if apart and self._path is not None:
            self._collection = ChromaProcess(self._path, name=collection, embedder=embedder.name, timeout=timeout)
        else:
            self._collection = ChromaCollection(place, name=collection, embedder=embedder.name, timeout=timeout)
        self._recent = RecentTexts(cache)
        at_once = _AT_ONCE_APART if apart else _AT_ONCE
        begin_at = max(1, late // 2) if transient else None
        self._writer = LateWriter(self._insert, most=late, at_once=at_once, begin_at=begin_at)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="chroma")
        self._batch = _Batch()
        self._began_empty: bool | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writing = asyncio.Lock()
        self._closed = False

    async def open(self) -> None:
        """Open the collection, or make it. Safe to repeat.

        Raises:
            MemoryStoreError: if folder or server cannot be used, or hold the vectors of another embedder.
        """
        self._check_open()
        await self._run(self._collection.open)

    async def add(self, texts: Mapping[TextId, str]) -> None:
        """Embed and keep the texts that are not there yet; they are on the disk when this returns, unless ``late``.

        Raises:
            MemoryStoreError: if Chroma or the embedder refuses, now or in an earlier late write, or it is closed.
        """
        self._check_open()
        new = self._unknown(texts)
        if not new:
            return
        batch = self._batch
        batch.texts.update(new)
        if batch.task is None:
            batch.task = asyncio.create_task(self._write(batch))
            self._tasks.add(batch.task)
            batch.task.add_done_callback(self._written)
        try:
            await asyncio.shield(batch.task)
        except asyncio.CancelledError:
            if batch.task.cancelled():
                raise MemoryStoreError("memory: the store was closed before the texts were kept") from None
            raise

    async def get(self, ids: Collection[TextId]) -> dict[TextId, StoredText]:
        """The texts of ``ids``: from memory, or by one look-up of those that are not there.

        Raises:
            MemoryStoreError: if one was never added, Chroma refuses, or the store is closed.
        """
        self._check_open()
        found = self._recent.find(ids)
        if len(found) < len(ids):
            found |= self._writer.find(ids)
        lacking = [key for key in dict.fromkeys(ids) if key not in found] if len(found) < len(ids) else []
        if lacking:
            fetched = await self._run(self._collection.fetch, lacking)
            missing = [key for key in lacking if key not in fetched]
            if missing:
                what = f"{len(missing)} of {len(ids)} texts were never added, such as {missing[0]}"
                raise MemoryStoreError(f"memory: {what}")
            self._keep(fetched)
            found |= fetched
        return found

    async def count(self) -> int:
        """Number of texts in the collection, all of them written.

        Raises:
            MemoryStoreError: if Chroma refuses, or the store is closed.
        """
        await self.flush()
        return await self._run(self._collection.count)

    async def flush(self) -> None:
        """Return when all that was added is on the disk.

        Raises:
            MemoryStoreError: if Chroma refuses, or the store is closed.
        """
        self._check_open()
        await self._writer.flush()

    async def close(self) -> None:
        """Write what waits, and let go of files, connections and the embedder; an :meth:`add` under way fails.

        Safe to repeat.

        Raises:
            MemoryStoreError: if Chroma refuses; all is let go of nevertheless.
        """
        if self._closed:
            return
        self._closed = True
        for task in self._tasks:
            task.cancel()
        try:
            await (self._writer.abandon() if self._transient else self._writer.flush())
        finally:
            await self._let_go()

    async def _let_go(self) -> None:
        try:
            await self._run(self._collection.close)
        finally:
            self._thread.shutdown(wait=False)
            self._recent.clear()
            await self._embedder.close()

    async def _write(self, batch: _Batch) -> None:
        """Add ``batch`` as soon as the batch before it is done; what comes later makes up the next one."""
        async with self._writing:
            self._batch = _Batch()
            texts = self._unknown(batch.texts)
            missing = await self._missing(list(texts))
            if missing:
                await self._embed({key: texts[key] for key in missing})

    def _unknown(self, texts: Mapping[TextId, str]) -> dict[TextId, str]:
        """``texts`` without those in memory."""
        recent, writer = self._recent, self._writer
        return {key: text for key, text in texts.items() if key not in recent and key not in writer}

    async def _missing(self, keys: list[TextId]) -> list[TextId]:
        """Those of ``keys``, which are not in memory, that are not in the collection either."""
        if self._began_empty is None:
            self._began_empty = self._begins_new() or await self._found_empty()
        if self._began_empty and not (self._recent.forgot and self._writer.wrote):
            return keys  # all that was ever put in is still in memory, or waits to be written
        return await self._run(self._collection.missing, keys)

    def _begins_new(self) -> bool:
        """Whether there is nothing in the folder: it is then opened behind the turns, and a failure is told late."""
        if not self._late or self._path is None or (self._path.is_dir() and any(self._path.iterdir())):
            return False
        if not self._transient:
            self._writer.begin()
        return True

    async def _found_empty(self) -> bool:
        await self._run(self._collection.open)
        return self._collection.began_empty

    def _written(self, task: asyncio.Task[None]) -> None:
        """Let go of a write; if it failed and whoever waited was cancelled meanwhile, the error is nobody's."""
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()

    async def _embed(self, texts: Mapping[TextId, str]) -> None:
        vectors: Vectors = await self._embedder.embed(list(texts.values()))
        stored = {key: stored_text(text, vectors[row]) for row, (key, text) in enumerate(texts.items())}
        await self._writer.put(stored)
        self._keep(stored)

    async def _insert(self, texts: Mapping[TextId, StoredText]) -> None:
        if texts:
            await self._run(self._collection.insert, texts)
        else:
            await self._run(self._collection.open)

    def _keep(self, texts: Mapping[TextId, StoredText]) -> None:
        for key, text in texts.items():
            self._recent.put(key, text)

    async def _run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: call(*args, **kwargs))

    def _check_open(self) -> None:
        if self._closed:
            raise MemoryStoreError("memory: the store is closed")
