"""Asking: what ``s3agents interview`` and ``s3agents survey`` share: whom they ask, by which model, and the answers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from s3agents import wiring
from s3agents.cli.answer_tables import answer_columns, plain_answer, show_answers
from s3agents.cli.bars import PartBars
from s3agents.cli.console import note, out
from s3agents.cli.infer_model import read_model
from s3agents.config.model import ModelSection
from s3agents.config.survey import Item
from s3agents.errors import ConfigError, InputError, explain
from s3agents.inquiry.asking import ask_agents, chosen_users
from s3agents.inquiry.moment import Past, read_past
from s3agents.prompts.interview_pack import InterviewPack
from s3agents.tables import TableFormat, write_table

__all__ = [
    "Agents",
    "AnswersOut",
    "AskedPack",
    "AtTick",
    "Inquiry",
    "ModelName",
    "ModelSets",
    "ModelUrl",
    "Overwrite",
    "Replies",
    "ask",
]

AtTick = Annotated[
    int | None, typer.Option(metavar="TICK", help="After which tick; the last one by default, -1 before.")
]
Agents = Annotated[str, typer.Option(metavar="WHO", help="Ids with commas between, all, or sample:N.")]
ModelUrl = Annotated[str | None, typer.Option(help="Endpoint that answers; by default that of the run.")]
ModelName = Annotated[str | None, typer.Option(help="The model's name at the endpoint.")]
ModelSets = Annotated[
    list[str] | None, typer.Option("--set", metavar="model.KEY=VALUE", help="Another key of the model.")
]
AskedPack = Annotated[str, typer.Option(metavar="PACK", help="Prompt pack: a name, or a pack's folder.")]
AnswersOut = Annotated[
    Path | None, typer.Option("--out", "-o", metavar="FILE", help="Table of all answers: .csv, .jsonl or .parquet.")
]
Replies = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Keep the model's replies here; what is there is not asked again.")
]
Overwrite = Annotated[bool, typer.Option(help="Replace the table if it is there.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What the options say.

    Attributes:
        run: folder of the run.
        tick: after which; ``None`` for the last.
        agents: whom to ask.
        model_url: endpoint.
        model_name: of the model there.
        sets: ``model.KEY=VALUE``, each.
        pack: of the prompts.
        replies: file in which replies are kept.
        out: file of the answers.
        overwrite: whether it may be there.
        as_json: whether to print JSON.
    """

    run: Path
    tick: int | None
    agents: str
    model_url: str | None
    model_name: str | None
    sets: Sequence[str]
    pack: str
    replies: Path | None
    out: Path | None
    overwrite: bool
    as_json: bool


def ask(inquiry: Inquiry, items: Sequence[Item], *, origin: str) -> None:
    """Put ``items`` to agents of a run, and show and write what they say.

    Raises:
        InputError: if anything that the options name is not there; nothing is asked then.
    """
    fmt = _format(inquiry.out, overwrite=inquiry.overwrite)
    past = read_past(inquiry.run)
    tick = past.ticks - 1 if inquiry.tick is None else inquiry.tick
    users = chosen_users(past, inquiry.agents)
    section = _section(past, inquiry, origin)
    pack = InterviewPack.load(inquiry.pack, past.prepared.scenario.language)
    due = len(users) * len(items)
    with PartBars("answers") as bars:
        asked = ask_agents(
            past,
            users,
            items,
            tick=tick,
            section=section,
            pack=pack,
            replies=inquiry.replies,
            progress=lambda done: bars("answers", done, due),
        )
        answers = asyncio.run(asked)
    if inquiry.out is not None and fmt is not None:
        write_table(inquiry.out, answer_columns(answers, tick), fmt)
        note(f"{len(answers):,} answers: {inquiry.out}")
    if inquiry.as_json:
        out().print_json(data=[plain_answer(answer, tick) for answer in answers])
    else:
        for item in items:
            show_answers(item, [answer for answer in answers if answer.item == item.id])


def _section(past: Past, inquiry: Inquiry, origin: str) -> ModelSection:
    scenario = past.prepared.scenario
    base = scenario.dump()["model"] if wiring.uses_model(scenario) else {}
    section = read_model(inquiry.model_url, inquiry.model_name, inquiry.sets, origin=origin, base=base)
    if section is None:
        remedy = "give --model-url http://HOST:PORT/v1"
        raise ConfigError(explain(origin, wanted="a model that answers", got="a run without one", remedy=remedy))
    return section


def _format(file: Path | None, *, overwrite: bool) -> TableFormat | None:
    if file is None:
        return None
    formats: dict[str, TableFormat] = {".csv": "csv", ".jsonl": "jsonl", ".parquet": "parquet"}
    if file.suffix not in formats:
        wanted = f"a name that ends in {', '.join(formats)}"
        raise InputError(explain(f"--out {file}", wanted=wanted, got=file.suffix or "no ending"))
    if file.exists() and not overwrite:
        raise InputError(explain(f"--out {file}", wanted="a new file", got="one that is there", remedy="--overwrite"))
    return formats[file.suffix]
