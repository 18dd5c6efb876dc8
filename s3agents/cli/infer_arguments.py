"""Arguments of ``s3agents infer``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "Again",
    "Examples",
    "FaultLimit",
    "Fields",
    "Json",
    "Language",
    "Learnt",
    "MinConfidence",
    "ModelName",
    "ModelUrl",
    "Occupations",
    "Out",
    "Overwrite",
    "Pack",
    "PostChars",
    "Posts",
    "Question",
    "Score",
    "Seed",
    "SetModel",
    "Shots",
    "SocietyPath",
    "TargetOf",
]

SocietyPath = Annotated[Path, typer.Argument(help="Folder of a society.", metavar="SOCIETY")]
Fields = Annotated[str, typer.Option("--fields", "-f", help="Any of gender,age,occupation,attitude, with commas.")]
Question = Annotated[str, typer.Option("--question", "-q", help='The question whose "yes" is a positive attitude.')]
ModelUrl = Annotated[str | None, typer.Option(help="OpenAI-compatible endpoint that predicts.")]
ModelName = Annotated[str | None, typer.Option(help="The model's name at the endpoint.")]
SetModel = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A key of the model, e.g. model.concurrency=16.")
]
Learnt = Annotated[
    list[Path] | None,
    typer.Option("--learnt", metavar="MODEL", help="Folder of a fitted model; it predicts the traits that it has."),
]
TargetOf = Annotated[
    str | None, typer.Option("--target", help="What attitudes are about, of a fitted model that tells targets apart.")
]
Pack = Annotated[str, typer.Option(help="Trait prompts: a name, or the path of a folder of your own.")]
Language = Annotated[str, typer.Option(help="Language of the prompts: en or zh.")]
Examples = Annotated[
    Path | None, typer.Option(help="File or society of users with posts and ages: examples for the prompts of age.")
]
Shots = Annotated[int, typer.Option(min=0, max=32, help="Examples a prompt.")]
Occupations = Annotated[
    Path | None, typer.Option(help="YAML list of occupations to tell apart; the ten of S3's Table 5 by default.")
]
Posts = Annotated[int, typer.Option(min=1, help="Most earlier posts that a prompt shows, the newest ones.")]
PostChars = Annotated[int, typer.Option(min=20, help="Most characters of a post or description that it shows.")]
MinConfidence = Annotated[
    float, typer.Option(min=0.0, max=1.0, help="Predictions of a lower confidence are not stored.")
]
FaultLimit = Annotated[
    float, typer.Option(min=0.0, max=1.0, help="Nothing is stored if a larger share of a field's predictions fails.")
]
Again = Annotated[bool, typer.Option(help="Infer anew what was inferred before; what the data give stays.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="New society; SOCIETY itself is filled by default.")]
Overwrite = Annotated[bool, typer.Option(help="Replace the society at --out.")]
Score = Annotated[bool, typer.Option(help="Predict also what the data give, and hold it against it.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the sampling and of the choice of examples.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
