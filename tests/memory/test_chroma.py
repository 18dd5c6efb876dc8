"""ChromaStore on a real embedded Chroma: the contract, and what is special about a folder."""

import asyncio
import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents.embed.base import Embedder
from s3agents.embed.hashing import HashingEmbedder
from s3agents.errors import InputError, MemoryStoreError
from s3agents.ids import text_id
from s3agents.memory.chroma import ChromaStore
from s3agents.memory.chroma_collection import ChromaCollection, collection_name
from s3agents.testing.memory_contract import CountingEmbedder, PersistentTextStoreContract, TextStoreContract, by_id


class TestChromaStore(PersistentTextStoreContract):
    def make_store(self, embedder: Embedder, place: Path) -> ChromaStore:
        """In a folder."""
        return ChromaStore(embedder, place / "memory")


class TestChromaStoreWithoutCache(PersistentTextStoreContract):
    def make_store(self, embedder: Embedder, place: Path) -> ChromaStore:
        """In a folder, and every look-up goes there."""
        return ChromaStore(embedder, place / "memory", cache=0)


class TestLateChromaStore(PersistentTextStoreContract):
    def make_store(self, embedder: Embedder, place: Path) -> ChromaStore:
        """In a folder, written when there is time for it."""
        return ChromaStore(embedder, place / "memory", late=1000)


class TestLateChromaStoreWithoutCache(PersistentTextStoreContract):
    def make_store(self, embedder: Embedder, place: Path) -> ChromaStore:
        """In a folder, with room for three texts that wait."""
        return ChromaStore(embedder, place / "memory", cache=0, late=3)


class TestTransientChromaStoreWithoutCache(TextStoreContract):
    def make_store(self, embedder: Embedder, place: Path) -> ChromaStore:
        """In a folder that nobody reads afterwards, and that hardly anything is kept out of."""
        return ChromaStore(embedder, place / "memory", cache=0, late=4, transient=True)


class GatedEmbedder(CountingEmbedder):
    """Embeds when its gate is open; tells when it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.entered = asyncio.Event(), asyncio.Event()
        self.failure: Exception | None = None

    async def embed(self, texts):
        """Wait for the gate, and fail if that is wanted."""
        self.entered.set()
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        return await super().embed(texts)


async def filled(folder: Path) -> None:
    """A store in ``folder`` with so many texts that Chroma has written its index."""
    store = ChromaStore(CountingEmbedder(), folder)
    await store.add(by_id(*(f"post {n}" for n in range(1200))))
    await store.close()


def spoil_database(folder: Path) -> None:
    """Overwrite what Chroma keeps in SQLite."""
    (folder / "chroma.sqlite3").write_bytes(b"no database " * 500)


def spoil_index(folder: Path) -> None:
    """Overwrite the vectors."""
    for file in folder.glob("*-*/*"):
        file.write_bytes(b"no index")


def put_a_file_in_its_place(folder: Path) -> None:
    """Leave a file where the folder was."""
    for file in sorted(folder.rglob("*"), reverse=True):
        file.unlink() if file.is_file() else file.rmdir()
    folder.rmdir()
    folder.write_text("a file")


@pytest.mark.parametrize("spoil", [spoil_database, spoil_index, put_a_file_in_its_place])
async def test_a_broken_folder_is_told_when_it_is_opened(tmp_path, spoil):
    """The message names the folder and what to do about it."""
    folder = tmp_path / "memory"
    await filled(folder)
    spoil(folder)
    store = ChromaStore(CountingEmbedder(), folder)
    with pytest.raises(MemoryStoreError, match=r"memory cannot be opened: .*delete the folder"):
        await store.open()
    await store.close()


async def test_a_deleted_folder_is_made_anew(tmp_path):
    """What the message of a broken folder advises works."""
    await filled(tmp_path / "memory")
    put_a_file_in_its_place(tmp_path / "memory")
    (tmp_path / "memory").unlink()
    await filled(tmp_path / "memory")
    assert (tmp_path / "memory" / "chroma.sqlite3").is_file()


_RUNS = st.text(st.sampled_from("aé.-_/ 名\ud800")) | st.text(max_size=600) | st.just("run" * 100)


@given(one=_RUNS, two=_RUNS)
def test_every_run_has_a_collection_of_its_own(one: str, two: str) -> None:
    """Law: whatever a run is called, its collection has a name that Chroma takes, and no other run has it."""
    from chromadb.api.segment import check_index_name

    check_index_name(collection_name(one))
    assert (collection_name(one) == collection_name(two)) == (one == two)


async def test_the_collection_of_a_run_of_any_name_can_be_opened(tmp_path):
    """A folder's name may have blanks, dots and other scripts in it."""
    store = ChromaStore(CountingEmbedder(), tmp_path, collection=collection_name(" .核能 run.." * 60))
    await store.add(by_id("text"))
    assert await store.count() == 1
    await store.close()


