"""ChromaStore on an embedded Chroma in a process of its own: the contract, and how that process ends."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from s3agents.embed.base import Embedder
from s3agents.errors import MemoryStoreError
from s3agents.ids import text_id
from s3agents.memory.chroma import ChromaStore
from s3agents.memory.chroma_frames import packed, read_frame, unpacked, write_frame
from s3agents.memory.chroma_process import ChromaProcess
from s3agents.memory.recent import stored_text
from s3agents.testing.memory_contract import CountingEmbedder, PersistentTextStoreContract, by_id

LINUX = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")


LONG = pytest.mark.skipif(
    not os.environ.get("S3AGENTS_MEMORY_LONG"),
    reason="S3AGENTS_MEMORY_LONG=1 plays it: each of its tests waits a second for a process to start",
)


@LONG
class TestChromaApart(PersistentTextStoreContract):
    def make_store(self, embedder: Embedder, place: Path) -> ChromaStore:
        """In a folder that another process writes to, when there is time for it."""
        return ChromaStore(embedder, place / "memory", late=1000, apart=True)


@LONG
class TestChromaApartWithoutCache(PersistentTextStoreContract):
    def make_store(self, embedder: Embedder, place: Path) -> ChromaStore:
        """In a folder that another process writes to and looks up, at once."""
        return ChromaStore(embedder, place / "memory", cache=0, apart=True)


async def test_what_a_process_has_written_is_what_any_store_reads(tmp_path):
    """More texts than a frame holds, empty and awkward ones: written apart, read here, and the other way round."""
    texts = by_id("", "before\0after", "cut \ud83d off", "\x1bjson:no", *(f"post number {n}" for n in range(3000)))
    vectors = await CountingEmbedder().embed(list(texts.values()))
    for apart in (True, False):
        place = tmp_path / f"apart {apart}"
        store = ChromaStore(CountingEmbedder(), place, apart=apart)
        await store.add(texts)
        await store.close()
        again = CountingEmbedder()
        store = ChromaStore(again, place, cache=0, apart=not apart)
        await store.add({**texts, **by_id("new")})
        assert again.asked == {"new": 1}
        found = await store.get(texts)
        assert await store.count() == len(texts) + 1
        await store.close()
        assert {key: text.text for key, text in found.items()} == texts
        assert [found[key].vector.tobytes() for key in texts] == [vector.tobytes() for vector in vectors]


def process_of(store: ChromaStore) -> int:
    """The id of the process that a store has started."""
    assert isinstance(store._collection, ChromaProcess)
    assert store._collection._process is not None
    return store._collection._process.pid


def alive(pid: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


async def gone(pid: int) -> bool:
    """Whether a process ends within five seconds."""
    async with asyncio.timeout(5):
        while alive(pid):
            await asyncio.sleep(0.01)
    return True


@LINUX
async def test_its_process_ends_with_the_store(tmp_path):
    """And has a name that tells what it is."""
    store = ChromaStore(CountingEmbedder(), tmp_path / "memory", apart=True)
    await store.add(by_id("kept"))
    pid = process_of(store)
    assert Path(f"/proc/{pid}/comm").read_text().strip() == "s3agents-chroma"
    await store.close()
    assert not alive(pid)


@LINUX
async def test_a_process_that_is_killed_is_started_again(tmp_path):
    """Nothing that was kept is lost, nothing is there twice, and the log tells of it."""
    store = ChromaStore(CountingEmbedder(), tmp_path / "memory", cache=0, apart=True)
    await store.add(by_id("before"))
    os.kill(process_of(store), signal.SIGKILL)
    with capture_logs() as logs:
        await store.add(by_id("before", "after"))
    assert [line["event"] for line in logs] == ["the process of Chroma has ended; it is started again"]
    assert set(await store.get(by_id("before", "after"))) == {text_id("before"), text_id("after")}
    assert await store.count() == 2
    await store.close()


async def test_a_process_that_ends_again_and_again_is_given_up(tmp_path, monkeypatch):
    """The message tells its last words, and what to look at."""
    program = "import sys; sys.exit('no such luck')"
    monkeypatch.setattr("s3agents.memory.chroma_process._PROGRAM", program)
    store = ChromaStore(CountingEmbedder(), tmp_path / "memory", apart=True)
    with pytest.raises(MemoryStoreError, match=r"process of Chroma in .* has ended.* no such luck, 3 times \(.*disk"):
        await store.open()
    await store.close()


async def test_a_process_that_does_not_answer_is_ended(tmp_path, monkeypatch):
    """A run does not hang on it."""
    monkeypatch.setattr("s3agents.memory.chroma_process._PROGRAM", "import time; time.sleep(60)")
    store = ChromaStore(CountingEmbedder(), tmp_path / "memory", apart=True, timeout=0.1)
    with pytest.raises(MemoryStoreError, match="did not answer"):
        await store.open()
    await store.close()


async def test_what_the_process_says_is_a_store_error(tmp_path):
    """As in one's own process: it names the folder and the remedy."""
    (tmp_path / "memory").write_text("a file")
    store = ChromaStore(CountingEmbedder(), tmp_path / "memory", apart=True)
    with pytest.raises(MemoryStoreError, match=r"memory cannot be opened: .*delete the folder"):
        await store.add(by_id("lost"))
    await store.close()


