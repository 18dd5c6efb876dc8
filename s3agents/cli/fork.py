"""``s3agents fork``: play the counterfactual of a run from one of its ticks on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from s3agents.cli.codes import DONE
from s3agents.cli.console import words
from s3agents.cli.options import Overrides, RunPath, Workers
from s3agents.cli.play import play
from s3agents.fork import fork_run
from s3agents.scenarios import relative_to
from s3agents.yaml_files import read_yaml_keys

__all__ = ["register"]

_EPILOG = """Examples:

`s3agents fork runs/karate_club-20260101-120000 --at-tick 3 --with debunk.yaml`

`s3agents fork runs/karate_club-20260101-120000 --at-tick 3 --set cognition.rules.forward=0.01`
"""


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("fork", epilog=_EPILOG)(_fork)


def _fork(
    run: RunPath,
    at_tick: Annotated[int, typer.Option(metavar="TICK", help="The last tick that both futures share; -1 for none.")],
    change: Annotated[
        Path | None,
        typer.Option(
            "--with",
            metavar="CHANGE.yaml",
            help="Keys of the scenario that differ from then on, as in a scenario's file; seeds, interventions and "
            "channels are added.",
        ),
    ] = None,
    overrides: Overrides = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder of the fork; RUN-fork-TICK by default.")
    ] = None,
    workers: Workers = None,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> int:
    """Go on from a tick of a run under other conditions: what if?

    The run itself is left as it is. What both futures share is copied, replies of the model included: it is asked only
    where an agent meets with something else.
    """
    changes: dict[str, Any] = {}
    if change is not None:
        wanted, keys = "a file of changes to a scenario", "seeds, interventions, channels, cognition"
        changes = relative_to(read_yaml_keys(change, wanted=wanted, keys=keys), change.parent)
    simulation = fork_run(
        run, at_tick=at_tick, changes=changes, overrides=tuple(overrides or ()), out=out, workers=workers
    )
    code = play(simulation, as_json=json)
    if code == DONE:
        text = f"both futures: s3agents compare {run} {simulation.folder.path}"
        words().print(text, highlight=False, markup=False, soft_wrap=True)
    return code
