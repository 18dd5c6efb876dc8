"""Calibration: makes probabilities of scores (Platt 1999), and says how well they hold."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from s3agents.behaviour.outcome import expit

__all__ = ["calibrate", "reliability"]

_Floats = NDArray[np.float64]
_Flags = NDArray[np.bool_]
_BINS = 10
_EPSILON = 1e-9


def calibrate(scores: _Floats, outcome: _Flags) -> tuple[float, float]:
    """Slope (not negative) and intercept of the logistic curve through ``scores`` that makes ``outcome`` most likely.

    The mean of the probabilities is then the share of rows with the outcome.
    """
    from scipy.optimize import minimize

    ups, n = int(outcome.sum()), len(outcome)
    base = float(np.log((ups + 0.5) / (n - ups + 0.5)))
    sign = np.where(outcome, -1.0, 1.0)

    def loss(x: _Floats) -> tuple[float, _Floats]:
        margin = sign * (x[0] * scores + x[1])
        pull = sign * expit(margin) / n
        return float(np.logaddexp(0.0, margin).mean()), np.array([pull @ scores, pull.sum()])

    found = minimize(loss, np.array([1.0, base]), jac=True, method="L-BFGS-B", bounds=[(0.0, None), (None, None)])
    return float(found.x[0]), float(found.x[1])


def reliability(p: _Floats, outcome: _Flags) -> dict[str, Any]:
    """How well probabilities hold, as plain JSON values.

    Returns:
        ``brier`` (mean squared error), ``brier_base`` (of the mean rate, given to all), ``log_loss``, and ``bins``: of
        ten parts of equal size, by probability: mean probability, share with the outcome, rows.
    """
    rate = float(outcome.mean())
    safe = np.clip(p, _EPSILON, 1.0 - _EPSILON)
    order = np.argsort(p, kind="stable")
    parts = [part for part in np.array_split(order, _BINS) if len(part)]
    return {
        "rate": rate,
        "brier": float(((p - outcome) ** 2).mean()),
        "brier_base": rate * (1.0 - rate),
        "log_loss": float(-np.where(outcome, np.log(safe), np.log1p(-safe)).mean()),
        "bins": [{"p": float(p[part].mean()), "share": float(outcome[part].mean()), "n": len(part)} for part in parts],
    }
