"""Single readers: what a learnt model of behaviour forecasts by itself, reader by reader, nobody influencing anyone.

Of the readers whom the cascade had reached, those who have not forwarded still may: with the model's probability and
delay, given that they have not done so yet. A factor on the odds of all of them is the one at which as many would have
forwarded by now as did: the cascade's own rate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from s3agents.behaviour.delay import Delays
from s3agents.evaluation.baselines.base import Beginning, Floats, Forecast, continued

__all__ = ["Reached", "expected_of_single"]

_HALVINGS = 50
_FARTHEST = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """The readers whom a cascade had reached when its forecast begins, each of shape ``(readers,)``.

    Attributes:
        log_odds: of a forward sooner or later.
        minutes: when it reached them.
        forwarded: who has forwarded.
    """

    log_odds: Floats
    minutes: Floats
    forwarded: NDArray[np.bool_]


def expected_of_single(
    beginning: Beginning, minutes: Floats, reached: Reached, delays: Delays | None, *, outside: float
) -> Forecast:
    """The expected curve.

    Args:
        beginning: what is known.
        minutes: of the forecast.
        reached: the readers.
        delays: from exposure to act.
        outside: share of later forwards by others than readers, in other cascades.
    """
    if delays is None or not reached.forwarded.any() or reached.forwarded.all() or outside >= 1.0:
        return Forecast(None, "no readers along follow edges, or no learnt delays")
    by_now = _waited(delays, reached, beginning.after)
    p = _own_rate(reached, by_now)
    still = ~reached.forwarded
    values = np.zeros_like(minutes)
    for i in np.flatnonzero(minutes > beginning.after):
        later = _waited(delays, reached, float(minutes[i]))
        share = (p * (later - by_now) / np.maximum(1.0 - p * by_now, 1e-9))[still]
        values[i] = beginning.count + share.sum() / (1.0 - outside)
    return continued(beginning, minutes, values)


def _waited(delays: Delays, reached: Reached, minute: float) -> Floats:
    """Share of those who act at all that has acted by ``minute``, for each reader."""
    part = np.maximum(0, delays.ages.searchsorted(reached.minutes, side="right") - 1)
    shares = np.linspace(0.0, 1.0, delays.minutes.shape[1])
    found = np.zeros(len(part))
    for age in np.unique(part).tolist():
        own = part == age
        found[own] = np.interp(minute - reached.minutes[own], delays.minutes[age], shares)
    return found


def _own_rate(reached: Reached, by_now: Floats) -> Floats:
    """Probabilities by which as many are expected to have forwarded as have."""
    low, high = -_FARTHEST, _FARTHEST
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        expected = float((_expit(reached.log_odds + middle) * by_now).sum())
        low, high = (middle, high) if expected < reached.forwarded.sum() else (low, middle)
    return _expit(reached.log_odds + low)


def _expit(logits: Floats) -> Floats:
    p: Floats = 1.0 / (1.0 + np.exp(-logits))
    return p
