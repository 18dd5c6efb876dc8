"""The arguments and options of ``s3agents build``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from s3agents.config.build import Via
from s3agents.network.raw.open import Layout as RawLayout

__all__ = [
    "CleaningFile",
    "Depth",
    "Follow",
    "Json",
    "KeepColumn",
    "Keywords",
    "LargestComponent",
    "Layout",
    "MappingFile",
    "MaxUsers",
    "Name",
    "NoCleaning",
    "Out",
    "Overwrite",
    "Posts",
    "PostsPerUser",
    "Pseudonymise",
    "Raw",
    "SetKeys",
    "Since",
    "StrictBuild",
    "Until",
]

Raw = Annotated[Path, typer.Argument(help="Folder or file with the raw data.", metavar="RAW")]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder of the society.", metavar="SOCIETY")]
Keywords = Annotated[
    list[str] | None,
    typer.Option("--keywords", "-k", help="What posts on the topic match; several: any. Default: every post."),
]
Since = Annotated[str | None, typer.Option(help="Posts on the topic are not older, e.g. 2015-01-07 (UTC).")]
Until = Annotated[str | None, typer.Option(help="Posts on the topic are older.")]
Follow = Annotated[Via, typer.Option(help="Whom users bring in: followees, followers, or both.")]
Depth = Annotated[int, typer.Option(help="Steps from the authors on the topic; 0: they alone.")]
CleaningFile = Annotated[
    Path | None, typer.Option(help="YAML file: who is left out as a bot or zombie.", metavar="FILE")
]
NoCleaning = Annotated[bool, typer.Option("--no-cleaning", help="Leave out nobody as a bot or zombie.")]
SetKeys = Annotated[
    list[str] | None,
    typer.Option("--set", help="One key of cleaning or classes: cleaning.posts_per_day=50.", metavar="KEY=VALUE"),
]
LargestComponent = Annotated[
    bool, typer.Option("--largest-component", help="Keep only the largest part that hangs together.")
]
MaxUsers = Annotated[int | None, typer.Option(help="Keep so many: the core, then those best connected to it.")]
Posts = Annotated[Literal["all", "topic"], typer.Option(help="Posts of the users kept: all, or those on the topic.")]
PostsPerUser = Annotated[int | None, typer.Option(help="Keep the newest so many of each user.")]
Layout = Annotated[RawLayout, typer.Option(help="How the data are laid out; auto finds out.")]
MappingFile = Annotated[
    Path | None, typer.Option(help="File that says what the columns of the data mean.", metavar="FILE")
]
Name = Annotated[str, typer.Option(help="Name of the scenario in tables; the folder's by default.")]
Pseudonymise = Annotated[
    bool,
    typer.Option(
        "--pseudonymise", help="Replace ids, names and links. The key is in S3AGENTS_PSEUDONYM_KEY, or thrown away."
    ),
]
KeepColumn = Annotated[
    list[str] | None, typer.Option(help="A column of text that stays in spite of --pseudonymise.", metavar="NAME")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace a society that is there.")]
StrictBuild = Annotated[bool, typer.Option("--strict", help="Stop if anything in the data is broken.")]
Json = Annotated[bool, typer.Option("--json", help="Print the account as JSON.")]
