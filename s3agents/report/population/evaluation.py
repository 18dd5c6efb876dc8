"""Evaluation of populations: runs against a truth: curves, peaks, cascades and camps (S3 Figures 2 and 3)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from s3agents.errors import InputError, explain
from s3agents.evaluation.bands import Band, band, coverage
from s3agents.evaluation.basis import Basis
from s3agents.evaluation.cascade_shape import CascadeShape, ShapeSummary, summarise_shapes
from s3agents.evaluation.common_time import Floats, value_at
from s3agents.evaluation.curve_scores import CurveScores, score_curve
from s3agents.evaluation.peaks import TurnMatch, compare_turns
from s3agents.evaluation.polarisation import Polarisation
from s3agents.observed.curve import Curve
from s3agents.report.page.groups import Group, group_runs
from s3agents.report.page.sections import Place
from s3agents.report.population.measured import Measured, measured
from s3agents.report.population.real_side import Reality
from s3agents.report.population.run_side import run_curves, run_polarisation, run_shapes
from s3agents.report.population.seen import seen_by
from s3agents.report.run import Run

__all__ = ["CurveRow", "GroupEvaluation", "PopulationEvaluation", "TurnRow", "evaluate_runs"]

_TURNING = ("emotion_level", "share_positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveRow:
    """One curve of one scenario against the truth.

    Attributes:
        name: see :data:`s3agents.observed.curve.CURVES`.
        scores: of the mean of the replicates.
        low: lower end of the band at the end.
        high: upper end of it.
        band: what these ends are; see :class:`s3agents.evaluation.bands.Band`.
        coverage: share of the real points within the band; ``None`` for a single run.
        replicates: scores of each run.
    """

    name: str
    scores: CurveScores
    low: float | None
    high: float | None
    band: str
    coverage: float | None
    replicates: tuple[CurveScores, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRow:
    """A peak or trough of the curve ``name``, real beside that of the mean of the replicates."""

    name: str
    match: TurnMatch


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEvaluation:
    """The runs of one scenario, which differ in their seeds alone, against the truth.

    Attributes:
        name: of the scenario.
        seeds: of the runs.
        ticks: that each has committed.
        basis: what the scores stand on.
        curves: that both the truth and the runs have.
        turns: peaks and troughs of emotion and attitude.
        shapes: of all cascades of all runs.
        largest: size, depth, breadth and virality of the largest cascade, over runs.
        polarisation: each measure over runs, by its name.
        blanks: why a measure of polarisation is missing, by its name.
    """

    name: str
    seeds: tuple[int, ...]
    ticks: tuple[int, ...]
    basis: Basis
    curves: tuple[CurveRow, ...]
    turns: tuple[TurnRow, ...]
    shapes: ShapeSummary | None
    largest: Mapping[str, Measured | None]
    polarisation: Mapping[str, Measured | None]
    blanks: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationEvaluation:
    """Runs against what really happened.

    Attributes:
        truth: where that is from.
        split: part of the data that it belongs to.
        case: cascade or event; empty where there is only one.
        shift: minutes from the beginning of the truth to tick 0.
        real_shapes: of the real cascades; ``None`` where they are not known as trees.
        adoptions: forwards and replies in these.
        guessed: those of them that count as passed on from the first post, because their authors follow no earlier
            spreader.
        real_polarisation: of the real users; ``None`` where their attitudes are not known.
        groups: one for each scenario.
    """

    truth: str
    split: str
    case: str
    shift: float
    real_shapes: ShapeSummary | None
    adoptions: int
    guessed: int
    real_polarisation: Polarisation | None
    groups: tuple[GroupEvaluation, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        plain = asdict(self)
        for group, told in zip(self.groups, plain["groups"], strict=True):
            told["turns"] = [{"name": row.name, **row.match.to_dict()} for row in group.turns]
        return plain


def evaluate_runs(
    runs: Sequence[Run],
    reality: Reality,
    *,
    shift: float = 0.0,
    place_of: Callable[[Run], Place] = lambda run: Place(why="not looked for"),
) -> PopulationEvaluation:
    """Hold ``runs`` against ``reality``; runs of one scenario that differ in their seeds alone are its replicates.

    Args:
        runs: at least one, finished or not.
        reality: what really happened.
        shift: minutes from the beginning of the truth to tick 0.
        place_of: finds the society of a run, for what depends on who follows whom.

    Raises:
        InputError: without a run, for a run that has no tick yet, for one that is given twice, and for no finite shift.
        RecordError: if a record cannot be read.
    """
    if not math.isfinite(shift):
        raise InputError(explain("shift", wanted="minutes", got=str(shift)))
    _check(runs)
    truth = reality.truth
    return PopulationEvaluation(
        truth=truth.name,
        split=truth.split,
        case=truth.case,
        shift=shift,
        real_shapes=summarise_shapes(reality.shapes or ()),
        adoptions=reality.adoptions,
        guessed=reality.guessed,
        real_polarisation=reality.polarisation,
        groups=tuple(_group(group, reality, shift, place_of) for group in group_runs(runs)),
    )


def _check(runs: Sequence[Run]) -> None:
    if not runs:
        raise InputError(explain("evaluation", wanted="at least one run", got="none"))
    known: list[Run] = []
    for run in runs:
        if not len(run.ticks()):
            got = "one that has committed none yet"
            raise InputError(explain(str(run.folder), wanted="a run with at least one tick", got=got))
        same = [twin for twin in known if _setting(twin) == _setting(run)]
        twin = next((twin for twin in same if twin.fingerprint() == run.fingerprint()), None)
        if twin is not None:
            got = f"the same record as {twin.folder}"
            raise InputError(explain(str(run.folder), wanted="replicates that differ", got=got, remedy="leave it out"))
        known.append(run)


def _setting(run: Run) -> tuple[object, ...]:
    """What runs with one record have in common, for a first look that costs nothing."""
    return run.scenario.get("seed"), run.scenario["tick"], run.manifest.society.digest


def _group(group: Group, reality: Reality, shift: float, place_of: Callable[[Run], Place]) -> GroupEvaluation:
    runs, truth = group.runs, reality.truth
    curves = [run_curves(run, shift=shift) for run in runs]
    shapes = [run_shapes(run) for run in runs]
    camps = [run_polarisation(run, place_of(run).society) for run in runs]
    names = ("assortativity", "ei_index", "bimodality")
    bands = {name: _band([found[name] for found in curves]) for name in truth.curves}
    seeds = tuple(int(run.scenario.get("seed", 0)) for run in runs)
    return GroupEvaluation(
        name=group.name,
        seeds=seeds,
        ticks=tuple(len(run.ticks()) for run in runs),
        basis=Basis(
            n=len(runs),
            unit="replicates" if len(runs) > 1 else "run",
            split=truth.split,
            seed=seeds[0],
            seen=seen_by(runs, reality.cases),
            left_out={},
        ),
        curves=tuple(
            _curve_row(truth.curves[name], bands[name], [found[name] for found in curves]) for name in truth.curves
        ),
        turns=tuple(
            row for name in _TURNING if name in truth.curves for row in _turns(truth.curves[name], bands[name])
        ),
        shapes=summarise_shapes([shape for found in shapes for shape in found]),
        largest=_largest(shapes),
        polarisation={name: measured(getattr(camp, name) for camp in camps) for name in names},
        blanks={name: why for camp in camps for name, why in camp.reasons.items()},
    )


def _points(curve: Curve) -> tuple[Floats, Floats]:
    return curve.minutes, curve.values


def _band(curves: Sequence[Curve]) -> Band | None:
    return band([_points(curve) for curve in curves], step=curves[0].is_count)


def _curve_row(true: Curve, found: Band | None, curves: Sequence[Curve]) -> CurveRow:
    mean = (np.zeros(0), np.zeros(0)) if found is None else (found.minutes, found.mean)
    scores = score_curve(_points(true), mean, is_count=true.is_count)
    low, high = _ends(found, scores.end, step=true.is_count)
    return CurveRow(
        name=true.name,
        scores=scores,
        low=low,
        high=high,
        band="" if found is None else found.kind,
        coverage=None if found is None else coverage(_points(true), found, step=true.is_count),
        replicates=tuple(score_curve(_points(true), _points(curve), is_count=true.is_count) for curve in curves),
    )


def _ends(found: Band | None, end: float | None, *, step: bool) -> tuple[float | None, float | None]:
    """The band at the moment ``end``."""
    if found is None or end is None:
        return None, None
    low, high = (value_at(found.minutes, edge, np.array([end]), step=step) for edge in (found.low, found.high))
    return float(low[0]), float(high[0])


def _turns(true: Curve, found: Band | None) -> list[TurnRow]:
    if found is None:
        return []
    return [TurnRow(name=true.name, match=match) for match in compare_turns(_points(true), (found.minutes, found.mean))]


def _largest(shapes: Sequence[Sequence[CascadeShape]]) -> dict[str, Measured | None]:
    tops = [max(found, key=lambda shape: shape.size) for found in shapes if found]
    return {name: measured(getattr(top, name) for top in tops) for name in ("size", "depth", "breadth", "virality")}
