"""``s3agents study``: variants of a scenario side by side, compared with a control."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich.table import Table

from s3agents.cli.bars import PartBars
from s3agents.cli.codes import DONE, FAILED, INTERRUPTED
from s3agents.cli.console import note, out, warn
from s3agents.config.study import StudySection
from s3agents.coordinator.coordinator import StopRequest
from s3agents.errors import InputError
from s3agents.report.plot_file import plotly, write_page
from s3agents.studies.conduct import Conducted, check_folder, check_place, conduct
from s3agents.studies.estimate import Estimate, estimate, read_prices
from s3agents.studies.individual import Individuals
from s3agents.studies.models import shared_models
from s3agents.studies.page import StudyPage
from s3agents.studies.paired import Comparison, too_few
from s3agents.studies.plan import Cell, plan_cells, variant_name
from s3agents.studies.results import comparisons, long_table, outcomes_of
from s3agents.tables import write_table
from s3agents.yaml_files import read_yaml

__all__ = ["register"]

_EPILOG = """Examples:

`s3agents study tone.yaml -o studies/tone --dry-run`

`s3agents study tone.yaml -o studies/tone`; the same command goes on with a study that was stopped.

A study is a YAML file: `name`, `scenario`, `variants` (settings by name; the first is the control) or `factors` with
levels, `seeds`, `outcomes`, `parallel`, `budget`. With `individual: {data: [...]}` and outcomes such as
`emotion_level.accuracy` the minds of the variants are held against real users as well, or only.
"""


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("study", epilog=_EPILOG)(_study)


def _study(
    file: Annotated[Path, typer.Argument(help="What is compared.", metavar="STUDY.yaml")],
    folder: Annotated[Path, typer.Option("--out", "-o", metavar="FOLDER", help="Folder of the study.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what it would take, from a measured sample.")
    ] = False,
    sample: Annotated[int, typer.Option(min=1, help="Ticks to measure for --dry-run.")] = 3,
    prices: Annotated[
        Path | None, typer.Option(metavar="FILE.yaml", help="Prices of a million tokens: MODEL: {prompt: P, reply: R}.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> int:
    """Run variants of a scenario over societies and seeds, and compare each with the control."""
    study = read_yaml(file, StudySection)
    known = {} if prices is None else read_prices(prices)
    if dry_run:
        with TemporaryDirectory() as scratch:
            cells = plan_cells(study, file.parent, packs=Path(scratch) / "packs")
            individuals = _individuals(study, cells, file.parent)
            found = asyncio.run(_estimated(study, cells, individuals, Path(scratch), sample, known))
        _show_estimate(found, as_json=json)
        return DONE
    check_place(folder)
    cells = plan_cells(study, file.parent, packs=folder / "packs")
    individuals = _individuals(study, cells, file.parent)
    check_folder(folder, cells)
    conducted = asyncio.run(_conducted(study, cells, individuals, folder))
    return _finish(study, cells, folder, conducted, as_json=json)


def _individuals(study: StudySection, cells: Sequence[Cell], folder: Path) -> Individuals | None:
    return (
        None if study.individual is None else Individuals(study.individual, study.of_individuals, cells, folder=folder)
    )


async def _estimated(
    study: StudySection,
    cells: Sequence[Cell],
    individuals: Individuals | None,
    scratch: Path,
    sample: int,
    prices: Any,
) -> Estimate:
    scenarios = [cell.scenario for cell in cells]
    async with shared_models(scenarios, scratch / "replies.sqlite", budget=study.budget) as models:
        return await estimate(
            cells,
            scratch,
            models=models,
            sample=sample,
            parallel=study.parallel,
            prices=prices,
            individuals=individuals,
            plays=bool(study.of_runs),
        )


async def _conducted(
    study: StudySection, cells: Sequence[Cell], individuals: Individuals | None, folder: Path
) -> Conducted:
    """Conduct it; the first Ctrl-C ends all runs at their next barriers."""
    stop, loop = StopRequest(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    told: dict[str, int] = {}
    try:
        scenarios = [cell.scenario for cell in cells]
        with PartBars("runs") as bars:
            async with shared_models(scenarios, folder / "replies.sqlite", budget=study.budget) as models:

                def done(cell: Cell, how: str) -> None:
                    told[how] = told.get(how, 0) + 1
                    bars("runs", sum(told.values()), len(cells))

                played = list(cells) if study.of_runs else []
                found = await conduct(played, folder, models=models, parallel=study.parallel, stop=stop, on_done=done)
                if individuals is not None and not stop.wanted:
                    scores, failed = await individuals.scores(models, on_done=partial(bars, "replicates of probes"))
                    found = replace(found, scores=scores, failed={**found.failed, **failed})
                return found
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def _finish(study: StudySection, cells: Sequence[Cell], folder: Path, conducted: Conducted, *, as_json: bool) -> int:
    """Write table and page of what is done, and say how to go on with the rest."""
    control = variant_name(study.baseline)
    runs, scores = conducted.runs, conducted.scores
    outcomes = [
        one
        for cell in cells
        for one in outcomes_of(cell, runs.get(cell.name), scores.get(cell.name, {}), study.outcomes)
    ]
    compared = comparisons(outcomes, control=control)
    if outcomes:
        write_table(folder / "outcomes.parquet", long_table(outcomes), "parquet")
        write_table(folder / "comparisons.csv", _columns(compared), "csv")
        _write_page(StudyPage(study.name, control, outcomes, compared, conducted.runs), folder)
    if as_json:
        out().print_json(data=list(map(asdict, compared)))
    elif compared:
        out().print(_table(compared, control))
        if (few := too_few(compared)) is not None:
            note(few)
    played, asked = len(cells) if study.of_runs else 0, len(_asked(cells)) if study.of_individuals else 0
    told = [f"{len(runs)} of {played} runs are done"] if played else []
    told += [f"{len(scores)} of {asked} minds were asked"] if asked else []
    note(f"{', '.join(told)}; tables and page: {folder}")
    for name, why in conducted.failed.items():
        warn(f"{name}: {why}")
    if len(runs) < played or len(scores) < asked:
        note("the same command goes on where it was")
        return FAILED if conducted.failed else INTERRUPTED
    return DONE


def _asked(cells: Sequence[Cell]) -> set[tuple[str, int]]:
    """Each mind in each replicate, whatever the society."""
    return {(cell.variant, cell.seed) for cell in cells}


def _write_page(page: StudyPage, folder: Path) -> None:
    try:
        plotly()
    except InputError as error:
        note(f"no page: {error}")
        return
    write_page(page.html(), folder / "study.html")


def _columns(compared: Sequence[Comparison]) -> dict[str, list[Any]]:
    rows = list(map(asdict, compared))
    return {name: [row[name] for row in rows] for name in Comparison.__slots__}


def _table(compared: Sequence[Comparison], control: str) -> Table:
    table = Table(title=f"beside {control}, in pairs of the same society and seed", title_justify="left")
    for name in ("variant", "outcome"):
        table.add_column(name, no_wrap=True)
    for name in ("control", "difference", "95 % interval", "p (Holm)"):
        table.add_column(name, justify="right")
    for one in compared:
        interval = "-" if one.low is None else f"{one.low:.3g} to {one.high:.3g}"
        cells = (_number(one.control), _number(one.difference, "+"), interval, _number(one.p_holm))
        table.add_row(one.variant, one.outcome, *cells)
    return table


def _number(value: float | None, sign: str = "") -> str:
    return "-" if value is None else format(value, f"{sign}.3g")


def _show_estimate(found: Estimate, *, as_json: bool) -> None:
    if as_json:
        out().print_json(data=asdict(found))
        return
    table = Table(show_header=False)
    table.add_row("runs, ticks in all", f"{found.runs:,}, {found.ticks:,}")
    table.add_row("calls of models", f"{found.calls:,}")
    table.add_row("prompt tokens, reply tokens", f"{found.prompt_tokens:,}, {found.reply_tokens:,}")
    table.add_row("cost", "-" if found.cost is None else f"{found.cost:,.2f}")
    table.add_row("wall time", f"{found.seconds / 60:,.1f} min")
    out().print(table)
    told = (
        f"from the first {found.sampled} ticks of the control: later ones may be busier; what cells share is asked once"
    )
    out().print(told, style="italic", highlight=False)
