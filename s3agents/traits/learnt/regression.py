"""Logistic regressions with calibrated probabilities, by scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from s3agents.errors import InputError, explain
from s3agents.traits.learnt.design import one_thread
from s3agents.traits.learnt.folds import splits

__all__ = ["PENALTY", "Regression", "check_sklearn", "fit_regression"]

PENALTY = 10.0
"""``C`` of scikit-learn: how much the data count against small weights. The results change little between 3 and 30."""

_Floats = NDArray[np.float64]
_Rows = NDArray[np.intp]
_ITERATIONS = 10_000
_TOLERANCE = 1e-5
_LOG_SCALES = (-3.0, 3.0)


@dataclass(frozen=True, slots=True)
class Regression:
    """Fitted heads: weights of shape ``(heads, columns)``, intercepts, and the scale that calibrates their logits."""

    weights: _Floats
    intercepts: _Floats
    scale: float

    def logits(self, matrix: Any) -> _Floats:
        """Calibrated logits of the rows of ``matrix``, of shape ``(rows, heads)``."""
        logits: _Floats = self.scale * (matrix @ self.weights.T + self.intercepts)
        return logits


def check_sklearn() -> None:
    """Raise if scikit-learn is not installed.

    Raises:
        InputError: if it is not.
    """
    try:
        import sklearn  # noqa: F401
    except ImportError as exc:
        remedy = "pip install 's3agents[learn]'"
        raise InputError(explain("fit", wanted="scikit-learn", got="no such package", remedy=remedy)) from exc


def fit_regression(
    matrix: Any, outcomes: NDArray[np.bool_], *, train: _Rows, inner: NDArray[np.intp], exclusive: bool
) -> Regression:
    """Fit one head for each column of ``outcomes``.

    Args:
        matrix: all rows.
        outcomes: of all rows, of shape ``(rows, heads)``.
        train: the rows to learn from.
        inner: fold of each of ``train``, for out-of-fold logits by which the probabilities are calibrated.
        exclusive: whether each row has exactly one true outcome, so that probabilities sum to 1.
    """
    with one_thread():
        held = np.zeros((len(train), outcomes.shape[1]))
        for learnt, unseen in splits(inner, int(inner.max()) + 1):
            weights, intercepts = _fit(matrix[train[learnt]], outcomes[train[learnt]])
            held[unseen] = matrix[train[unseen]] @ weights.T + intercepts
        weights, intercepts = _fit(matrix[train], outcomes[train])
        return Regression(weights, intercepts, _scale(held, outcomes[train], exclusive=exclusive))


def _fit(matrix: Any, outcomes: NDArray[np.bool_]) -> tuple[_Floats, _Floats]:
    fits = [_fit_one(matrix, outcomes[:, k]) for k in range(outcomes.shape[1])]
    return np.stack([weights for weights, _ in fits]), np.array([intercept for _, intercept in fits])


def _fit_one(matrix: Any, outcome: NDArray[np.bool_]) -> tuple[_Floats, float]:
    """Weights and intercept; where the outcome is always the same, only how sure one may be of that."""
    from sklearn.linear_model import LogisticRegression

    ups, n = int(outcome.sum()), len(outcome)
    if ups in {0, n}:
        return np.zeros(matrix.shape[1]), float(np.log((ups + 0.5) / (n - ups + 0.5)))
    model = LogisticRegression(C=PENALTY, tol=_TOLERANCE, max_iter=_ITERATIONS).fit(matrix, outcome)
    return model.coef_[0], float(model.intercept_[0])


def _scale(logits: _Floats, outcomes: NDArray[np.bool_], *, exclusive: bool) -> float:
    """The factor of the logits that makes the outcomes most likely."""
    from scipy.optimize import minimize_scalar

    def loss(log_scale: float) -> float:
        scaled = np.exp(log_scale) * logits
        if exclusive:
            return float((np.logaddexp.reduce(scaled, axis=1) - scaled[outcomes]).mean())
        return float(np.logaddexp(0, np.where(outcomes, -scaled, scaled)).mean())

    return float(np.exp(minimize_scalar(loss, bounds=_LOG_SCALES, method="bounded").x))
