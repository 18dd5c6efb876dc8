"""TextStoreContract: what every :class:`~s3agents.memory.base.TextStore` promises, as tests to inherit.

::

    class TestMyStore(PersistentTextStoreContract):
        def make_store(self, embedder, place):
            return MyStore(embedder, place)
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from s3agents.embed.base import Embedder, Vectors
from s3agents.embed.hashing import HashingEmbedder
from s3agents.errors import MemoryStoreError
from s3agents.ids import TextId, text_id
from s3agents.memory.base import TextStore

__all__ = ["CountingEmbedder", "PersistentTextStoreContract", "TextStoreContract", "by_id"]

_AWKWARD = {
    "empty": "",
    "blank": " \t\n",
    "chinese": "今天天气很好，我们去公园吧。",
    "emoji": "👩‍👩‍👧 \U0001f600 e\u0301 \u202e",
    "zero": "before\0after",
    "lines": "one\r\ntwo\u2028three",
    "lone surrogate": "cut \ud83d off",
    "looks escaped": '\x1bjson:"no"',
    "long": "climate " * 12_500,
}


class CountingEmbedder:
    """Vectors of 32 hashed features, with a count of how often each text was asked for.

    Attributes:
        asked: number of requests for each text.
        failures: errors to raise at the next requests, first to last.
        closed: whether it was closed.
    """

    name = "counting-32"

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.failures: list[Exception] = []
        self.closed = False
        self._inner = HashingEmbedder(32)

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape ``(len(texts), 32)``; lets others run meanwhile."""
        await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop(0)
        self.asked.update(texts)
        return await self._inner.embed(texts)

    async def close(self) -> None:
        """Note it."""
        self.closed = True


def by_id(*texts: str) -> dict[TextId, str]:
    """``texts`` by their content addresses."""
    return {text_id(text): text for text in texts}


