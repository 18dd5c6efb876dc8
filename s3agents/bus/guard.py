"""Guard: runs a program that ends when its owner ends.

A script of its own: ``python guard.py PROGRAM ARGUMENT ...``. The owner holds the other end of the guard's standard
input and never writes to it. However the owner ends, kill -9 included, the system closes that end, and the guard ends
the program. A guard that is killed itself takes the program with it where the system can do that, which is on Linux.
Standard library only: it has to start fast, anywhere.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading

__all__ = ["main"]

_GRACE_SECONDS = 5.0
_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


def main(command: list[str]) -> int:
    """Run ``command`` until it ends or the owner does; its exit status."""
    bound = _die_with_parent if sys.platform.startswith("linux") else None
    with subprocess.Popen(  # noqa: S603  (the owner's own command)
        command,
        stdin=subprocess.DEVNULL,
        preexec_fn=bound,  # noqa: PLW1509  (the guard has one thread as yet)
    ) as program:
        signal.signal(signal.SIGTERM, lambda *_: program.terminate())
        threading.Thread(target=_end_with_owner, args=(program,), daemon=True).start()
        return program.wait()


def _die_with_parent() -> None:
    """Have the system kill this process when the one that started it is gone."""
    ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def _end_with_owner(program: subprocess.Popen[bytes]) -> None:
    while os.read(0, 1024):  # the descriptor itself: a thread blocked in sys.stdin would hold up the exit
        continue
    program.terminate()
    try:
        program.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        program.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
