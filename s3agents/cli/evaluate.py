"""``s3agents evaluate``: how true a simulation is, on individuals and on populations."""

from __future__ import annotations

import typer

from s3agents.cli import evaluate_forecast, evaluate_individual, evaluate_population

__all__ = ["evaluate", "register"]

evaluate = typer.Typer(
    help="Hold agents and runs against what really happened, with intervals and baselines.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    for command in (evaluate_individual, evaluate_population, evaluate_forecast):
        command.register(evaluate)
    app.add_typer(evaluate, name="evaluate")
