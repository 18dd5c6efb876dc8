"""How forecasts are shown: a row for the society and for each baseline, and a row for each case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from s3agents.evaluation.baselines.base import Forecast
from s3agents.forecasting.models import BASELINES
from s3agents.forecasting.study import SOCIETY, CaseForecasts, ForecastRow, ForecastStudy
from s3agents.prompts.quoting import tidy
from s3agents.tables import Cell
from s3agents.traits.scores import Score

__all__ = ["case_table", "forecast_table", "study_columns", "study_values"]

_CHARS = 28


def forecast_table(study: ForecastStudy) -> Table:
    """The rows, with what they stand on below them."""
    table = Table(
        "forecast by",
        "cases",
        "RMSE / true final",
        "median",
        "final error",
        "blank",
        caption=study.basis.told(),
        caption_justify="left",
    )
    for row in study.rows:
        table.add_row(
            Text(row.name),
            f"{row.n:,}",
            _interval(row.rmse),
            "-" if row.median is None else f"{row.median:.3f}",
            _interval(row.final),
            "; ".join(f"{n:,} x {why}" for why, n in row.blanks.items()),
        )
    return table


def case_table(study: ForecastStudy) -> Table:
    """A row for each case."""
    names = (SOCIETY, *BASELINES)
    table = Table("case", "known", "true final", "society's final", *(f"{name}\nRMSE / final" for name in names))
    for found in study.by_case:
        table.add_row(
            Text(tidy(found.case.id, _CHARS)),
            f"{found.case.beginning.count:,}",
            f"{found.case.course.values[-1]:,.0f}",
            _final(found.forecasts[SOCIETY]),
            *(_error(found, name) for name in names),
        )
    return table


def study_columns(study: ForecastStudy) -> dict[str, Sequence[Cell]]:
    """The curves of all cases, one row for each case and minute."""
    rows = list(_points(study))
    names = ("case_id", "minute", "forwards", "lowest", "highest", "true_forwards", *(_column(b) for b in BASELINES))
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}


def study_values(study: ForecastStudy) -> dict[str, Any]:
    """Everything as plain JSON values."""
    return {
        "basis": study.basis.to_dict(),
        "after": study.cases.after,
        "until": float(study.cases.minutes[-1]),
        "rows": [_row(row) for row in study.rows],
        "cases": [_case(found) for found in study.by_case],
    }


def _points(study: ForecastStudy) -> Iterator[tuple[Cell, ...]]:
    for found in study.by_case:
        runs = found.society.replicates
        for i, minute in enumerate(study.cases.minutes.tolist()):
            told = (_value(found.forecasts[SOCIETY], i), *(_value(found.forecasts[name], i) for name in BASELINES))
            band = (float(runs[:, i].min()), float(runs[:, i].max())) if len(runs) else (None, None)
            yield (found.case.id, minute, told[0], *band, float(found.case.course.values[i]), *told[1:])


def _value(forecast: Forecast, at: int) -> float | None:
    return None if forecast.values is None else float(forecast.values[at])


def _column(name: str) -> str:
    return name.lower().replace(" ", "_")


def _row(row: ForecastRow) -> dict[str, Any]:
    return {
        "forecast_by": row.name,
        "cases": row.n,
        "rmse_over_final": _score(row.rmse),
        "median_rmse_over_final": row.median,
        "final_error": _score(row.final),
        "blank": dict(row.blanks),
    }


def _case(found: CaseForecasts) -> dict[str, Any]:
    audience = found.society.audience
    return {
        "case_id": found.case.id,
        "group": found.case.group,
        "fold": found.fold,
        "seen": found.seen,
        "known": found.case.beginning.count,
        "true_final": float(found.case.course.values[-1]),
        "base_rate": audience.base_rate if audience else None,
        "synthetic_readers": len(audience.synthetic) if audience else None,
        "forecasts": {
            name: {
                "final": _value(forecast, -1),
                "reason": forecast.reason,
                "rmse_over_final": score.rmse if (score := found.scores[name]) else None,
            }
            for name, forecast in found.forecasts.items()
        },
    }


def _score(score: Score | None) -> dict[str, float] | None:
    return None if score is None else {"value": score.value, "low": score.low, "high": score.high}


def _interval(score: Score | None) -> str:
    return "-" if score is None else f"{score.value:.3f} ({score.low:.3f} to {score.high:.3f})"


def _final(forecast: Forecast) -> str:
    return "-" if forecast.values is None else f"{forecast.values[-1]:,.0f}"


def _error(found: CaseForecasts, name: str) -> str:
    score = found.scores[name]
    return "-" if score is None else f"{score.rmse:.3f}"
