"""``s3agents survey``: the questions of a file to agents of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from s3agents.cli.asking import (
    Agents,
    AnswersOut,
    AskedPack,
    AtTick,
    Inquiry,
    ModelName,
    ModelSets,
    ModelUrl,
    Overwrite,
    Replies,
    ask,
)
from s3agents.cli.options import RunPath
from s3agents.config.survey import Survey
from s3agents.yaml_files import read_yaml

__all__ = ["register"]

_EPILOG = """Example:

`s3agents survey runs/karate_club-20260101-120000 trust.yaml --agents sample:100 --at-tick 7 -o answers.csv`

A survey is a YAML file: `name`, and `items` with an `id` and a `question` each; `options` make it a choice, `low` and
`high` (what the ends of the scale mean; `least` and `most` are 1 and 7) a scale, and without them it is open.
"""


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("survey", epilog=_EPILOG)(_survey)


def _survey(
    run: RunPath,
    survey: Annotated[Path, typer.Argument(help="The questions.", metavar="SURVEY.yaml")],
    agents: Agents = "all",
    at_tick: AtTick = None,
    model_url: ModelUrl = None,
    model_name: ModelName = None,
    overrides: ModelSets = None,
    pack: AskedPack = "interview",
    replies: Replies = None,
    out: AnswersOut = None,
    overwrite: Overwrite = False,
    json: Annotated[bool, typer.Option("--json", help="Print the answers as JSON.")] = False,
) -> None:
    """Put the questions of a file to agents as they were after a tick; the run does not change.

    Each question is put by itself: no answer shapes another.
    """
    inquiry = Inquiry(
        run=run,
        tick=at_tick,
        agents=agents,
        model_url=model_url,
        model_name=model_name,
        sets=overrides or (),
        pack=pack,
        replies=replies,
        out=out,
        overwrite=overwrite,
        as_json=json,
    )
    ask(inquiry, read_yaml(survey, Survey).items, origin="s3agents survey")
