"""Growth baselines: nothing more happens, or a cascade grows as others did (Szabo and Huberman 2010).

Gabor Szabo and Bernardo Huberman, "Predicting the popularity of online content", Communications of the ACM 53(8):
early and later popularity are linearly related on a logarithmic scale, with an offset that the age alone decides.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from s3agents.evaluation.baselines.base import FEWEST, Beginning, Course, Floats, Forecast, continued, usable

__all__ = ["mean_growth", "no_growth"]


def no_growth(beginning: Beginning, minutes: Floats) -> Forecast:
    """Nobody forwards any more."""
    return continued(beginning, minutes, np.zeros_like(minutes))


def mean_growth(beginning: Beginning, minutes: Floats, others: Sequence[Course]) -> Forecast:
    """The beginning times the geometric mean of how much ``others`` had grown from the same minute on."""
    known = usable(others)
    if not known:
        return Forecast(None, f"no other case has {FEWEST} forwards by then")
    if beginning.count < FEWEST:
        return Forecast(None, f"fewer than {FEWEST} forwards by then")
    later = minutes > beginning.after
    logs = np.array([np.log(course.growth(minutes[later])) for course in known])
    values = np.zeros_like(minutes)
    values[later] = beginning.count * np.exp(logs.mean(axis=0))
    return continued(beginning, minutes, values)
