"""``s3agents validate``: say what is wrong with a scenario and its society, without running it."""

from __future__ import annotations

import typer

from s3agents.cli.console import out
from s3agents.cli.options import Overrides, Parameters, ScenarioName, Strict, read_scenario
from s3agents.cli.society import print_preparation
from s3agents.preparation import prepare

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("validate", epilog="Example: `s3agents validate my/scenario.yaml --strict`")(_validate)


def _validate(
    scenario: ScenarioName, param: Parameters = None, overrides: Overrides = None, strict: Strict = False
) -> None:
    """Check a scenario, its society, its prompt packs and everything else that it refers to."""
    prepared = prepare(read_scenario(scenario, param, overrides or []), strict=strict)
    print_preparation(prepared)
    checked = prepared.scenario
    seeds = sum(len(said) for authors in prepared.announcements.values() for said in authors.values())
    steered = (
        f"{len(checked.interventions)} interventions, {len(checked.channels)} channels, " if checked.steered else ""
    )
    packs = ", ".join(f"{pack.name} {pack.version}" for pack in prepared.packs.values()) or "none"
    out().print(
        f"[green]scenario {checked.name} is valid[/green]: {checked.ticks} ticks of {checked.tick}, "
        f"{seeds} seed posts, {steered}prompt packs: {packs}",
        highlight=False,
    )
    for plugin in prepared.plugins:
        out().print(f"{plugin.name} of {plugin.origin} for {plugin.group}", highlight=False, markup=False)
