"""``s3agents evaluate forecast``: what the society makes of the beginnings of real cascades, beside the baselines."""

from __future__ import annotations

import json as plain_json
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from s3agents.cli.bars import PartBars
from s3agents.cli.console import note
from s3agents.cli.console import out as results
from s3agents.cli.forecast_tables import case_table, forecast_table, study_columns, study_values
from s3agents.cli.learnt_forecasts import read_learnt
from s3agents.cli.minutes import read_minutes
from s3agents.errors import InputError, explain
from s3agents.forecasting.cases import Cases, read_cases
from s3agents.forecasting.readers import LearntReaders
from s3agents.forecasting.society import SocietySettings
from s3agents.forecasting.study import ForecastStudy, study_forecasts
from s3agents.observed.cascades import read_cascades
from s3agents.tables import write_table

__all__ = ["register"]

_EPILOG = """Examples:

`s3agents evaluate forecast data/cascades --after 30min`

`s3agents calibrate data/cascades --split dev --after 1h -o calibrated`

`s3agents evaluate forecast data/cascades --split heldout --after 1h --learnt calibrated --out forecasts`
"""


def register(group: typer.Typer) -> None:
    """Add the command to ``group``."""
    group.command("forecast", epilog=_EPILOG)(_forecast)


def _forecast(
    data: Annotated[Path, typer.Argument(help="Folder of cascades, or of one split.", metavar="DATA")],
    after: Annotated[str, typer.Option(help="What has happened by then is known: 30min, 2h, 1d.")] = "30min",
    until: Annotated[str, typer.Option(help="End of the forecast; by default that of the data.")] = "",
    learnt: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="MODEL",
            help="A model of s3agents fit tells readers apart; a calibration stands for what other folds teach.",
        ),
    ] = None,
    cases: Annotated[Literal["clean", "all"], typer.Option(help="Which cases of the data.")] = "clean",
    split: Annotated[str, typer.Option(help="Which split; all by default.")] = "",
    replicates: Annotated[int, typer.Option(min=1, max=1000, help="Runs of the society whose mean counts.")] = 5,
    tick: Annotated[str, typer.Option(help="What a tick takes.")] = "5min",
    folds: Annotated[int, typer.Option(min=2, max=100, help="A case is forecast from the folds without it.")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Seed of runs, folds and intervals.")] = 0,
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FOLDER", help="Keep the curves there.")] = None,
    cases_table: Annotated[bool, typer.Option("--cases-table", help="Show every case too.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Forecast real cascades from their beginnings, by the society and by simple models.

    A case is forecast from what other stories teach. The error is the root mean squared one over the time that was
    forecast, divided by the true final number of forwards.
    """
    if out is not None and out.exists():
        raise InputError(explain(str(out), wanted="no such folder yet", got="one", remedy="choose another --out"))
    begin, minutes = read_minutes(after, option="--after"), read_minutes(tick, option="--tick")
    calibration, model = read_learnt(learnt or ())
    end = read_minutes(until, option="--until") if until else None
    cascades = read_cascades(data, split=split or None)
    found = _noted(read_cases(cascades, after=begin, clean=cases == "clean", until=end))
    readers = LearntReaders(model, cascades) if model is not None else None
    settings = SocietySettings(replicates=replicates, tick_minutes=minutes, seed=seed)
    with PartBars("forecast") as bars:
        study = study_forecasts(found, settings, folds=folds, learnt=calibration, readers=readers, on_progress=bars)
    if out is not None:
        _keep(study, out)
    if json:
        results().print_json(data=study_values(study))
        return
    title = f"{found.name}, from minute {begin:g} to {found.minutes[-1]:g}"
    results().print(f"\n{escape(title)}", style="italic", highlight=False, soft_wrap=True)
    results().print(forecast_table(study))
    if cases_table:
        results().print(case_table(study))


def _noted(found: Cases) -> Cases:
    """The cases, with what was left out said."""
    for why, n in found.left_out.items():
        if n:
            note(f"left out: {n:,} cases {why}")
    return found


def _keep(study: ForecastStudy, folder: Path) -> None:
    """All curves in one table, and for each case a file that reads as a curve of forwards."""
    columns = study_columns(study)
    try:
        (folder / "cases").mkdir(parents=True)
        (folder / "study.json").write_text(plain_json.dumps(study_values(study), indent=1) + "\n", encoding="utf-8")
    except OSError as exc:
        raise InputError(explain(str(folder), wanted="a folder to write to", got=exc.strerror or str(exc))) from exc
    write_table(folder / "forecasts.csv", columns, "csv")
    for number, found in enumerate(study.by_case):
        rows = [i for i, case in enumerate(columns["case_id"]) if case == found.case.id]
        own = {name: [values[i] for i in rows] for name, values in columns.items() if name in {"minute", "forwards"}}
        write_table(folder / "cases" / f"{number:04d}.csv", own, "csv")
    note(f"written: {folder}")
