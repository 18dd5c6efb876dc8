"""stub_process: the stub endpoint in a process of its own, for command lines under test and for honest timings."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["stub_process"]

_STOP_SECONDS = 10.0


@contextmanager
def stub_process(*arguments: str) -> Iterator[str]:
    """Start ``python -m s3agents.testing.stub_endpoint ARGUMENTS`` and yield its base address; end it afterwards.

    It also ends when this process does, however that comes.

    Raises:
        RuntimeError: if it does not start; why is on its standard error.
    """
    command = [sys.executable, "-m", "s3agents.testing.stub_endpoint", "--owned", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603  # no shell
        try:
            assert process.stdout is not None  # it is a pipe
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"the stub endpoint ended with code {process.wait()} before it listened")
            yield str(json.loads(line)["url"])
        finally:
            process.terminate()
            process.wait(_STOP_SECONDS)
