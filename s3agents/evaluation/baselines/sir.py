"""SIR baseline: an epidemic fitted to the early curve (Kermack and McKendrick 1927).

Susceptible readers are infected (forward) at ``beta S I / N`` and lose interest at ``gamma I``. The rates and the
number of readers are fitted by least squares to what is known; nothing is learnt from other cascades.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s3agents.errors import InputError, explain
from s3agents.evaluation.baselines.base import Beginning, Floats, Forecast, continued

__all__ = ["sir"]

_PARAMETERS = 3
_POINT = 5.0
_STEP = 1.0
_LOW = np.log([1e-4, 1e-4, 1.0])
_HIGH = np.log([10.0, 10.0, 100.0])
_START = np.log([0.3, 0.1, 1.5])


def sir(beginning: Beginning, minutes: Floats) -> Forecast:
    """The epidemic that comes nearest to the early curve, continued to ``minutes``.

    The curve is held against the model every 5 minutes up to ``beginning.after``. There is no forecast where the curve
    has no more points than the model has parameters (rates of infection and recovery, number of readers), or fewer
    different values than that.

    Raises:
        InputError: if scipy is not installed.
    """
    points = np.arange(_POINT, beginning.after + 1e-9, _POINT)
    seen = beginning.counted(points)
    if len(points) <= _PARAMETERS:
        return Forecast(None, f"{len(points)} points of the early curve for {_PARAMETERS} parameters")
    if len(np.unique(seen)) < _PARAMETERS:
        return Forecast(None, f"fewer than {_PARAMETERS} different values in the early curve")

    def residuals(logs: Floats) -> Floats:
        return _infected(logs, points, scale=beginning.count) - seen

    fitted = _least_squares()(residuals, _START, bounds=(_LOW, _HIGH))
    return continued(beginning, minutes, _infected(fitted.x, minutes, scale=beginning.count))


def _infected(logs: Floats, minutes: Floats, *, scale: int) -> Floats:
    """Infections up to each of ``minutes``, the author not counted; ``logs`` of beta, gamma and readers / ``scale``."""
    beta, gamma, share = np.exp(logs)
    readers = share * scale
    times = np.arange(0.0, float(minutes.max(initial=0.0)) + 2 * _STEP, _STEP)
    counts = np.empty_like(times)
    susceptible, infectious = readers, 1.0
    for i in range(len(times)):
        counts[i] = readers - susceptible
        # Exact over a step at which the other compartment stands still: never negative, whatever the rates.
        caught = susceptible * -np.expm1(-beta * infectious / (readers + 1.0) * _STEP)
        recovered = infectious * -np.expm1(-gamma * _STEP)
        susceptible, infectious = susceptible - caught, infectious + caught - recovered
    return np.interp(minutes, times, counts)


def _least_squares() -> Any:
    try:
        from scipy.optimize import least_squares
    except ImportError as exc:
        remedy = "pip install 's3agents[learn]'"
        raise InputError(explain("SIR", wanted="scipy", got="no such package", remedy=remedy)) from exc
    return least_squares
