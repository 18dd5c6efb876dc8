"""Guarded programs: they end when this process ends, kill -9 included, and are ended together with their guard."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import IO

from s3agents.bus import guard

__all__ = ["end_guarded", "start_guarded"]


def start_guarded(
    command: list[str], *, stdout: int | IO[bytes], stderr: IO[bytes], env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """The guard (:mod:`~s3agents.bus.guard`) of a program that has been started; Ctrl-C in a terminal reaches neither.

    Args:
        command: of the program.
        stdout: where its output goes.
        stderr: where its errors go, and those of the guard.
        env: its whole environment; ours if not given.

    Raises:
        OSError: if the system does not let us.
    """
    return subprocess.Popen(  # noqa: S603  (our own guard, and what our callers have found or are)
        [sys.executable, "-I", "-S", guard.__file__, *command],
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=stderr,
        env=env,
        start_new_session=True,
    )


def end_guarded(process: subprocess.Popen[bytes]) -> None:
    """End a guard and its program at once, one of which may have gone before."""
    if process.stdin is not None:
        process.stdin.close()
    if sys.platform == "win32":
        process.kill()
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
