"""Arguments of ``s3agents bench``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from s3agents.config.generate import PRESETS
from s3agents.testing.stub_latency import DISTRIBUTIONS

__all__ = [
    "Concurrency",
    "Distribution",
    "Everything",
    "Json",
    "Latency",
    "Learnt",
    "Like",
    "Listed",
    "Mode",
    "ModelName",
    "ModelUrl",
    "Pack",
    "Repeats",
    "Rows",
    "Seed",
    "SetKeys",
    "Shape",
    "Slots",
    "Ticks",
    "Users",
    "Workers",
]

Rows = Annotated[list[str] | None, typer.Option("--row", metavar="NAME", help="Measure a row that has a target.")]
Everything = Annotated[bool, typer.Option("--all", help="Measure all rows: some minutes, and some gigabytes.")]
Listed = Annotated[bool, typer.Option("--list", help="List the rows.")]
Users = Annotated[int | None, typer.Option(min=1, help="Users of every society; by default as the row has it.")]
Ticks = Annotated[int | None, typer.Option(min=1, help="Ticks in which agents think.")]
Like = Annotated[str | None, typer.Option(help=f"A society of the size of {' or '.join(PRESETS)} (S3, Table 1).")]
Mode = Annotated[Literal["llm", "rules", "fitted"] | None, typer.Option(help="How agents think.")]
Learnt = Annotated[str | None, typer.Option(metavar="MODEL", help="Model of s3agents fit, for mode fitted.")]
Pack = Annotated[str | None, typer.Option(help="Prompt pack of mode llm.")]
Concurrency = Annotated[int | None, typer.Option(min=1, max=4096, help="Most requests in flight; 64 by default.")]
Workers = Annotated[
    int | None, typer.Option(min=1, max=64, help="Processes that take the turns; by default one does all.")
]
Latency = Annotated[float | None, typer.Option(min=0.0, help="Seconds that the stub takes for a request, on average.")]
Distribution = Annotated[str | None, typer.Option(help=f"Of that latency: {', '.join(DISTRIBUTIONS)}.")]
Shape = Annotated[float | None, typer.Option(help="Sigma of lognormal, exponent of pareto.")]
Slots = Annotated[int | None, typer.Option(min=1, help="Requests that the stub serves at once; further ones wait.")]
ModelUrl = Annotated[str | None, typer.Option(help="OpenAI-compatible endpoint to ask instead of the stub.")]
ModelName = Annotated[str | None, typer.Option(help="The model's name at the endpoint.")]
SetKeys = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Any other key of the scenario, e.g. model.bound_text=true."),
]
Seed = Annotated[int | None, typer.Option(min=0, help="Seed of the society and of every draw.")]
Repeats = Annotated[int, typer.Option(min=1, max=99, help="Measure each so often; the median counts.")]
Json = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]