async def test_a_new_folder_that_cannot_be_used_is_told_at_a_later_call(tmp_path):
    """A store that writes late opens a new folder behind the turns."""
    (tmp_path / "memory").write_text("a file")
    store = ChromaStore(CountingEmbedder(), tmp_path / "memory", late=1000, apart=True)
    await store.add(by_id("first"))
    with pytest.raises(MemoryStoreError, match=r"memory cannot be opened"):
        await store.flush()
    with pytest.raises(MemoryStoreError, match=r"memory cannot be opened"):
        await store.close()


_OWNER = """
import asyncio, os, sys
from pathlib import Path
from s3agents.memory.chroma import ChromaStore
from s3agents.testing.memory_contract import CountingEmbedder, by_id

assert "chromadb" not in sys.modules, "chromadb is imported too early"

async def main():
    store = ChromaStore(CountingEmbedder(), Path(sys.argv[1]), late=100_000, apart=True)
    await store.add(by_id("kept"))
    await store.flush()
    assert "chromadb" not in sys.modules, "chromadb is imported where it is not needed"
    await store.add(by_id(*(f"post {n}" for n in range(20_000))))
    print(store._collection._process.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@LINUX
@pytest.mark.parametrize("stopped", [False, True], ids=["writing", "stopped"])
async def test_its_process_ends_with_a_killed_owner(tmp_path, stopped):
    """In the middle of a write, and even when it is stopped; the next owner finds what had been flushed."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", _OWNER, str(tmp_path / "memory")], env=environment, stdout=subprocess.PIPE
    ) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        if stopped:
            os.kill(pid, signal.SIGSTOP)
        owner.kill()
    assert await gone(pid)
    store = ChromaStore(CountingEmbedder(), tmp_path / "memory", apart=True)
    assert (await store.get(by_id("kept")))[text_id("kept")].text == "kept"
    await store.close()


_TEXTS = st.text(st.characters() | st.sampled_from("\ud800\udfff\0"))


@given(texts=st.lists(_TEXTS, unique=True, max_size=5), dimensions=st.integers(1, 5), seed=st.integers(0, 2**32 - 1))
def test_a_frame_is_read_as_it_was_written(tmp_path_factory, texts, dimensions, seed):
    """Law: any text and any bits come out as they went in."""
    bits = np.random.default_rng(seed).integers(0, 2**32, size=(len(texts), dimensions), dtype=np.uint32)
    vectors = bits.view(np.float32)
    sent = {text_id(text): stored_text(text, vectors[row]) for row, text in enumerate(texts)}
    file = tmp_path_factory.mktemp("frame") / "frame"
    with file.open("wb") as out:
        write_frame(out, *packed(sent))
    with file.open("rb") as source:
        found = unpacked(read_frame(source.read))
        with pytest.raises(EOFError):
            read_frame(source.read)
    assert {key: text.text for key, text in found.items()} == {key: text.text for key, text in sent.items()}
    assert [found[key].vector.tobytes() for key in sent] == [text.vector.tobytes() for text in sent.values()]
