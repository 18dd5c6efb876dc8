"""``s3agents run``: play a scenario. What plays it is imported when it is played, so that its help comes at once."""

from __future__ import annotations

from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from s3agents.cli.options import Overrides, Parameters, ScenarioName, Strict, Workers, read_scenario

__all__ = ["register"]

_EPILOG = """Examples:

`s3agents run` plays the bundled karate club.

`s3agents run breaking_news -p data=../data/pheme -p case=ch-552785375161499649 --set society.sample=300`

`s3agents run my/scenario.yaml --model-url http://127.0.0.1:8000/v1 --model-name Qwen/Qwen2.5-7B-Instruct`
"""


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("run", epilog=_EPILOG)(_run)


def _run(
    scenario: ScenarioName = "karate_club",
    param: Parameters = None,
    overrides: Overrides = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder of the run; a new one under runs/ by default.")
    ] = None,
    ticks: Annotated[int | None, typer.Option(help="Number of ticks.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of every draw.")] = None,
    bus: Annotated[str | None, typer.Option(help="auto, nats, local, or nats://HOST:PORT.")] = None,
    model_url: Annotated[
        str | None, typer.Option(help="OpenAI-compatible endpoint; agents then think with the model (mode llm).")
    ] = None,
    model_name: Annotated[str | None, typer.Option(help="The model's name at the endpoint.")] = None,
    learnt: Annotated[
        str | None, typer.Option(metavar="MODEL", help="Model of s3agents fit; agents then act by it (mode fitted).")
    ] = None,
    workers: Workers = None,
    strict: Strict = False,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> int:
    """Play a scenario to its end and say what came of it."""
    from s3agents.cli.endpoint import settle_model
    from s3agents.cli.play import play
    from s3agents.cli.society import print_preparation
    from s3agents.simulation import Simulation

    given = {"ticks": ticks, "seed": seed, "bus": bus, "model.url": model_url, "model.name": model_name}
    sets = [f"{key}={dumps(value)}" for key, value in given.items() if value is not None]
    # Tiers have modes of their own.
    tiered = read_scenario(scenario, param, [*sets, *(overrides or [])]).cognition.mode == "tiered"
    if learnt is not None:
        sets += [f"cognition.learnt={dumps(str(Path(learnt).absolute()))}"]
        sets += [] if tiered else ["cognition.mode=fitted"]
    if model_url is not None and not tiered:
        sets.append("cognition.mode=llm")
    chosen = settle_model(read_scenario(scenario, param, [*sets, *(overrides or [])]))
    simulation = Simulation(chosen, out=out, strict=strict, workers=workers)
    print_preparation(simulation.prepared)
    return play(simulation, as_json=json)
