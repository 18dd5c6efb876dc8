"""The society's forecast: the mean over replicates of a cascade's local society, whose readers have a learnt pace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from s3agents.cognition.paced import ActingTimes
from s3agents.evaluation.baselines.base import Beginning, Floats, Forecast, lawful
from s3agents.forecasting.audience import Audience, build_audience
from s3agents.forecasting.cases import Case
from s3agents.forecasting.pace import Pace
from s3agents.forecasting.replicate import Ticks, run_replicate
from s3agents.network.society import Society

__all__ = ["SocietyForecast", "SocietySettings", "forecast_society"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SocietySettings:
    """How a society forecasts.

    Attributes:
        replicates: runs whose mean is the forecast.
        tick_minutes: what a tick takes.
        seed: of the runs.
    """

    replicates: int = 5
    tick_minutes: float = 5.0
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SocietyForecast:
    """What a society forecast.

    Attributes:
        forecast: the mean of the replicates.
        replicates: each of them, shape ``(replicates, minutes)``.
        audience: who read; ``None`` where nothing could be forecast.
    """

    forecast: Forecast
    replicates: Floats
    audience: Audience | None


def forecast_society(
    case: Case,
    society: Society,
    pace: Pace,
    minutes: Floats,
    settings: SocietySettings,
    *,
    log_odds: Mapping[str, float] | None = None,
) -> SocietyForecast:
    """Run the local society of ``case`` from its first post on, with what had happened, and see what it does next.

    Args:
        case: what is known; what happened later is not looked at.
        society: everybody who is recorded.
        pace: learnt from other cascades.
        minutes: of the forecast, ascending.
        settings: replicates, ticks, seed.
        log_odds: of a forward by each reader, where a learnt model tells them apart.
    """
    ticks = Ticks(minutes=settings.tick_minutes, after=case.beginning.after, end=float(minutes[-1]))
    expected = pace.expected(case.beginning, ticks.times())
    if expected.values is None:
        return SocietyForecast(forecast=expected, replicates=np.zeros((0, len(minutes))), audience=None)
    later = float(expected.values[-1]) - case.beginning.count
    audience = build_audience(
        case, society, forwards=later, outside=pace.outside, seed=settings.seed, log_odds=log_odds
    )
    times = _acting_times(expected.values, ticks, later)
    runs = [
        _at(case.beginning, minutes, run_replicate(case, audience, times, ticks, seed=settings.seed + number), ticks)
        for number in range(settings.replicates)
    ]
    curves = np.array(runs)
    return SocietyForecast(forecast=Forecast(curves.mean(axis=0)), replicates=curves, audience=audience)


def _acting_times(expected: Floats, ticks: Ticks, later: float) -> ActingTimes:
    """Which share of the later forwards is expected by each tick."""
    shares = np.zeros(ticks.number)
    if later > 0:
        begin = expected[ticks.known]
        shares = np.clip((expected - begin) / max(expected[-1] - begin, 1e-9), 0.0, 1.0)
        shares[: ticks.known + 1] = 0.0
    shares[-1] = 1.0
    return ActingTimes(shares)


def _at(beginning: Beginning, minutes: Floats, counts: Floats, ticks: Ticks) -> Floats:
    """A run's counts at ``minutes``, on the line between ticks."""
    return lawful(beginning, minutes, np.interp(minutes, ticks.times(), counts))
