"""ChromaStore on a real Chroma server, and on servers that are none."""

import asyncio
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from s3agents.embed.base import Embedder
from s3agents.errors import InputError, MemoryStoreError
from s3agents.memory.chroma import ChromaStore
from s3agents.testing.memory_contract import CountingEmbedder, PersistentTextStoreContract, by_id

CHROMA = Path(sys.executable).with_name("chroma")


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url: str) -> bool:
    """Whether a Chroma server is up."""
    try:
        with urllib.request.urlopen(f"{url}/api/v2/heartbeat", timeout=1):
            return True
    except OSError:
        return False


@dataclass(frozen=True)
class Server:
    """A Chroma server of our own."""

    url: str
    process: subprocess.Popen


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Up for the tests of this file."""
    if not CHROMA.is_file():
        pytest.skip(f"no program {CHROMA}: chromadb is installed without its server")
    port, folder = free_port(), tmp_path_factory.mktemp("server")
    url = f"http://127.0.0.1:{port}"
    command = [str(CHROMA), "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + 30
            while not answers(url):
                assert process.poll() is None, "the server ended"
                assert time.monotonic() < end, "the server did not come up in 30 s"
                time.sleep(0.05)
            yield Server(url, process)
        finally:
            process.terminate()


class TestChromaServer(PersistentTextStoreContract):
    @pytest.fixture(autouse=True)
    def _server(self, server):
        self.url = server.url

    def make_store(self, embedder: Embedder, place: Path) -> ChromaStore:
        """On the server, in a collection for each test."""
        return ChromaStore(embedder, url=self.url, collection=f"s3-{place.name}")


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="processes cannot be stopped here")
async def test_a_server_that_stops_answering_is_given_up(server):
    """After the time-out, where Chroma's own client would wait for ever."""
    store = ChromaStore(CountingEmbedder(), url=server.url, collection="s3-stopped", timeout=3)
    await store.add(by_id("kept"))
    server.process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(MemoryStoreError, match=r"cannot be (read|written): .*is the server running"):
            await store.add(by_id("lost"))
    finally:
        server.process.send_signal(signal.SIGCONT)
    await store.add(by_id("lost"))
    assert await store.count() == 2
    await store.close()


@asynccontextmanager
async def raw_server(answer: bytes):
    """The address of a server that sends ``answer`` to everybody, and hangs up when they do."""
    talks = set()

    async def reply(reader, writer):
        talks.add(asyncio.current_task())
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await reader.read()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(reply, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await asyncio.gather(*talks)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"", "timed out"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "wanted a Chroma server, got status 404"),
        (b"-ERR 'Unknown Protocol Operation'\r\n", "-ERR"),
    ],
    ids=["silent", "another web server", "no web server"],
)
async def test_a_server_that_is_no_chroma_is_told(answer, told):
    """Nothing hangs, not even on a server that never answers."""
    async with raw_server(answer) as url:
        store = ChromaStore(CountingEmbedder(), url=url, timeout=0.3)
        with pytest.raises(MemoryStoreError, match=told):
            await store.add(by_id("lost"))
        await store.close()


async def test_nobody_listening_names_the_setting():
    """The remedy says which key of the scenario to look at."""
    store = ChromaStore(CountingEmbedder(), url=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(MemoryStoreError, match=r"cannot be opened: .*memory\.store"):
        await store.open()
    await store.close()


@pytest.mark.parametrize(
    "url", ["", "chroma", "ftp://host:1", "http://", "http://host:0", "http://host:x", "http://host:8000/path"]
)
def test_an_address_that_is_none_is_refused(url):
    """Before anything is connected to."""
    with pytest.raises(InputError, match=r"memory\.store: wanted the address"):
        ChromaStore(CountingEmbedder(), url=url)


def test_a_password_in_an_address_is_not_repeated():
    """Messages end up in logs."""
    with pytest.raises(InputError) as caught:
        ChromaStore(CountingEmbedder(), url="http://me:hunter2@host:8000")
    assert "hunter2" not in str(caught.value)
