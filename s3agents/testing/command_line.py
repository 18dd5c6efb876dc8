"""The command line inside of a test: what a command left, without a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from s3agents.cli.main import run_command

__all__ = ["Command", "Done", "command_line"]


@dataclass(frozen=True)
class Done:
    """What a command left: exit code and both streams."""

    code: int
    out: str
    err: str


Command = Callable[..., Done]


def command_line(streams: Callable[[], tuple[str, str]]) -> Command:
    """The command line as a function of its arguments.

    Args:
        streams: what was written to standard output and standard error since it was last asked, such as the
            ``readouterr`` of pytest's ``capsys``.
    """

    def run(*arguments: str) -> Done:
        code = run_command(list(arguments))
        out, err = streams()
        return Done(code, out, err)

    return run
