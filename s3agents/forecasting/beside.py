"""Beside: runs of a real case next to what simple models make of its beginning, scored on the same minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from s3agents.errors import InputError, explain
from s3agents.evaluation.baselines.base import FEWEST, Floats, Forecast
from s3agents.evaluation.baselines.on_graph import Rounds
from s3agents.evaluation.basis import Basis
from s3agents.evaluation.forecast_scores import ForecastScore, score_forecast
from s3agents.forecasting.cases import Case, Cases, read_cases
from s3agents.forecasting.models import BASELINES, Baselines
from s3agents.observed.cascades import Cascades
from s3agents.report.figures.course import Course

__all__ = ["Beside", "BesideRow", "beside_baselines"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideRow:
    """One row.

    Attributes:
        name: of a scenario or of a baseline.
        score: of its forwards; ``None`` if there is none.
        reason: why not.
    """

    name: str
    score: ForecastScore | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Runs beside baselines.

    Attributes:
        case: which real cascade.
        after: minute up to which the baselines know it.
        until: last minute that counts.
        known: forwards up to ``after``.
        true_final: forwards up to ``until``.
        learnt_from: other cases, of other stories, that the baselines learn from.
        rows: the runs', then the baselines'.
        basis: what the scores stand on.
    """

    case: str
    after: float
    until: float
    known: int
    true_final: float
    learnt_from: int
    rows: tuple[BesideRow, ...]
    basis: Basis

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)


def beside_baselines(
    runs: Mapping[str, Course],
    cascades: Cascades,
    case: str,
    *,
    after: float,
    shift: float = 0.0,
    seen: bool | None = None,
    seed: int = 0,
) -> Beside:
    """Score the forwards of runs, and of every baseline, after minute ``after`` of a real cascade.

    The baselines know what had happened by then, and learn from the clean cases of other stories. A run knows what its
    scenario was told, such as the same adoptions by :class:`s3agents.config.scenario.SeedPost`.

    Args:
        runs: the curves of scenarios by name; of replicates the mean counts.
        cascades: what was observed.
        case: which of them the runs are of.
        after: minute up to which it is known.
        shift: minutes from the first post to tick 0.
        seen: whether a model in the runs had learnt from the case.
        seed: of the baselines.

    Raises:
        InputError: if the case cannot be forecast, or the runs end before the forecast begins.
    """
    until = min(course.span for course in runs.values()) + shift
    cases = read_cases(cascades, after=after, clean=False, until=until)
    found = next((one for one in cases.cases if one.id == case), None)
    if found is None:
        wanted = f"a case with {FEWEST} or more forwards by minute {after:g}"
        raise InputError(explain(f"case {case}", wanted=wanted, got="fewer, or none", remedy="choose a later --after"))
    clean = cascades.cases["clean"]
    others = [one for one in cases.cases if one.group != found.group and bool(clean[one.id])]
    baselines = Baselines(cases, Rounds(seed=seed))
    forecasts = {name: Forecast(_at(course, cases.minutes, shift)) for name, course in runs.items()}
    forecasts |= {name: baselines(name, found, others) for name in BASELINES}
    return Beside(
        case=case,
        after=after,
        until=float(cases.minutes[-1]),
        known=found.beginning.count,
        true_final=float(found.course.values[-1]),
        learnt_from=len(others),
        rows=tuple(_rows(forecasts, found, cases)),
        basis=Basis(n=1, unit="case", split=cascades.split, seed=seed, seen=seen, left_out={}),
    )


def _at(course: Course, minutes: Floats, shift: float) -> Floats:
    """The mean forwards of the replicates by ``minutes`` of the cascade; a count holds until the next tick."""
    band = course.band("forwards")
    at = (band.minutes + shift).searchsorted(minutes, side="right") - 1
    values: Floats = np.where(at >= 0, band.mean[np.maximum(at, 0)], 0.0)
    return values


def _rows(forecasts: Mapping[str, Forecast], case: Case, cases: Cases) -> Sequence[BesideRow]:
    rows = []
    for name, forecast in forecasts.items():
        score = None
        if forecast.values is not None:
            score = score_forecast(forecast.values, case.course.values, cases.minutes, after=cases.after)
        reason = forecast.reason or ("" if score else "nobody forwarded")
        rows.append(BesideRow(name=name, score=score, reason=reason))
    return rows
