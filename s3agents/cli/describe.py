"""``s3agents describe``: what a society is like, before it is run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from pydantic import ValidationError

from s3agents.cli.console import note
from s3agents.cli.description import print_description
from s3agents.cli.options import Strict
from s3agents.config.classes import ClassThresholds
from s3agents.errors import ConfigError, SocietyError, explain
from s3agents.network.from_networkx import NAMED
from s3agents.network.load_report import shown
from s3agents.network.society import Society
from s3agents.report.description import describe
from s3agents.report.plot_file import check_plot, write_plot
from s3agents.report.society_figure import society_figure

__all__ = ["register"]

_EPILOG = """Examples:

`s3agents describe karate_club`

`s3agents describe my/society --plot society.html --set classes.influential_share=0.01`
"""
_SECTION = "classes"


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("describe", epilog=_EPILOG)(_describe)


def _describe(
    society: Annotated[
        str,
        typer.Argument(
            help=f"Folder of a society, or a graph that ships with networkx: {', '.join(NAMED)}.", metavar="SOCIETY"
        ),
    ],
    plot: Annotated[
        Path | None, typer.Option(help="Also draw it: an HTML file that needs no network.", metavar="FILE.html")
    ] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace the file of --plot.")] = False,
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Where a class of users begins, e.g. classes.influential_share=0.01."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of what is estimated from a sample.")] = 0,
    strict: Strict = False,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Describe a society: its users, their classes, and the shape of its network."""
    thresholds = _thresholds(overrides or [])
    if plot is not None:
        check_plot(plot, overwrite=overwrite)
    found = _find(society, strict=strict)
    for problem in found.report.problems():
        note(problem)
    description = describe(found, thresholds, seed)
    print_description(description, as_json=json)
    if plot is not None:
        write_plot(society_figure(found, description), plot)
        note(f"drawn: {plot}")


def _find(name: str, *, strict: bool) -> Society:
    """The society that ``name`` means: a path first, then a graph of networkx."""
    if os.path.exists(name):  # unlike Path.exists, it takes names of any length
        return Society.load(name, strict=strict)
    if name in NAMED:
        return Society.named(name)
    wanted = f"the folder of a society, or one of {', '.join(NAMED)}"
    raise SocietyError(explain(f"society {name!r}", wanted=wanted, got="nothing of that name"))


def _thresholds(overrides: Sequence[str]) -> ClassThresholds:
    given: dict[str, Any] = {}
    for override in overrides:
        key, equals, text = override.partition("=")
        section, dot, name = key.partition(".")
        if not (equals and dot and name) or section != _SECTION:
            wanted = f"{_SECTION}.NAME=VALUE, such as {_SECTION}.influential_share=0.01"
            raise ConfigError(explain(f"override {override!r}", wanted=wanted, got="another key or no ="))
        try:
            given[name] = yaml.safe_load(text)
        except yaml.YAMLError as exc:
            raise ConfigError(explain(f"override {override!r}", wanted="a number", got="no YAML value")) from exc
    try:
        return ClassThresholds.model_validate(given)
    except ValidationError as exc:
        raise ConfigError("\n".join(_wrong(error) for error in exc.errors(include_url=False))) from exc


def _wrong(error: Any) -> str:
    name = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        names = ", ".join(ClassThresholds.model_fields)
        return explain(f"{_SECTION}.{name}", wanted=f"one of {names}", got="an unknown key")
    wanted = str(error["msg"]).removeprefix("Input should be ")
    return explain(f"{_SECTION}.{name}", wanted=wanted, got=shown(error["input"]))
