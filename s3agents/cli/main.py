"""The ``s3agents`` command: its sub-commands, and what exit codes mean.

0: done; 1: the run failed or passed its fault limit; 2: the input or the command is wrong; 130: stopped by Ctrl-C, at a
barrier, and resumable.
"""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from s3agents import __version__
from s3agents.cli.codes import DONE, FAILED, INTERRUPTED, WRONG
from s3agents.cli.commands import Commands, list_commands
from s3agents.cli.console import warn
from s3agents.errors import InputError, S3AgentsError

__all__ = ["app", "main", "run_command"]

# Typer brings its own copy of Click, or not, by its version; either way its errors have this base.
_UsageError: Any = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")

app = typer.Typer(
    name="s3agents",
    cls=Commands,
    help="Simulate a social network whose users are language-model agents.\n\n"
    "Start with `s3agents run`: it plays the bundled demo, with no model and no key.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"s3agents {__version__}")  # noqa: T201  # the answer to --version
        raise typer.Exit


@app.callback()
def _options(
    log_level: Annotated[
        str | None, typer.Option(help="debug, info, warning or error; by default warning on a terminal, else info.")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    terminal = sys.stderr.isatty()
    level = log_level or ("warning" if terminal else "info")
    if level not in {"debug", "info", "warning", "error"}:
        raise typer.BadParameter(f"wanted debug, info, warning or error, got {level}", param_hint="--log-level")
    from s3agents.cli.logs import configure_logs

    configure_logs(level, terminal=terminal)


list_commands(app)


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run_command(sys.argv[1:]))


def run_command(arguments: list[str]) -> int:
    """The exit code of a command line; every expected error is one message on standard error."""
    try:
        code = app(arguments, standalone_mode=False)
    except _UsageError as error:
        if error.format_message():  # there is none where the help was the answer
            warn(error.format_message())
        return WRONG
    except InputError as error:
        warn(str(error))
        return WRONG
    except S3AgentsError as error:
        warn(str(error))
        return FAILED
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    return code if isinstance(code, int) else DONE
