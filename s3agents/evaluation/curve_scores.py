"""Scores of a simulated curve against the real one: its end, its course, its shape, and its shape in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from s3agents.evaluation.common_time import Floats, SharedTime, shared_time
from s3agents.evaluation.time_warping import warping_distance

__all__ = ["CurveScores", "score_curve"]

_FEWEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveScores:
    """How near a simulated curve is to the real one, at the points of the real one in the time that both have.

    Attributes:
        points: how many there are.
        start: first of them, in minutes.
        end: last of them; ``true_final`` and ``simulated_final`` are the values there.
        true_final: real value at the end.
        simulated_final: simulated value at the end.
        final_error: ``|simulated - true| / true`` at the end.
        rmse: root of the mean squared difference, in the unit of the values (for a share 0.05 are 5 points).
        rmse_over_final: ``rmse`` over the real value at the end, for counts only.
        correlation: Pearson's, -1 to 1.
        warping: dynamic time warping distance (:func:`.time_warping.warping_distance`) over the range of the real
            values: 0 for the same shape up to small shifts in time.
        reasons: why a score is ``None``, by its name.
    """

    points: int
    start: float | None = None
    end: float | None = None
    true_final: float | None = None
    simulated_final: float | None = None
    final_error: float | None = None
    rmse: float | None = None
    rmse_over_final: float | None = None
    correlation: float | None = None
    warping: float | None = None
    reasons: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)


def score_curve(
    true: tuple[ArrayLike, ArrayLike], simulated: tuple[ArrayLike, ArrayLike], *, is_count: bool
) -> CurveScores:
    """Scores of ``simulated`` against ``true``.

    Args:
        true: minutes and values of the real curve.
        simulated: minutes and values of the simulated one; a count holds until the next point, a share or mean lies
            on the line between points.
        is_count: whether the values count from the beginning on.

    Raises:
        ValueError: if one of the two is no curve (see :func:`.common_time.series`).
    """
    both = shared_time(true, simulated, step=is_count)
    if not len(both.minutes):
        empty = not np.size(true[0]) or not np.size(simulated[0])
        why = "a curve has no points" if empty else "the curves have no time in common"
        return CurveScores(points=0, reasons=dict.fromkeys(_SCORES, why))
    found = {name: _finite(score(both)) for name, score in _SCORES.items()}
    if not is_count:
        found["rmse_over_final"] = "shares and means are scored in points"
    return CurveScores(
        points=len(both.minutes),
        start=float(both.minutes[0]),
        end=float(both.minutes[-1]),
        true_final=float(both.true[-1]),
        simulated_final=float(both.simulated[-1]),
        **{name: value for name, value in found.items() if isinstance(value, float)},
        reasons={name: why for name, why in found.items() if isinstance(why, str)},
    )


def _finite(score: float | str) -> float | str:
    """``score``, unless what it was divided by is as good as nothing."""
    return score if isinstance(score, str) or np.isfinite(score) else "the real curve is too small to divide by"


def _final_error(both: SharedTime) -> float | str:
    real = float(both.true[-1])
    return "the real curve ends at 0" if real == 0 else abs(float(both.simulated[-1]) - real) / abs(real)


def _rmse(both: SharedTime) -> float:
    return float(np.sqrt(np.mean((both.simulated - both.true) ** 2)))


def _rmse_over_final(both: SharedTime) -> float | str:
    return "the real curve ends at 0" if both.true[-1] == 0 else _rmse(both) / float(both.true[-1])


def _correlation(both: SharedTime) -> float | str:
    if len(both.minutes) < _FEWEST:
        return f"fewer than {_FEWEST} points"
    x, y = _deviations(both.true), _deviations(both.simulated)
    if x is None or y is None:
        return f"the {'real' if x is None else 'simulated'} curve is constant"
    return float(np.clip(x @ y, -1.0, 1.0))


def _deviations(values: Floats) -> Floats | None:
    """Deviations from the mean, of length 1; ``None`` where there are none."""
    spread = float(np.ptp(values))
    if spread <= 1e-12 * float(np.abs(values).max()):
        return None
    scaled = (values - values.mean()) / spread
    length = float(np.sqrt(scaled @ scaled))
    unit: Floats = scaled / length
    return unit


def _warping(both: SharedTime) -> float | str:
    if len(both.minutes) < _FEWEST:
        return f"fewer than {_FEWEST} points"
    spread = float(np.ptp(both.true))
    if spread == 0:
        return "the real curve is constant"
    return (warping_distance(both.true, both.simulated) or 0.0) / spread


_SCORES = {
    "final_error": _final_error,
    "rmse": _rmse,
    "rmse_over_final": _rmse_over_final,
    "correlation": _correlation,
    "warping": _warping,
}
