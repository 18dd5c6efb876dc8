"""A study of forecasts: the society and every baseline on the same cases, each from what other cases teach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from s3agents.errors import InputError, explain
from s3agents.evaluation.baselines.base import Floats, Forecast
from s3agents.evaluation.baselines.on_graph import Rounds
from s3agents.evaluation.basis import Basis
from s3agents.evaluation.forecast_scores import ForecastScore, score_forecast
from s3agents.forecasting.calibration import Calibration, learn
from s3agents.forecasting.cases import Case, Cases
from s3agents.forecasting.folds import fold_of_each
from s3agents.forecasting.models import BASELINES, Baselines
from s3agents.forecasting.readers import LearntReaders
from s3agents.forecasting.society import SocietyForecast, SocietySettings, forecast_society
from s3agents.traits.scores import Score, bootstrapped

__all__ = ["PACE", "SINGLE", "SOCIETY", "CaseForecasts", "ForecastRow", "ForecastStudy", "study_forecasts"]

SOCIETY = "society"
"""Row of the mean of the society's replicates."""

PACE = "pace alone, no society"
"""Row of the expected curve of the learnt pace."""

SINGLE = "fitted readers alone, no society"
"""Row of the model of behaviour by itself."""

OnProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseForecasts:
    """All forecasts of one case.

    Attributes:
        case: which.
        fold: from the other folds its models learnt; ``None`` where a calibration was given.
        society: the society's forecast, with replicates and audience.
        forecasts: by row, the society's too.
        scores: by row; ``None`` where there is no forecast.
        seen: whether the models had learnt from the case or its story.
    """

    case: Case
    fold: int | None
    society: SocietyForecast
    forecasts: Mapping[str, Forecast]
    scores: Mapping[str, ForecastScore | None]
    seen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastRow:
    """One row of the table.

    Attributes:
        name: what forecast.
        n: cases that it forecast.
        rmse: mean over cases of RMSE over the true final value, with a 95 % interval over stories.
        final: mean over cases of the relative error of the final value.
        median: median over cases of the first.
        blanks: cases without a forecast, by reason.
    """

    name: str
    n: int
    rmse: Score | None
    final: Score | None
    median: float | None
    blanks: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ForecastStudy:
    """What came of a study.

    Attributes:
        cases: the cases, with their curves.
        rows: of the table.
        by_case: everything by case.
        basis: what the scores stand on.
    """

    cases: Cases
    rows: Sequence[ForecastRow]
    by_case: Sequence[CaseForecasts]
    basis: Basis


def study_forecasts(
    cases: Cases,
    settings: SocietySettings,
    *,
    folds: int = 5,
    learnt: Calibration | None = None,
    readers: LearntReaders | None = None,
    on_progress: OnProgress = lambda part, done, due: None,
) -> ForecastStudy:
    """Forecast every case by the society and by the baselines.

    Args:
        cases: to forecast.
        settings: of the society; its seed is that of folds, baselines and intervals too.
        folds: what is learnt for a case comes from the other folds, which share no story with it.
        learnt: use this calibration for the society instead; the baselines still learn from the other folds.
        readers: tells the recorded readers of the society apart; without it, all are alike.
        on_progress: told how many cases are done, of how many.

    Raises:
        InputError: if there are too few cases or stories, or the calibration is of another beginning.
    """
    if learnt is not None and learnt.pace.after != cases.after:
        wanted, got = f"one for minute {cases.after:g}", f"one for minute {learnt.pace.after:g}"
        raise InputError(explain("calibration", wanted=wanted, got=got, remedy="calibrate for the same --after"))
    done: list[CaseForecasts] = []
    for found in _forecasts(cases, settings, folds, learnt, readers):
        done.append(found)
        on_progress("cases", len(done), len(cases.cases))
    order = {case.id: number for number, case in enumerate(cases.cases)}
    done.sort(key=lambda found: order[found.case.id])
    return ForecastStudy(
        cases=cases,
        rows=[
            _row(name, done, settings.seed)
            for name in (SOCIETY, PACE, *([SINGLE] if readers is not None else []), *BASELINES)
        ],
        by_case=done,
        basis=Basis(
            n=len(done),
            unit="cases",
            split=cases.split,
            seed=settings.seed,
            seen=any(found.seen for found in done),
            left_out=dict(cases.left_out),
        ),
    )