async def test_vectors_of_two_embedders_do_not_mix(tmp_path):
    """A folder filled by one embedder is refused to another of the same size."""
    await filled(tmp_path)
    store = ChromaStore(HashingEmbedder(32), tmp_path)
    with pytest.raises(MemoryStoreError, match=r"wanted vectors of hashing-32, got vectors of counting-32"):
        await store.add(by_id("other"))
    await store.close()


async def test_a_collection_of_another_space_is_refused(tmp_path):
    """In the space ``cosine`` vectors would come back with other bits."""
    import chromadb

    client = chromadb.PersistentClient(path=tmp_path)
    metadata = {"embedder": "counting-32"}
    client.create_collection("texts", configuration={"hnsw": {"space": "cosine"}}, metadata=metadata)
    client.close()
    store = ChromaStore(CountingEmbedder(), tmp_path)
    with pytest.raises(MemoryStoreError, match=r"wanted the space ip, got cosine"):
        await store.open()
    await store.close()


async def test_what_is_added_during_a_write_is_written_together(tmp_path, monkeypatch):
    """Each write waits for the disk: twenty agents must not wait for twenty."""
    written = []
    insert = ChromaCollection.insert
    monkeypatch.setattr(
        ChromaCollection,
        "insert",
        lambda self, texts: written.append(len(texts)) or insert(self, texts),
    )
    embedder = GatedEmbedder()
    store = ChromaStore(embedder, tmp_path)
    first = asyncio.create_task(store.add(by_id("first")))
    await embedder.entered.wait()
    others = [asyncio.create_task(store.add(by_id(f"other {n}", "first"))) for n in range(20)]
    await asyncio.sleep(0)
    embedder.gate.set()
    await asyncio.gather(first, *others)
    await store.close()
    assert written == [1, 20]


async def test_late_texts_are_written_in_few_writes(tmp_path, monkeypatch):
    """A hundred turns, one by one, cost one write: when it is asked for, or when the store is closed."""
    written = []
    insert = ChromaCollection.insert
    monkeypatch.setattr(
        ChromaCollection, "insert", lambda self, texts: written.append(len(texts)) or insert(self, texts)
    )
    store = ChromaStore(CountingEmbedder(), tmp_path, late=1000)
    for n in range(100):
        await store.add(by_id(f"post {n}"))
        assert (await store.get(by_id(f"post {n}")))[text_id(f"post {n}")].text == f"post {n}"
    assert written == []
    await store.flush()
    assert written == [100]
    await store.add(by_id("post 3", "last"))
    await store.close()
    assert written == [100, 1]
    store = ChromaStore(CountingEmbedder(), tmp_path)
    assert await store.count() == 101
    await store.close()


async def test_no_more_texts_wait_than_were_said(tmp_path, monkeypatch):
    """Who adds faster than the disk writes has to wait for it."""
    written = []
    insert = ChromaCollection.insert
    monkeypatch.setattr(
        ChromaCollection, "insert", lambda self, texts: written.append(len(texts)) or insert(self, texts)
    )
    store = ChromaStore(CountingEmbedder(), tmp_path, late=10)
    for n in range(40):
        await store.add(by_id(f"post {n}"))
        assert n + 1 - sum(written) <= 10
    await store.close()
    assert sum(written) == 40
    assert len(written) < 8


async def test_what_nobody_reads_afterwards_is_written_only_for_want_of_room(tmp_path, monkeypatch):
    """Chroma is not even opened while memory has room; what it had to take is found there; nothing goes at the end."""
    written = []
    insert = ChromaCollection.insert
    monkeypatch.setattr(
        ChromaCollection, "insert", lambda self, texts: written.append(len(texts)) or insert(self, texts)
    )
    store = ChromaStore(CountingEmbedder(), tmp_path, cache=5, late=20, transient=True)
    for n in range(9):
        await store.add(by_id(f"post {n}"))
    assert written == []
    assert not any(tmp_path.iterdir())
    for n in range(9, 30):
        await store.add(by_id(f"post {n}"))
    assert 10 <= sum(written) <= 30
    everything = by_id(*(f"post {n}" for n in range(30)))
    assert {key: found.text for key, found in (await store.get(everything)).items()} == everything
    before = list(written)
    await store.close()
    assert written == before


async def test_a_late_write_that_fails_is_told(tmp_path, monkeypatch):
    """Not at the add that it was for, but at the next that has to write, and when the store is closed."""

    def full(self, texts):
        raise MemoryStoreError("the disk is full")

    store = ChromaStore(CountingEmbedder(), tmp_path, late=2)
    await store.add(by_id("a", "b"))
    monkeypatch.setattr(ChromaCollection, "insert", full)
    with pytest.raises(MemoryStoreError, match="disk is full"):
        await store.add(by_id("c"))
    assert len(await store.get(by_id("a", "b", "c"))) == 3
    with pytest.raises(MemoryStoreError, match="disk is full"):
        await store.flush()
    with pytest.raises(MemoryStoreError, match="disk is full"):
        await store.close()
    await store.close()


