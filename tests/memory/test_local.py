"""LocalStore: the in-memory double keeps the contract of text stores."""

from pathlib import Path

from s3agents.embed.base import Embedder
from s3agents.memory.local import LocalStore
from s3agents.testing.memory_contract import CountingEmbedder, TextStoreContract, by_id


class TestLocalStore(TextStoreContract):
    def make_store(self, embedder: Embedder, place: Path) -> LocalStore:
        """In memory."""
        return LocalStore(embedder)


async def test_count_is_of_distinct_texts():
    """A text added twice counts once."""
    store = LocalStore(CountingEmbedder())
    await store.add(by_id("a", "b"))
    await store.add(by_id("b"))
    assert await store.count() == 2
