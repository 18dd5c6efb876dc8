"""Population: how true runs are on the whole, against whatever tells what really happened.

For example::

    from s3agents import Run, evaluate_population

    found = evaluate_population([Run("runs/a"), Run("runs/b")], "data/pheme/event_truth.csv", case="charliehebdo")
    print(found.groups[0].curves[0].scores.rmse_over_final)
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from s3agents.errors import InputError, explain
from s3agents.observed.curve import Truth
from s3agents.report.figures.clock import tick_minutes as minutes_in_tick
from s3agents.report.population.evaluation import PopulationEvaluation, evaluate_runs
from s3agents.report.population.real_side import Reality, find_reality
from s3agents.report.run import Run
from s3agents.run_society import SocietyFinder

__all__ = ["evaluate_population"]


def evaluate_population(
    runs: Run | str | Path | Sequence[Run | str | Path],
    truth: Truth | str | Path,
    *,
    case: str | None = None,
    shift: float = 0.0,
    tick_minutes: float | None = None,
) -> PopulationEvaluation:
    """Hold runs against what really happened; runs that differ in their seeds alone are replicates.

    Args:
        runs: one or more, finished or not.
        truth: what :func:`s3agents.observed.truth.read_truth` reads or gives, or the folder of another run.
        case: which cascade or event of the file or folder, where there are several.
        shift: minutes from the beginning of the truth to tick 0.
        tick_minutes: how long a tick of the truth is, where its times are ticks; by default that of the first run.

    Raises:
        InputError: if one of them cannot be read, a run is given twice or has no tick, or the case is not there.
        RecordError: if a record cannot be read.
    """
    given = [runs] if isinstance(runs, Run | str | Path) else runs
    found = [run if isinstance(run, Run) else Run(run) for run in given]
    if not found:
        raise InputError(explain("evaluation", wanted="at least one run", got="none"))
    place_of = SocietyFinder()
    if isinstance(truth, Truth):
        reality = Reality(truth=truth)
    else:
        tick = tick_minutes or minutes_in_tick(found[0].scenario)
        reality = find_reality(truth, case=case, tick_minutes=tick, place_of=place_of)
    return evaluate_runs(found, reality, shift=shift, place_of=place_of)
