"""``s3agents interview``: one question to agents of a run."""

from __future__ import annotations

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
from s3agents.inquiry.asking import question_item

__all__ = ["register"]

_EPILOG = """Examples:

`s3agents interview runs/karate_club-20260101-120000 "Why do you side with the president?" --agents 5,6 --at-tick 7`

`s3agents interview RUN "Is it true?" --option yes --option no --option "not sure" --agents all -o answers.csv`
"""


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("interview", epilog=_EPILOG)(_interview)


def _interview(
    run: RunPath,
    question: Annotated[str, typer.Argument(help="What agents are asked.", metavar="QUESTION")],
    agents: Agents,
    at_tick: AtTick = None,
    option: Annotated[
        list[str] | None, typer.Option(metavar="ANSWER", help="A possible answer; by default they answer in words.")
    ] = None,
    model_url: ModelUrl = None,
    model_name: ModelName = None,
    overrides: ModelSets = None,
    pack: AskedPack = "interview",
    replies: Replies = None,
    out: AnswersOut = None,
    overwrite: Overwrite = False,
    json: Annotated[bool, typer.Option("--json", help="Print the answers as JSON.")] = False,
) -> None:
    """Put a question to agents as they were after a tick; the run does not change."""
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
    item = question_item(question, option or (), names=("QUESTION", "--option"))
    ask(inquiry, [item], origin="s3agents interview")
