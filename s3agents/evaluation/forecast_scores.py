"""How near a forecast is to what happened afterwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from s3agents.evaluation.baselines.base import Floats

__all__ = ["ForecastScore", "score_forecast"]


@dataclass(frozen=True, slots=True)
class ForecastScore:
    """The errors of one forecast.

    Attributes:
        rmse: root of the mean squared error over the points after the beginning, divided by the true final value.
        final: ``|forecast - true| / true`` at the last point.
    """

    rmse: float
    final: float


def score_forecast(values: Floats, true: Floats, minutes: Floats, *, after: float) -> ForecastScore | None:
    """The errors of ``values`` against ``true`` after minute ``after``; ``None`` if there is nothing to score.

    Args:
        values: forecast, shape ``(n,)``.
        true: what happened, shape ``(n,)``.
        minutes: of both, ascending, shape ``(n,)``.
        after: up to here everything was known.
    """
    later = minutes > after
    if not later.any() or true[-1] <= 0:
        return None
    rmse = float(np.sqrt(np.mean((values[later] - true[later]) ** 2)))
    return ForecastScore(rmse / float(true[-1]), abs(float(values[-1]) - float(true[-1])) / float(true[-1]))
