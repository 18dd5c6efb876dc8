"""Crew: workers of our own on this machine: started, started again when they end, and ended with the run."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import structlog

from s3agents.bus.guarded import end_guarded, start_guarded
from s3agents.errors import RunError, explain

__all__ = ["Crew"]

_WRONG: Final = 2  # exit code of a worker that cannot work for this run, now or ever
_RESTARTS: Final = 5  # of each
_LEAVE_SECONDS: Final = 5.0  # that workers have to leave by themselves when the run is over, before they are told to
_TOLD_SECONDS: Final = 15.0  # that they have then
_TAIL: Final = 1_000

_log = structlog.get_logger(__name__)


class _Member:
    """One worker, and its successors."""

    def __init__(self, number: int, log: Path) -> None:
        self.number, self.log = number, log
        self.process: subprocess.Popen[bytes] | None = None
        self.restarts = 0

    @property
    def lives(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def last_words(self) -> str:
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return text[-_TAIL:].strip()


class Crew:
    """Workers in processes of their own. They end with their owner, even one that is killed.

    Args:
        command: that runs one.
        environ: what it finds in its environment beside what we do; the place for what nobody else is to see.
        size: how many.
        logs: folder for what they say; removed when they end well.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], *, size: int, logs: Path) -> None:
        self._command, self._environ, self._logs = command, environ, logs
        self._members = [_Member(number, logs / f"worker-{number}.log") for number in range(1, size + 1)]

    def start(self) -> None:
        """Start them; they take a while to be of use.

        Raises:
            RunError: if the system does not let us.
        """
        try:
            self._logs.mkdir(parents=True, exist_ok=True)
            for member in self._members:
                self._launch(member)
        except OSError as exc:
            raise RunError(explain("workers", wanted="processes of their own", got=str(exc))) from exc

    def look_after(self) -> None:
        """Start those again that have ended, as long as that may help.

        Raises:
            RunError: if one says that it can never work for this run.
        """
        for member in self._members:
            process = member.process
            if process is None or (code := process.poll()) is None:
                continue
            member.process = None
            end_guarded(process)
            if code == _WRONG:
                raise RunError(f"a worker of this run cannot work for it: {member.last_words}")
            if member.restarts < _RESTARTS:
                member.restarts += 1
                _log.warning("a worker has ended, and is started again", worker=member.number, status=code)
                self._launch(member)
            else:
                _log.warning("a worker ends again and again, and is given up", worker=member.number, status=code)

    @property
    def running(self) -> int:
        """How many are there."""
        return sum(member.lives for member in self._members)

    @property
    def last_words(self) -> str:
        """What workers have said that are no longer there."""
        return "\n".join(words for member in self._members if not member.lives and (words := member.last_words))

    async def leave(self) -> None:
        """Return when all have ended: by themselves, else told to, as one that has come too late has to be."""
        await asyncio.to_thread(self._leave)

    def _leave(self) -> None:
        processes = [member.process for member in self._members if member.process is not None]
        late = _still_there(processes, _LEAVE_SECONDS)
        for process in late:
            process.terminate()
        well = not _still_there(late, _TOLD_SECONDS)
        well &= all(process.returncode == 0 for process in processes if process not in late)
        for process in processes:
            end_guarded(process)
        for member in self._members:
            member.process = None
        if well:
            shutil.rmtree(self._logs, ignore_errors=True)

    def _launch(self, member: _Member) -> None:
        with member.log.open("ab") as log:
            environ = {**os.environ, **self._environ}
            member.process = start_guarded(list(self._command), stdout=log, stderr=log, env=environ)


def _still_there(processes: Sequence[subprocess.Popen[bytes]], seconds: float) -> list[subprocess.Popen[bytes]]:
    """Those that have not ended after so many seconds."""
    end, there = time.monotonic() + seconds, []
    for process in processes:
        try:
            process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            there.append(process)
    return there
