"""Derived truth: the curves of a real cascade, counted from who posted, was exposed, and passed it on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from s3agents.observed.curve import Curve, Floats

if TYPE_CHECKING:
    import pandas as pd

    from s3agents.observed.cascades import Cascades

__all__ = ["count_minutes", "derived_curves"]

_FINE, _COARSE = 5.0, 30.0
_FINE_UNTIL = 360.0


def count_minutes(end: float) -> Floats:
    """When to count, in minutes from 0 to ``end``: every 5 in the first 6 hours, every 30 from then on."""
    fine = np.arange(0.0, min(end, _FINE_UNTIL) + 1e-9, _FINE)
    return np.concatenate([fine, np.arange(_FINE_UNTIL + _COARSE, end + 1e-9, _COARSE)])


def derived_curves(cascades: Cascades, case: str) -> dict[str, Curve]:
    """Users aware, forwards, and posts (the first one and replies), up to each of :func:`count_minutes`.

    Aware is who posted, passed it on, or was reached along the follow edges; without these, ``aware`` is left out.

    Args:
        cascades: what was observed.
        case: one of its cases.
    """
    posts, adoptions, exposures = (_of(t, case) for t in (cascades.posts, cascades.adoptions, cascades.exposures))
    own = posts[posts["kind"] != "forward"]
    forwards = adoptions[adoptions["kind"] == "forward"]
    times = {"forwards": _times(forwards), "posts": _times(own)}
    if len(exposures):
        reached = [pair for table in (posts, adoptions, exposures) for pair in _pairs(table)]
        first = dict(sorted(reached, key=lambda pair: -pair[1]))
        times["aware"] = np.sort(np.array(list(first.values())).clip(0.0))
    end = max((float(found[-1]) for found in times.values() if len(found)), default=0.0)
    minutes = count_minutes(np.ceil(end / _COARSE) * _COARSE)
    return {
        name: Curve(name, minutes, found.searchsorted(minutes, side="right").astype(np.float64))
        for name, found in times.items()
    }


def _of(table: pd.DataFrame, case: str) -> pd.DataFrame:
    return table[table["case_id"] == case]


def _pairs(table: pd.DataFrame) -> list[tuple[str, float]]:
    known = table[table["user_id"] != ""]
    return list(zip(known["user_id"].tolist(), known["minute"].tolist(), strict=True))


def _times(table: pd.DataFrame) -> Floats:
    return np.sort(table["minute"].to_numpy(dtype=np.float64)).clip(0.0)
