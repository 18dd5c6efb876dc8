"""``s3agents resume`` and ``s3agents replay``: go on with a run, or play it again from its recorded replies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from s3agents.cli.console import out as results
from s3agents.cli.options import RunPath, Workers
from s3agents.cli.play import play
from s3agents.errors import RecordError
from s3agents.record.fingerprint import first_difference
from s3agents.report.run import Run
from s3agents.scenarios import read_override
from s3agents.simulation import Simulation

__all__ = ["register"]


_EPILOG = """Examples:

`s3agents resume runs/karate_club-20260101-120000`

`s3agents resume runs/breaking_news-20260101-120000 --set limits.replies_gb=500`
"""


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command("resume", epilog=_EPILOG)(_resume)
    app.command("replay", epilog="Example: `s3agents replay runs/breaking_news-20260101-120000`")(_replay)


def _resume(
    run: RunPath,
    model_url: Annotated[str | None, typer.Option(help="Another address of the same model.")] = None,
    budget: Annotated[int | None, typer.Option(help="Another token budget for the whole run.")] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Another pace, limit of room or server, e.g. limits.replies_gb=500, or bus=nats://HOST:PORT.",
        ),
    ] = None,
    workers: Workers = None,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> int:
    """Go on with a run that was stopped, killed or failed, after its last whole tick."""
    given = {"model.url": model_url, "model.budget": budget}
    changes = {key: value for key, value in given.items() if value is not None}
    changes |= dict(read_override(text) for text in overrides or ())
    return play(Simulation.resume(run, changes=changes, workers=workers), as_json=json)


def _replay(
    run: RunPath,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder of the replay; a new one under runs/ by default.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> int:
    """Play a run again from its recorded replies, with no endpoint, and hold the two records against each other."""
    simulation = Simulation.replay(run, out=out)
    code = play(simulation, as_json=json)
    if code != 0:
        return code
    difference = first_difference(Run(run).record, simulation.folder.record)
    if difference is not None:
        raise RecordError(f"{simulation.folder.path}: wanted the record of {run}, got another: {difference}")
    if not json:
        results().print(f"the replay equals the run: {Run(run).fingerprint()}", highlight=False)
    return 0
