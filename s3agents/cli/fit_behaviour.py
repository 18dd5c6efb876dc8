"""``s3agents fit DATA -o MODEL``: what users do, feel and think, learnt from observed cascades and labelled texts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from typer.core import TyperGroup

from s3agents.behaviour.fitting.fit import BehaviourSettings, fit_behaviour
from s3agents.behaviour.model_facts import BehaviourFacts
from s3agents.behaviour.model_file import behaviour_digest, write_behaviour
from s3agents.cli.console import note, words
from s3agents.cli.console import out as results
from s3agents.cli.fit_behaviour_tables import behaviour_tables
from s3agents.network.load_report import LoadReport
from s3agents.traits.learnt.model_facts import check_name
from s3agents.traits.learnt.model_folder import check_free

__all__ = ["COMMAND", "BehaviourByDefault", "register"]

COMMAND = "behaviour"
"""The command that ``s3agents fit`` means where it names none."""

_NAME_CHARS = 80
_EPILOG = """Examples:

`s3agents fit ../data/pheme --split dev -o models/pheme`

`s3agents fit ../data/pheme ../data/emotion_level/emotion_level.csv ../data/stance/stance.csv -o models/all`

`s3agents run my/scenario.yaml --learnt models/pheme`
"""


class BehaviourByDefault(TyperGroup):
    """A group of commands in which a first word that is none of them is data to learn behaviour from."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments, with the command put in where they begin with data or an option."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [COMMAND, *args]
        return super().parse_args(ctx, args)


def register(group: typer.Typer) -> None:
    """Add the command to the group ``fit``."""
    group.command(COMMAND, epilog=_EPILOG)(_behaviour)


def _behaviour(
    data: Annotated[
        list[Path],
        typer.Argument(
            help="Folders of cascades, and files of labelled texts (CSV, JSON lines, Parquet); learnt together.",
            metavar="DATA",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="MODEL", help="Folder of the model.")],
    split: Annotated[str, typer.Option(help="Part of the cascades to learn from, e.g. dev; all by default.")] = "",
    folds: Annotated[int, typer.Option(min=2, max=100, help="Folds of the cross-validation.")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Seed of trees, folds and intervals.")] = 0,
    name: Annotated[str, typer.Option(help="Name of the model; the data's name by default.")] = "",
    overwrite: Annotated[bool, typer.Option(help="Replace the model at --out.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Learn who forwards, answers or stays inactive, when, and what texts express; said with how good it is."""
    check_free(out, overwrite=overwrite)
    stem = re.sub(r"[^\w.-]+", "-", data[0].resolve().name.partition(".")[0])[:_NAME_CHARS]
    settings = BehaviourSettings(name=check_name(name or stem or "model"), folds=folds, seed=seed, split=split or None)
    report = LoadReport()
    with words().status("") as status:
        model = fit_behaviour(
            data, settings, report=report, progress=lambda doing: status.update(f"[dim]{escape(doing)}[/dim]")
        )
    for problem in report.problems():
        note(problem)
    facts = write_behaviour(out, model, overwrite=overwrite)
    _show(facts, out, as_json=json)


def _show(facts: BehaviourFacts, out: Path, *, as_json: bool) -> None:
    if as_json:
        digest = behaviour_digest(facts)
        results().print_json(data={"model": str(out), "digest": digest, **facts.model_dump(mode="json")})
        return
    for title, table in behaviour_tables(facts):
        results().print(f"\n{escape(title)}", style="italic", highlight=False, soft_wrap=True)
        results().print(table)
    note(f"written: {out}")
