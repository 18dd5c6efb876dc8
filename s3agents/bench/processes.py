"""Processes: a measured pass is run in a child of its own, so that its peak memory and processor time are its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from s3agents.errors import InputError, RunError

__all__ = ["run_child"]

_TAIL = 2_000


def run_child(job: Mapping[str, Any], tell: Callable[[int, int], None]) -> dict[str, Any]:
    """What a child makes of ``job`` (see :mod:`s3agents.bench.child`).

    Args:
        job: plain values.
        tell: told how much is done, of how much.

    Raises:
        InputError: if the child finds something wrong with what it was given.
        RunError: if it fails otherwise.
    """
    command = [sys.executable, "-m", "s3agents.bench.child"]
    with tempfile.TemporaryFile() as words:
        with subprocess.Popen(  # noqa: S603  # our own module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=words
        ) as process:
            try:
                last = _listen(process, job, tell)
            except BaseException:
                process.terminate()
                raise
        if "result" in last:
            result: dict[str, Any] = last["result"]
            return result
        if "error" in last:
            raise (InputError if last["wrong"] else RunError)(last["error"])
        words.seek(0)
        said = words.read()[-_TAIL:].decode("utf-8", "replace").strip()
        raise RunError(f"a measured process ended with code {process.returncode}: {said or 'it said nothing'}")


def _listen(
    process: subprocess.Popen[bytes], job: Mapping[str, Any], tell: Callable[[int, int], None]
) -> dict[str, Any]:
    """Hand over ``job``; the last thing that the child says."""
    assert process.stdin is not None  # noqa: S101  # both are pipes
    assert process.stdout is not None  # noqa: S101
    process.stdin.write(orjson.dumps(job) + b"\n")
    process.stdin.flush()
    last: dict[str, Any] = {}
    for line in process.stdout:
        last = orjson.loads(line)
        if "done" in last:
            tell(last["done"], last["of"])
    return last
