"""``s3agents calibrate``: the few free parameters of a forecast and of fitted minds, found on given cascades."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
import yaml
from rich.table import Table

from s3agents.behaviour.model_file import read_behaviour
from s3agents.cli.bars import PartBars
from s3agents.cli.console import note
from s3agents.cli.console import out as results
from s3agents.cli.minutes import read_minutes
from s3agents.errors import InputError, explain
from s3agents.forecasting.calibration import CALIBRATION_FILE, Calibration, learn, write_calibration
from s3agents.forecasting.cases import Cases, read_cases
from s3agents.forecasting.optimise import FitOptions, Fitted, fit_parameters
from s3agents.forecasting.pace import Step
from s3agents.forecasting.readers import LearntReaders
from s3agents.observed.cascades import Cascades, read_cascades

__all__ = ["register"]

_PACE = ("typical", "forwards so far", "share lately")
_FITTED = ("base_rate", "time_scale")
_TRACE, _SCENARIO = "trace.csv", "scenario.yaml"
_EPILOG = """Examples:

`s3agents calibrate data/cascades --split dev --after 30min -o calibrated`

`s3agents evaluate forecast data/cascades --split heldout --after 30min --learnt calibrated`

`s3agents calibrate data/cascades --split dev --learnt models/cascades -o calibrated`
"""


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("calibrate", epilog=_EPILOG)(_calibrate)


def _calibrate(
    data: Annotated[Path, typer.Argument(help="Folder of cascades, or of one split.", metavar="DATA")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="CALIBRATION", help="Folder of the calibration.")],
    after: Annotated[str, typer.Option(help="Where the forecasts that it is for begin: 30min, 2h, 1d.")] = "30min",
    until: Annotated[str, typer.Option(help="Where they end; by default where the data do.")] = "",
    learnt: Annotated[
        Path | None, typer.Option(metavar="MODEL", help="Also find base rate and time scale for this fitted model.")
    ] = None,
    cases: Annotated[Literal["clean", "all"], typer.Option(help="Which cases of the data.")] = "clean",
    split: Annotated[str, typer.Option(help="Which split; all by default.")] = "",
    tick: Annotated[str, typer.Option(help="What a tick takes in the runs of fitted minds.")] = "5min",
    replicates: Annotated[int, typer.Option(min=1, max=100, help="Runs of each cascade for fitted minds.")] = 3,
    evaluations: Annotated[int, typer.Option(min=10, max=10_000, help="Most pairs of parameters tried.")] = 60,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draws.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Fit the pace of forecasts, and with --learnt the base rate and time scale of fitted minds.

    CALIBRATION holds what was found (for `evaluate forecast --learnt`), every evaluation of the optimisers (trace.csv),
    and with --learnt the part of a scenario that `s3agents run` takes (scenario.yaml). Attention is not fitted: where
    nothing else is talked about, an inbox is never fuller than it.
    """
    if out.exists():
        raise InputError(explain(str(out), wanted="no such folder yet", got="one", remedy="choose another --out"))
    options = FitOptions(
        replicates=replicates, tick_minutes=read_minutes(tick, option="--tick"), evaluations=evaluations, seed=seed
    )
    model = read_behaviour(learnt) if learnt is not None else None
    end = read_minutes(until, option="--until") if until else None
    cascades = read_cascades(data, split=split or None)
    found = read_cases(cascades, after=read_minutes(after, option="--after"), clean=cases == "clean", until=end)
    trace: list[Step] = []
    calibration = learn(found.cases, data=found.name, split=found.split, trace=trace)
    fitted = _fitted(LearntReaders(model, cascades), found, cascades, options) if model is not None else None
    if fitted is not None:
        calibration = replace(calibration, fitted=fitted.parameters)
    _write(out, calibration, trace, fitted, learnt)
    if json:
        results().print_json(data=_values(calibration, trace, fitted))
        return
    results().print(_table(found, trace, fitted, seed))
    note(f"written: {out}")
    if fitted is not None and learnt is not None:
        note("use it: " + " ".join(f"--set cognition.fitted.{k}={v:.4g}" for k, v in asdict(fitted.parameters).items()))


def _fitted(readers: LearntReaders, found: Cases, cascades: Cascades, options: FitOptions) -> Fitted:
    """Base rate and time scale for the cases that spread along follow edges."""
    targets = [target for case in found.cases if (target := readers.target(case, found.minutes)) is not None]
    with PartBars("calibrate") as bars:
        return fit_parameters(
            targets,
            cascades.society.graph,
            readers.delay,
            options,
            on_progress=lambda done, due: bars("evaluations", min(done, due), due),
        )


def _table(found: Cases, trace: Sequence[Step], fitted: Fitted | None, seed: int) -> Table:
    caption = f"n = {len(found.cases):,} cases, split {found.split}, seed {seed}, seen in training: these very cases"
    table = Table("what", "evaluations", "loss at the start", "at the end", "found", caption=caption)
    table.caption_justify = "left"
    best = min(trace, key=lambda step: step.loss)
    shown = ", ".join(f"{name} {value:.3f}" for name, value in zip(_PACE, best.parameters, strict=True))
    table.add_row("pace of forecasts", f"{len(trace):,}", f"{trace[0].loss:.4f}", f"{best.loss:.4f}", shown)
    if fitted is not None:
        pairs = ", ".join(f"{name} {value:.3f}" for name, value in asdict(fitted.parameters).items())
        numbers = f"{len(fitted.trace):,}", f"{fitted.start:.4f}", f"{fitted.loss:.4f}"
        table.add_row("fitted minds", *numbers, pairs)
        table.add_row("attention", "-", "-", "-", "left alone: one cascade by itself cannot tell it")
    return table


def _write(
    out: Path, calibration: Calibration, trace: Sequence[Step], fitted: Fitted | None, model: Path | None
) -> None:
    write_calibration(out / CALIBRATION_FILE, calibration)
    try:
        with (out / _TRACE).open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(["what", "evaluation", "parameter", "value", "loss"])
            rows.writerows(_rows("pace", _PACE, trace))
            rows.writerows(_rows("fitted", _FITTED, fitted.trace if fitted is not None else ()))
        if fitted is not None:
            part = {"cognition": {"mode": "fitted", "learnt": str(model), "fitted": asdict(fitted.parameters)}}
            (out / _SCENARIO).write_text(yaml.safe_dump(part, sort_keys=False), encoding="utf-8")
    except OSError as exc:
        raise InputError(explain(str(out), wanted="a folder to write to", got=exc.strerror or str(exc))) from exc


def _rows(what: str, names: Sequence[str], trace: Sequence[Step]) -> list[tuple[Any, ...]]:
    return [
        (what, number, name, value, step.loss)
        for number, step in enumerate(trace)
        for name, value in zip(names, step.parameters, strict=True)
    ]


def _values(calibration: Calibration, trace: Sequence[Step], fitted: Fitted | None) -> dict[str, Any]:
    best = min(step.loss for step in trace)
    found = None if fitted is None else {**asdict(fitted.parameters), "start": fitted.start, "loss": fitted.loss}
    return {
        "cases": len(calibration.cases),
        "split": calibration.split,
        "pace": {**calibration.pace.to_dict(), "start": trace[0].loss, "loss": best, "evaluations": len(trace)},
        "fitted": found,
    }
