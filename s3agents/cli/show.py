"""``s3agents show``: what came of a run."""

from __future__ import annotations

from typing import Annotated

import typer

from s3agents.cli.options import RunPath
from s3agents.cli.play import say_how_to_go_on
from s3agents.cli.summary import print_summary
from s3agents.coordinator.run_folder import RunFolder
from s3agents.report.run import Run
from s3agents.report.summary import summarise

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("show", epilog="Example: `s3agents show runs/karate_club-20260101-120000 --json`")(_show)


def _show(
    run: RunPath,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
    fingerprint: Annotated[
        bool, typer.Option(help="Print only the SHA-256 of the record's content: equal for equal runs.")
    ] = False,
) -> None:
    """Show what came of a run, finished or not."""
    if fingerprint:
        print(Run(run).fingerprint())  # noqa: T201  # the result
        return
    shown = Run(run)
    print_summary(summarise(shown), as_json=json)
    if shown.manifest.status != "done" and not json and not RunFolder(run).busy():
        say_how_to_go_on(run)
