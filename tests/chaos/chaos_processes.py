"""Processes of a trial: started with a mark in their environment, by which they and all of their children are found."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

__all__ = ["Processes", "has_workers", "s3agents"]

_MARK = "S3AGENTS_CHAOS_MARK"
_ENDING_SECONDS = 20.0


def s3agents(*arguments: str) -> list[str]:
    """The command line of this very checkout."""
    return [sys.executable, "-m", "s3agents", *arguments]


@cache
def has_workers() -> bool:
    """Whether a run can have its turns taken by worker processes."""
    told = subprocess.run(
        s3agents("run", "--help"), capture_output=True, text=True, env={**os.environ, "COLUMNS": "200"}
    )
    return "--workers" in told.stdout


class Processes:
    """What a trial starts, and what comes of that.

    Args:
        logs: folder for what they write.
    """

    def __init__(self, logs: Path) -> None:
        self._logs, self._mark = logs, secrets.token_hex(8)

    def start(self, name: str, command: Sequence[str], **environ: str) -> subprocess.Popen[bytes]:
        """A process whose output goes to ``NAME.log``, after what is there, and whose errors to ``NAME.err``."""
        with self.log(name).open("ab") as out, self.errors(name).open("ab") as err:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env={**os.environ, **environ, _MARK: self._mark},
                start_new_session=True,
            )

    def log(self, name: str) -> Path:
        """What ``name`` wrote to its standard output."""
        return self._logs / f"{name}.log"

    def errors(self, name: str) -> Path:
        """What ``name`` wrote to its standard error."""
        return self._logs / f"{name}.err"

    def alive(self) -> dict[int, str]:
        """Command lines of all that bear the mark and have not ended, by process id."""
        wanted = f"{_MARK}={self._mark}".encode()
        found = {}
        for folder in Path("/proc").iterdir():
            if not folder.name.isdecimal():
                continue
            try:
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:  # it has ended, or is somebody else's
                continue
        return {pid: words for pid, words in found.items() if words}  # a zombie has none

    def running(self, word: str) -> list[int]:
        """Those whose program, its first script, or what it calls itself, is ``word``."""
        return [pid for pid, words in self.alive().items() if word in [_own_name(pid), *map(_name, words.split()[:4])]]

    def left(self) -> list[str]:
        """Command lines of those that do not end within a few seconds."""
        deadline = time.monotonic() + _ENDING_SECONDS
        while (alive := self.alive()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return list(alive.values())

    def end(self) -> None:
        """Kill all that is left."""
        for pid in self.alive():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def _own_name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:  # it has just ended
        return ""


def _name(word: str) -> str:
    return Path(word).name
