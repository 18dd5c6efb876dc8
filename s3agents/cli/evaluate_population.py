"""``s3agents evaluate population``: how true runs are on the whole (S3 Figures 2 and 3)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from s3agents.cli.console import note
from s3agents.cli.minutes import read_minutes
from s3agents.cli.population_tables import print_population
from s3agents.config.section import parse_duration
from s3agents.errors import InputError, explain
from s3agents.forecasting.beside import Beside, beside_baselines
from s3agents.observed.cascades import is_observed, read_cascades
from s3agents.population import evaluate_population
from s3agents.report.page.groups import group_runs
from s3agents.report.population.evaluation import PopulationEvaluation
from s3agents.report.run import Run

__all__ = ["register"]

_EPILOG = """Examples:

`s3agents evaluate population runs/seed-1 runs/seed-2 --truth data/pheme/event_truth.csv --case charliehebdo`

`s3agents evaluate population runs/one --truth data/pheme --case ch-1 --after 30min`

`s3agents evaluate population runs/one --truth runs/other`
"""


def register(group: typer.Typer) -> None:
    """Add the command to ``group``."""
    group.command("population", epilog=_EPILOG)(_population)


def _population(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN...", help="Folders of runs; those of one scenario with other seeds are its replicates."
        ),
    ],
    truth: Annotated[
        Path,
        typer.Option(
            metavar="TRUTH",
            help="What really happened: truth.csv, event_truth.csv, a CSV of curves, labelled posts over time, "
            "a folder of cascades, or another run.",
        ),
    ],
    case: Annotated[
        str | None, typer.Option(help="Which cascade or event of the truth, where there are several.")
    ] = None,
    shift: Annotated[
        float, typer.Option(metavar="MINUTES", help="Minutes from the truth's beginning to tick 0.")
    ] = 0.0,
    truth_tick: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION", help="Length of a tick of the truth, where its times are ticks; by default the run's."
        ),
    ] = None,
    after: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            help="Hold forwards from then on beside simple models that know what was before; for folders of cascades.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Hold runs against what really happened: curves, peaks, cascades and polarisation."""
    found = [Run(folder) for folder in runs]
    for run in found:
        if run.manifest.status != "done":
            note(f"{run.folder}: {run.manifest.status}; what it has committed so far is scored")
    result = evaluate_population(found, truth, case=case, shift=shift, tick_minutes=_minutes(truth_tick))
    beside = None if after is None else _beside(found, result, truth, read_minutes(after, option="--after"))
    print_population(result, beside, as_json=json)
    _say_what_is_missing(result)


def _beside(runs: list[Run], result: PopulationEvaluation, truth: Path, after: float) -> Beside:
    """The forwards of the runs beside those of the baselines."""
    if not is_observed(truth):
        raise InputError(explain("--after", wanted="a folder of cascades as --truth", got=str(truth)))
    courses = {group.name: group.course() for group in group_runs(runs)}
    seen = [group.basis.seen for group in result.groups]
    return beside_baselines(
        courses,
        read_cascades(truth),
        result.case,
        after=after,
        shift=result.shift,
        seen=True if True in seen else None if None in seen else False,
    )


def _minutes(duration: str | None) -> float | None:
    if duration is None:
        return None
    try:
        return parse_duration(duration).total_seconds() / 60
    except ValueError as exc:
        raise InputError(explain("--truth-tick", wanted=str(exc), got=repr(duration))) from exc


def _say_what_is_missing(result: PopulationEvaluation) -> None:
    """Tell where no curve could be scored at all, and what may be done."""
    for group in result.groups:
        if not any(row.scores.points for row in group.curves):
            note(f"{group.name}: nothing to compare, for run and truth have no time in common; --shift may mend that")
