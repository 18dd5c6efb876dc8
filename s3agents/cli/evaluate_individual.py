"""``s3agents evaluate individual``: any mind held against what real users felt, thought, did and wrote."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import typer

from s3agents.cli import evaluate_individual_arguments as arguments
from s3agents.cli.bars import PartBars
from s3agents.cli.console import note
from s3agents.cli.console import out as results
from s3agents.cli.individual_minds import Minds, Wanted
from s3agents.cli.individual_tables import print_individual
from s3agents.config.memory import EmbedderSection
from s3agents.errors import ConfigError, InputError, explain
from s3agents.evaluation.individual.evaluate import Settings, evaluate_individual
from s3agents.evaluation.individual.probe import TASKS, Task, TaskName
from s3agents.evaluation.individual.results import IndividualReport
from s3agents.evaluation.individual.sources import read_material
from s3agents.evaluation.individual.wording import read_wording
from s3agents.observed.cascades import read_cascades
from s3agents.tables import write_table
from s3agents.wiring import build_embedder

__all__ = ["register"]

_EPILOG = """Examples:

`s3agents evaluate individual data/pheme --learnt models/behaviour`

`s3agents evaluate individual data/stance --model-url http://127.0.0.1:8000/v1 --pack joint --pack paper --limit 500`

Modes stand side by side, on the same probes: rules always, fitted with --learnt, llm with --model-url. What a fitted
model has learnt from is left out, for all of them.
"""


def register(group: typer.Typer) -> None:
    """Add the command to ``group``."""
    group.command("individual", epilog=_EPILOG)(_individual)


def _individual(
    data: arguments.Data,
    mode: arguments.Mode = None,
    pack: arguments.Pack = None,
    learnt: arguments.Learnt = None,
    model_url: arguments.ModelUrl = None,
    model_name: arguments.ModelName = None,
    overrides: arguments.SetModel = None,
    tasks: arguments.Tasks = "",
    limit: arguments.Limit = None,
    split: arguments.Split = None,
    history: arguments.History = None,
    seen: arguments.Seen = "exclude",
    language: arguments.Language = "en",
    embedder: arguments.Embedder = "hashing",
    replies: arguments.Replies = None,
    fault_limit: arguments.FaultLimit = 0.5,
    seed: arguments.Seed = 0,
    out: arguments.Out = None,
    json: arguments.Json = False,
) -> None:
    """Hold minds against real users: emotion, forwards, attitudes and texts, as in Tables 2 and 3 of S3."""
    minds = Minds.read(
        Wanted(
            modes=tuple(mode or ()),
            packs=tuple(pack or ("joint",)),
            learnt=learnt,
            model_url=model_url,
            model_name=model_name,
            overrides=tuple(overrides or ()),
            language=language,
            replies=replies,
        )
    )
    settings = Settings(
        limit=limit, seen=_keeps_seen(seen), seed=seed, concurrency=minds.concurrency, fault_limit=fault_limit
    )
    kept_out = None if out is None else _writable(out)
    found = _tasks(data, _names(tasks), split, history or (), language, seed)
    report = asyncio.run(_evaluated(minds, found, settings, _embedder_section(embedder)))
    if kept_out is not None:
        write_table(kept_out, report.columns(), "csv")
        note(f"written: {kept_out}")
    if json:
        results().print_json(data=report.to_dict())
    else:
        print_individual(report)


def _names(tasks: str) -> tuple[TaskName, ...]:
    named = [name.strip() for name in tasks.split(",") if name.strip()]
    if not set(named) <= set(TASKS):
        raise InputError(explain("--tasks", wanted=f"any of {', '.join(TASKS)}, with commas", got=repr(tasks)))
    return tuple(name for name in TASKS if not named or name in named)


def _keeps_seen(seen: str) -> bool:
    if seen not in {"exclude", "include"}:
        raise InputError(explain("--seen", wanted="exclude or include", got=repr(seen)))
    return seen == "include"


def _embedder_section(name: str) -> EmbedderSection:
    if name not in {"hashing", "minilm"}:
        raise ConfigError(explain("--embedder", wanted="hashing or minilm", got=repr(name)))
    return EmbedderSection(kind=name)


def _writable(out: Path) -> Path:
    if out.suffix != ".csv":
        raise InputError(explain("--out", wanted="a file that ends in .csv", got=str(out)))
    if not out.resolve().parent.is_dir():
        raise InputError(explain(str(out), wanted="a file in a folder that is there", got="no such folder"))
    return out


def _tasks(
    data: Sequence[Path],
    names: Sequence[TaskName],
    split: str | None,
    history: Sequence[Path],
    language: str,
    seed: int,
) -> list[Task]:
    material = read_material(data, split=split)
    for path in material.unused:
        note(f"{path}: nothing to probe in it")
    for cascades in material.cascades:
        for problem in cascades.report.problems():
            note(problem)
    earlier = [read_cascades(path) for path in history]
    return material.tasks(read_wording(language), names=names, history=earlier, seed=seed)


async def _evaluated(
    minds: Minds, tasks: Sequence[Task], settings: Settings, section: EmbedderSection
) -> IndividualReport:
    embedder = build_embedder(section)
    try:
        async with minds.opened() as opened:
            with PartBars("evaluate") as bars:
                return await evaluate_individual(
                    tasks, opened.contenders, settings, embedder=embedder, scorer=opened.scorer, progress=bars
                )
    finally:
        await embedder.close()
