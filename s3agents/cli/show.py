"""``s3agents show``: what came of a run."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from s3agents.cli.console import out
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
    groups: Annotated[
        bool, typer.Option("--groups", help="Show what came of each group of the scenario; its society is read again.")
    ] = False,
) -> None:
    """Show what came of a run, finished or not."""
    if groups:
        _show_groups(run, as_json=json)
        return
    if fingerprint:
        print(Run(run).fingerprint())  # noqa: T201  # the result
        return
    shown = Run(run)
    print_summary(summarise(shown), as_json=json)
    if shown.manifest.status != "done" and not json and not RunFolder(run).busy():
        say_how_to_go_on(run)


def _show_groups(run: Path, *, as_json: bool) -> None:
    from s3agents.cli.group_tables import group_table
    from s3agents.inquiry.by_group import group_outcomes
    from s3agents.inquiry.moment import read_past

    outcomes = group_outcomes(read_past(run))
    if as_json:
        out().print_json(data=list(map(asdict, outcomes)))
    else:
        out().print(group_table(outcomes))
