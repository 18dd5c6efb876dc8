"""Pace: how much a cascade still grows and when, learnt from other cascades and fitted to its own beginning.

The logarithm of the growth from minute ``k`` on is the median of other cascades, stretched by a factor that depends on
the cascade's own beginning: how many forwards there were, and which share of them came lately (a cascade that is
dying down, or one that is just taking off). The few weights are those with the smallest mean error on the other
cascades, shrunk towards none. It is the answer of empirical Bayes to a case's own rate: what a self-exciting process
with a memory (SEISMIC: Zhao et al. 2015) takes from the ages of the forwards, as far as a few dozen cascades can tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from s3agents.errors import InputError, explain
from s3agents.evaluation.baselines.base import FEWEST, Beginning, Course, Floats, Forecast, continued, usable

__all__ = ["FEATURES", "FEWEST_COURSES", "Pace", "Step", "fit_pace"]

FEATURES = ("log of the forwards so far", "log share of the forwards in the last third")
"""What the factor depends on."""

FEWEST_COURSES = 8
"""Cascades that it takes to learn a pace: more than twice its parameters."""

_SHRINKAGE = 1.0
_FAR = 2.0
_HIGHEST = 3.0


@dataclass(frozen=True, slots=True)
class Step:
    """One evaluation of the optimiser: parameters and loss."""

    parameters: tuple[float, ...]
    loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """A learnt pace.

    Attributes:
        after: minute at which it begins.
        minutes: later times, ascending, shape ``(n,)``.
        log_growth: median logarithm of the growth of other cascades by then, shape ``(n,)``; never falls.
        means: of the features.
        deviations: of the features.
        weights: log of the factor for a typical cascade, then its change for a deviation of each feature.
        outside: share of the later forwards by users who follow nobody who has forwarded.
        courses: cascades that it was learnt from.
    """

    after: float
    minutes: tuple[float, ...]
    log_growth: tuple[float, ...]
    means: tuple[float, ...]
    deviations: tuple[float, ...]
    weights: tuple[float, ...]
    outside: float
    courses: int

    def expected(self, beginning: Beginning, minutes: Floats) -> Forecast:
        """The expected curve of a cascade, with nobody simulated."""
        if beginning.count < FEWEST:
            return Forecast(None, f"fewer than {FEWEST} forwards by then")
        features = _scaled(_features([beginning]), np.array(self.means), np.array(self.deviations))[0]
        factor = np.exp(self.weights[0] + features @ np.array(self.weights[1:]))
        known = np.array([self.after, *self.minutes]), np.array([0.0, *self.log_growth])
        logs = factor * np.interp(minutes, *known)
        return continued(beginning, minutes, beginning.count * np.exp(logs))

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Pace:
        """Inverse of :meth:`to_dict`.

        Raises:
            InputError: if a value is missing.
        """
        names = [field.name for field in fields(cls)]
        if missing := [name for name in names if name not in values]:
            raise InputError(explain("pace", wanted=", ".join(names), got=f"none of {', '.join(missing)}"))
        plain: dict[str, Any] = {name: tuple(v) if isinstance(v := values[name], list) else v for name in names}
        return cls(**plain)


def fit_pace(courses: Sequence[Course], *, outside: float = 0.0, trace: list[Step] | None = None) -> Pace:
    """Learn a pace.

    Args:
        courses: whole cascades of one beginning, over the same minutes.
        outside: what is known of those who follow nobody.
        trace: takes every evaluation of the optimiser.

    Raises:
        InputError: if there are too few cascades, or scipy is not installed.
    """
    known = usable(courses)
    if len(known) < FEWEST_COURSES:
        wanted = f"{FEWEST_COURSES} cascades with {FEWEST} forwards by then, for {1 + len(FEATURES)} parameters"
        raise InputError(explain("cascades to learn a pace from", wanted=wanted, got=str(len(known))))
    beginning = known[0].beginning
    later = known[0].minutes[known[0].minutes > beginning.after]
    logs = np.log([course.growth(later) for course in known])
    raw = _features([course.beginning for course in known])
    means, deviations = raw.mean(axis=0), raw.std(axis=0) + 1e-9
    median = np.maximum.accumulate(np.median(logs, axis=0))
    weights = _weights(logs, median, _scaled(raw, means, deviations), trace)
    return Pace(
        after=beginning.after,
        minutes=tuple(later.tolist()),
        log_growth=tuple(median.tolist()),
        means=tuple(means.tolist()),
        deviations=tuple(deviations.tolist()),
        weights=tuple(weights.tolist()),
        outside=outside,
        courses=len(known),
    )


def _features(beginnings: Sequence[Beginning]) -> Floats:
    rows = []
    for known in beginnings:
        recent = int((known.forwards > known.after * 2 / 3).sum())
        rows.append([np.log1p(known.count), np.log((recent + 1) / (known.count + 1))])
    return np.array(rows)


def _scaled(features: Floats, means: Floats, deviations: Floats) -> Floats:
    """In deviations from the mean, none farther than was seen often enough to learn from."""
    return np.clip((features - means) / deviations, -_FAR, _FAR)


def _weights(logs: Floats, median: Floats, features: Floats, trace: list[Step] | None) -> Floats:
    """The weights with the smallest mean of RMSE over the true final value, each squared weight a penalty."""
    shares = np.exp(logs - logs[:, -1:])

    def loss(weights: Floats) -> float:
        told = median * np.exp(weights[0] + features @ weights[1:])[:, None] - logs[:, -1:]
        errors = np.sqrt(np.mean((np.exp(np.minimum(told, _HIGHEST)) - shares) ** 2, axis=1))
        value = float(errors.mean() + _SHRINKAGE * (weights[1:] ** 2).sum() / len(logs))
        if trace is not None:
            trace.append(Step(tuple(weights.tolist()), value))
        return value

    best: Floats = _minimize()(loss, np.zeros(features.shape[1] + 1), method="BFGS", options={"maxiter": 60}).x
    return best


def _minimize() -> Any:
    try:
        from scipy.optimize import minimize
    except ImportError as exc:
        remedy = "pip install 's3agents[learn]'"
        raise InputError(explain("calibration", wanted="scipy", got="no such package", remedy=remedy)) from exc
    return minimize
