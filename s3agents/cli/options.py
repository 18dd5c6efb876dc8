"""Options that several commands share, and how a scenario is named on the command line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from s3agents.errors import ConfigError, InputError, explain
from s3agents.resources import bundled_scenarios

if TYPE_CHECKING:
    from s3agents.config import Scenario

__all__ = ["Overrides", "Parameters", "RunPath", "ScenarioName", "Strict", "Workers", "find_scenario", "read_scenario"]

ScenarioName = Annotated[
    str, typer.Argument(help="A scenario file, its folder, or the name of a bundled example.", metavar="SCENARIO")
]
Parameters = Annotated[
    list[str] | None,
    typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter that the scenario declares."),
]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override one key, e.g. cognition.decay=0.1.")
]
Strict = Annotated[bool, typer.Option(help="Stop if the society's files have anything that would be dropped.")]
Workers = Annotated[
    int | None,
    typer.Option(
        min=0, max=256, help="Have worker processes take the turns: so many here, 0 for those of other machines only."
    ),
]
RunPath = Annotated[Path, typer.Argument(help="Folder of a run.", metavar="RUN")]


def find_scenario(name: str) -> Path:
    """The file or folder that ``name`` means: a path first, then a bundled example.

    Raises:
        ConfigError: if there is neither.
    """
    bundled = bundled_scenarios()
    if os.path.exists(name):  # unlike Path.exists, it takes names of any length
        return Path(name)
    if name in bundled:
        return bundled[name]
    wanted = f"a scenario file, a folder with scenario.yaml, or a bundled example ({', '.join(bundled)})"
    raise ConfigError(explain(f"scenario {name!r}", wanted=wanted, got="nothing of that name"))


def read_scenario(name: str, parameters: Sequence[str] | None, overrides: Sequence[str]) -> Scenario:
    """The scenario that a command line names, with parameters and overrides."""
    from s3agents.scenarios import load_scenario

    return load_scenario(find_scenario(name), dict(_pair(text) for text in parameters or ()), overrides=overrides)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise InputError(explain(f"--param {text!r}", wanted="NAME=VALUE", got="no name or no ="))
    return name, value