def _forecasts(
    cases: Cases,
    settings: SocietySettings,
    folds: int,
    learnt: Calibration | None,
    readers: LearntReaders | None,
) -> Iterator[CaseForecasts]:
    """Every case, fold by fold."""
    fold = _folds(cases.cases, folds, settings.seed, learnt)
    baselines = Baselines(cases, Rounds(seed=settings.seed))
    for number in sorted(set(fold)):
        others = [case for case, at in zip(cases.cases, fold, strict=True) if at != number]
        used = learnt or learn(others, data=cases.name, split=cases.split)
        for case, at in zip(cases.cases, fold, strict=True):
            if at == number:
                told = {name: baselines(name, case, others) for name in BASELINES}
                society = _society(case, cases, used, settings, readers)
                seen = used.saw(case) or (readers is not None and readers.saw(case))
                if readers is not None:
                    told[SINGLE] = readers.expected(case, cases.minutes, outside=used.pace.outside)
                yield _compared(case, cases, used, society, told, fold=None if learnt else at, seen=seen)


def _folds(cases: Sequence[Case], folds: int, seed: int, learnt: Calibration | None) -> list[int]:
    """As many folds as asked for; with a calibration at hand, no more than there are stories for."""
    stories = len({case.group for case in cases})
    if learnt is not None and stories < folds:
        return fold_of_each(cases, stories, seed=seed) if stories > 1 else [0] * len(cases)
    return fold_of_each(cases, folds, seed=seed)


def _society(
    case: Case, cases: Cases, used: Calibration, settings: SocietySettings, readers: LearntReaders | None
) -> SocietyForecast:
    log_odds = readers.log_odds(case) if readers is not None else None
    return forecast_society(case, cases.society, used.pace, cases.minutes, settings, log_odds=log_odds)


def _compared(
    case: Case,
    cases: Cases,
    used: Calibration,
    society: SocietyForecast,
    baselines: Mapping[str, Forecast],
    *,
    fold: int | None,
    seen: bool,
) -> CaseForecasts:
    """All forecasts of ``case`` with their scores."""
    pace = used.pace.expected(case.beginning, cases.minutes)
    forecasts = {SOCIETY: society.forecast, PACE: pace, **baselines}
    return CaseForecasts(
        case=case,
        fold=fold,
        society=society,
        forecasts=forecasts,
        scores={name: _score(forecast.values, case, cases) for name, forecast in forecasts.items()},
        seen=seen,
    )


def _score(values: Floats | None, case: Case, cases: Cases) -> ForecastScore | None:
    if values is None:
        return None
    return score_forecast(values, case.course.values, cases.minutes, after=cases.after)


def _row(name: str, done: Sequence[CaseForecasts], seed: int) -> ForecastRow:
    scored = [(found.scores[name], found.case.group) for found in done]
    known = [(score, group) for score, group in scored if score is not None]
    rmse, final = np.array([s.rmse for s, _ in known]), np.array([s.final for s, _ in known])
    groups = [group for _, group in known]
    statistics = {"rmse": _mean(rmse), "final": _mean(final)}
    intervals = bootstrapped(statistics, len(known), groups=groups, seed=seed)
    reasons = Counter(found.forecasts[name].reason or "nothing to score" for found in done if not found.scores[name])
    return ForecastRow(
        name=name,
        n=len(known),
        rmse=intervals["rmse"],
        final=intervals["final"],
        median=float(np.median(rmse)) if len(rmse) else None,
        blanks=dict(reasons),
    )


def _mean(values: Floats) -> Callable[[Floats], float | None]:
    def mean(weights: Floats) -> float | None:
        total = float(weights.sum())
        return float(weights @ values) / total if total else None

    return mean