class TextStoreContract(ABC):
    """Inherit and say how a store is made; the tests need ``asyncio_mode = auto`` of pytest-asyncio."""

    @abstractmethod
    def make_store(self, embedder: Embedder, place: Path) -> TextStore:
        """A store over ``embedder`` that keeps what it keeps at ``place``."""

    @asynccontextmanager
    async def opened(self, place: Path, embedder: Embedder | None = None) -> AsyncIterator[TextStore]:
        """A store, closed afterwards."""
        store = self.make_store(embedder or CountingEmbedder(), place)
        try:
            yield store
        finally:
            await store.close()

    async def test_a_text_added_twice_is_embedded_once(self, tmp_path: Path) -> None:
        """Adding again changes nothing and costs no vector."""
        embedder = CountingEmbedder()
        async with self.opened(tmp_path, embedder) as store:
            await store.add(by_id("a", "b"))
            before = await store.get(by_id("a", "b"))
            await store.add(by_id("b", "a"))
            await store.add(by_id("b", "c"))
            after = await store.get(by_id("a", "b"))
        assert embedder.asked == {"a": 1, "b": 1, "c": 1}
        assert {key: text.text for key, text in after.items()} == by_id("a", "b")
        assert all(after[key].vector.tobytes() == before[key].vector.tobytes() for key in before)

    async def test_a_text_that_was_never_added_is_an_error(self, tmp_path: Path) -> None:
        """All ids are found, or the error names one that is not."""
        async with self.opened(tmp_path) as store:
            await store.add(by_id("here"))
            with pytest.raises(MemoryStoreError, match=text_id("elsewhere")):
                await store.get([text_id("here"), text_id("elsewhere")])

    async def test_nothing_asked_is_nothing_given(self, tmp_path: Path) -> None:
        """No texts and no ids are fine, also in an empty store."""
        async with self.opened(tmp_path) as store:
            await store.add({})
            assert await store.get([]) == {}

    async def test_an_id_asked_for_twice_is_given_once(self, tmp_path: Path) -> None:
        """Two memories may have the same text."""
        async with self.opened(tmp_path) as store:
            await store.add(by_id("said twice"))
            found = await store.get([text_id("said twice")] * 2)
        assert [text.text for text in found.values()] == ["said twice"]

    @pytest.mark.parametrize("text", _AWKWARD.values(), ids=_AWKWARD.keys())
    async def test_any_text_comes_back_as_it_was(self, tmp_path: Path, text: str) -> None:
        """Also empty, long, and not quite Unicode."""
        async with self.opened(tmp_path) as store:
            await store.add(by_id(text))
            found = (await store.get(by_id(text)))[text_id(text)]
        assert found.text == text

    async def test_a_vector_has_the_bits_that_the_embedder_gave_it(self, tmp_path: Path) -> None:
        """Single or in a batch of hundreds, and whether or not it was added just now."""
        texts = by_id("", *(f"post number {n} about the climate of city {n % 7}" for n in range(700)))
        async with self.opened(tmp_path) as store:
            await store.add(dict(list(texts.items())[:3]))
            await store.add(texts)
            found = await store.get(texts)
        vectors = await CountingEmbedder().embed(list(texts.values()))
        assert [found[key].vector.tobytes() for key in texts] == [vector.tobytes() for vector in vectors]

    async def test_concurrent_adds_embed_each_text_once(self, tmp_path: Path) -> None:
        """Many agents read the same posts at the same time."""
        embedder = CountingEmbedder()
        posts = [f"post {n}" for n in range(12)]
        async with self.opened(tmp_path, embedder) as store:
            await asyncio.gather(*(store.add(by_id(*posts[n % 5 : n % 5 + 8])) for n in range(40)))
            found = await store.get(by_id(*posts))
        assert embedder.asked == dict.fromkeys(posts, 1)
        assert {text.text for text in found.values()} == set(posts)

    async def test_a_vector_cannot_be_changed_by_who_reads_it(self, tmp_path: Path) -> None:
        """All agents share it."""
        async with self.opened(tmp_path) as store:
            await store.add(by_id("shared"))
            vector = (await store.get(by_id("shared")))[text_id("shared")].vector
            with pytest.raises(ValueError, match="read-only"):
                vector[0] = 7.0

    async def test_a_failed_embedder_leaves_no_trace(self, tmp_path: Path) -> None:
        """Its error reaches who added; adding again works."""
        embedder = CountingEmbedder()
        embedder.failures.append(MemoryStoreError("endpoint: away"))
        async with self.opened(tmp_path, embedder) as store:
            with pytest.raises(MemoryStoreError, match="away"):
                await store.add(by_id("late"))
            with pytest.raises(MemoryStoreError, match="never added"):
                await store.get(by_id("late"))
            await store.add(by_id("late"))
            assert list(await store.get(by_id("late"))) == [text_id("late")]

    async def test_a_closed_store_refuses(self, tmp_path: Path) -> None:
        """Closing is safe to repeat, and closes the embedder."""
        embedder = CountingEmbedder()
        async with self.opened(tmp_path, embedder) as store:
            await store.add(by_id("last"))
            await store.close()
            with pytest.raises(MemoryStoreError, match="closed"):
                await store.add(by_id("more"))
            with pytest.raises(MemoryStoreError, match="closed"):
                await store.get(by_id("last"))
        assert embedder.closed

    async def test_a_store_never_used_closes(self, tmp_path: Path) -> None:
        """Nothing has to be opened for that."""
        embedder = CountingEmbedder()
        async with self.opened(tmp_path, embedder):
            pass
        assert embedder.closed


class PersistentTextStoreContract(TextStoreContract):
    """For stores that hold, when opened anew at the same place, what was added before."""

    async def test_a_store_opened_anew_gives_the_same_bits(self, tmp_path: Path) -> None:
        """What was kept comes back exactly, and is not embedded again."""
        texts = by_id("", *(f"post number {n} on the tax of {n % 11} percent" for n in range(1500)))
        async with self.opened(tmp_path) as store:
            await store.add(texts)
            before = await store.get(texts)
        again = CountingEmbedder()
        async with self.opened(tmp_path, again) as store:
            await store.add(texts)
            after = await store.get(texts)
        assert not again.asked
        assert [after[key].vector.tobytes() for key in texts] == [before[key].vector.tobytes() for key in texts]

    async def test_a_store_opened_anew_gives_any_text_as_it_was(self, tmp_path: Path) -> None:
        """Also empty, long, and not quite Unicode."""
        texts = by_id(*_AWKWARD.values())
        async with self.opened(tmp_path) as store:
            await store.add(texts)
        async with self.opened(tmp_path) as store:
            found = await store.get(texts)
        assert {key: text.text for key, text in found.items()} == texts
