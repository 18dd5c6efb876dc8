"""Arguments of ``s3agents generate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from s3agents.config.generate import PRESETS, THEMES
from s3agents.network.generate.by_model import MOST_POSTS

__all__ = [
    "Demographics",
    "Homophily",
    "Json",
    "Language",
    "Like",
    "ModelName",
    "ModelUrl",
    "Out",
    "Overwrite",
    "Positive",
    "Posts",
    "PostsByModel",
    "Question",
    "Reciprocity",
    "Relations",
    "Seed",
    "SetKeys",
    "Topic",
    "Users",
]

Out = Annotated[Path, typer.Option("--out", "-o", help="Folder of the society to make.", metavar="SOCIETY")]
Like = Annotated[str | None, typer.Option(help=f"Take what is not given from {' or '.join(PRESETS)} (S3, Table 1).")]
Users = Annotated[int | None, typer.Option(help="Number of users.")]
Relations = Annotated[int | None, typer.Option(help="Number of follow edges.")]
Posts = Annotated[int | None, typer.Option(help="Number of earlier posts.")]
Reciprocity = Annotated[float | None, typer.Option(help="Share of the edges that are mutual.")]
Homophily = Annotated[float | None, typer.Option(help="Assortativity of attitudes over the edges: 0 for none.")]
Positive = Annotated[float | None, typer.Option(help="Share of users whose attitude is positive.")]
Topic = Annotated[
    str | None, typer.Option(help=f"What posts are about: {', '.join(THEMES)}, or a topic in your own words.")
]
Question = Annotated[str | None, typer.Option(help='The question whose "yes" is a positive attitude.')]
Language = Annotated[str | None, typer.Option(help="Language of bios and posts: en or zh.")]
Demographics = Annotated[str | None, typer.Option(help="YAML file of another population than the default.")]
Seed = Annotated[int | None, typer.Option(help="Seed of every draw.")]
SetKeys = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Any other key, e.g. follower_exponent=2.1, model.timeout=90."),
]
ModelUrl = Annotated[
    str | None, typer.Option(help="OpenAI-compatible endpoint that writes posts; by default templates do.")
]
ModelName = Annotated[str | None, typer.Option(help="The model's name at the endpoint.")]
PostsByModel = Annotated[
    int | None,
    typer.Option(help="Newest posts of a user that the model writes, 10 by default.", min=1, max=MOST_POSTS),
]
Overwrite = Annotated[bool, typer.Option(help="Replace a society that is there.")]
Json = Annotated[bool, typer.Option("--json", help="Print what was asked and obtained as JSON.")]