async def test_collections_with_documents_are_read(tmp_path):
    """Earlier versions kept a text as Chroma's document."""
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(path=tmp_path, settings=Settings(anonymized_telemetry=False))
    collection = client.create_collection(
        "texts", configuration={"hnsw": {"space": "ip"}}, metadata={"embedder": "counting-32"}, embedding_function=None
    )
    vectors = await CountingEmbedder().embed(["kept"])
    collection.add(ids=[text_id("kept")], embeddings=vectors, documents=["kept"])
    client.close()
    embedder = CountingEmbedder()
    store = ChromaStore(embedder, tmp_path)
    await store.add(by_id("kept", "new"))
    found = await store.get(by_id("kept", "new"))
    assert {key: text.text for key, text in found.items()} == by_id("kept", "new")
    assert embedder.asked == {"new": 1}
    await store.close()


async def test_who_gives_up_waiting_spoils_nothing_for_others(tmp_path):
    """Two adds share a write; one of them is cancelled."""
    embedder = GatedEmbedder()
    store = ChromaStore(embedder, tmp_path)
    one = asyncio.create_task(store.add(by_id("one")))
    other = asyncio.create_task(store.add(by_id("other")))
    await embedder.entered.wait()
    one.cancel()
    with pytest.raises(asyncio.CancelledError):
        await one
    embedder.gate.set()
    await other
    assert set(await store.get(by_id("one", "other"))) == {text_id("one"), text_id("other")}
    await store.close()


async def test_a_write_that_fails_when_nobody_waits_any_more_is_nobody_s(tmp_path):
    """The run has ended for another reason meanwhile: that is the message, and no traceback comes after it."""
    embedder, stray = GatedEmbedder(), []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: stray.append(context))
    store = ChromaStore(embedder, tmp_path)
    adding = asyncio.create_task(store.add(by_id("never kept")))
    await embedder.entered.wait()
    adding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await adding
    del adding
    embedder.failure = MemoryStoreError("the disk is full")
    embedder.gate.set()
    await asyncio.wait(set(store._tasks))
    await store.close()
    gc.collect()
    assert stray == []


async def test_closing_does_not_wait_for_an_embedder_that_hangs(tmp_path):
    """Who is still adding is told that the store was closed."""
    embedder = GatedEmbedder()
    store = ChromaStore(embedder, tmp_path)
    adding = asyncio.create_task(store.add(by_id("never kept")))
    await embedder.entered.wait()
    await store.close()
    with pytest.raises(MemoryStoreError, match="closed before"):
        await adding


async def test_a_panic_of_the_vendor_is_a_store_error(tmp_path, monkeypatch):
    """Chroma's core raises panics past ``Exception``."""

    class PanicException(BaseException):
        pass

    def panic(self):
        raise PanicException("range start index 10 out of range")

    monkeypatch.setattr(ChromaCollection, "_connect", panic)
    store = ChromaStore(CountingEmbedder(), tmp_path)
    with pytest.raises(MemoryStoreError, match="range start index 10"):
        await store.open()
    await store.close()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are listed in /proc/self/fd only")
async def test_closing_lets_go_of_the_files(tmp_path):
    """Chroma's pool of connections drops its files in the background; that takes less than five seconds."""

    def held():
        links = [os.path.realpath(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd")]
        return [link for link in links if link.startswith(str(tmp_path))]

    store = ChromaStore(CountingEmbedder(), tmp_path)
    await store.add(by_id(*(f"post {n}" for n in range(1200))))
    assert held()
    await store.close()
    async with asyncio.timeout(5):
        while held():
            await asyncio.sleep(0.01)


_FRUGAL = """
import asyncio, os, signal, sys
from pathlib import Path
from s3agents.memory.chroma import ChromaStore
from s3agents.testing.memory_contract import CountingEmbedder, by_id

assert "chromadb" not in sys.modules, "chromadb is imported too early"
calls = []
sys.addaudithook(lambda event, args: calls.append(event) if event in ("socket.connect", "socket.getaddrinfo") else None)

async def main():
    store = ChromaStore(CountingEmbedder(), Path(sys.argv[1]))
    await store.add(by_id("kept"))
    await store.get(by_id("kept"))
    assert not calls, calls
    print("reached the end", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_what_was_added_survives_the_death_of_the_process(tmp_path):
    """And until then nothing was looked up or connected to, and Chroma imported no sooner than needed."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", _FRUGAL, str(tmp_path)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout == "reached the end\n", done.stderr
    embedder = CountingEmbedder()
    store = ChromaStore(embedder, tmp_path)
    assert (await store.get(by_id("kept")))[text_id("kept")].text == "kept"
    assert await store.count() == 1
    await store.close()


@pytest.mark.parametrize(("path", "url"), [(None, None), (Path("a"), "http://127.0.0.1:8000")])
def test_folder_or_server_but_not_both(path, url):
    """One place is needed, and one is enough."""
    with pytest.raises(InputError, match="exactly one of path and url"):
        ChromaStore(CountingEmbedder(), path, url=url)
