"""Child: a measured pass in a process of its own: a job as a line of JSON on standard input, JSON on standard output.

``{"done": N, "of": M}`` while it goes on; last ``{"result": ...}``, or ``{"error": MESSAGE, "wrong": BOOL}``, a line
each. Standard input stays open for as long as anybody wants the result: when it ends, however that comes, so does the
child.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any

import orjson

from s3agents.errors import InputError, S3AgentsError

__all__ = ["main"]

_JOBS = {"society": "s3agents.bench.society_pass:society_pass", "bare": "s3agents.bench.bare_loop:bare_pass"}


def main() -> None:
    """Do the job."""
    lines = os.fdopen(os.dup(1), "wb")  # nobody else writes there
    os.dup2(2, 1)

    def say(value: dict[str, Any]) -> None:
        lines.write(orjson.dumps(value) + b"\n")
        lines.flush()

    job = orjson.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_owner, daemon=True).start()
    try:
        say({"result": _work(job["kind"])(job, lambda done, of: say({"done": done, "of": of}))})
    except S3AgentsError as error:
        say({"error": str(error), "wrong": isinstance(error, InputError)})


def _end_with_owner() -> None:
    while os.read(0, 1024):  # the descriptor itself: a thread blocked in sys.stdin would hold up the exit
        continue
    os.kill(os.getpid(), signal.SIGTERM)


def _work(kind: str) -> Callable[[dict[str, Any], Callable[[int, int], None]], dict[str, Any]]:
    module, _, name = _JOBS[kind].partition(":")
    work: Callable[[dict[str, Any], Callable[[int, int], None]], dict[str, Any]] = getattr(import_module(module), name)
    return work


if __name__ == "__main__":
    main()
