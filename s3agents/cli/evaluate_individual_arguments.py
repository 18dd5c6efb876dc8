"""Arguments of ``s3agents evaluate individual``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from s3agents.evaluation.individual.probe import TASKS

__all__ = [
    "Data",
    "Embedder",
    "FaultLimit",
    "History",
    "Json",
    "Language",
    "Learnt",
    "Limit",
    "Mode",
    "ModelName",
    "ModelUrl",
    "Out",
    "Pack",
    "Replies",
    "Seed",
    "Seen",
    "SetModel",
    "Split",
    "Tasks",
]

Data = Annotated[
    list[Path], typer.Argument(metavar="DATA...", help="Folders of cascades, folders or files of labelled posts.")
]
Mode = Annotated[
    list[str] | None,
    typer.Option("--mode", metavar="MODE", help="rules, fitted or llm; all that the other options allow by default."),
]
Pack = Annotated[
    list[str] | None,
    typer.Option("--pack", metavar="PACK", help="Prompt pack of mode llm, a name or a folder; a row for each."),
]
Learnt = Annotated[Path | None, typer.Option(metavar="MODEL", help="Folder of a fitted model of behaviour.")]
ModelUrl = Annotated[str | None, typer.Option(help="OpenAI-compatible endpoint of mode llm.")]
ModelName = Annotated[str | None, typer.Option(help="The model's name at the endpoint.")]
SetModel = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A key of the model, e.g. model.concurrency=16.")
]
Tasks = Annotated[str, typer.Option(help=f"Any of {', '.join(TASKS)}, with commas; all that the data allow.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Most probes of a task, a random sample.")]
Split = Annotated[str | None, typer.Option(help="Only this part of the data.")]
History = Annotated[
    list[Path] | None,
    typer.Option(metavar="DATA", help="Further cascades from which it is known what users had done before."),
]
Seen = Annotated[str, typer.Option(help="exclude or include what a fitted model has learnt from.")]
Language = Annotated[str, typer.Option(help="Language of prompts and questions: en or zh.")]
Embedder = Annotated[str, typer.Option(help="hashing or minilm, for the likeness of texts.")]
Replies = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Keep the replies of the model there, and do not ask again for those it has."),
]
FaultLimit = Annotated[
    float, typer.Option(min=0.0, max=1.0, help="Stop if a larger share of a mode's probes of a task fails.")
]
Seed = Annotated[int, typer.Option(min=0, help="Seed of samples, draws and intervals.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE.csv", help="A row for each probe and mode.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
