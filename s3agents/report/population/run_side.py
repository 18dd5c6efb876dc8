"""The simulated side: curves in time, shapes of cascades and polarisation of a run, as evaluations take them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from s3agents.evaluation.cascade_shape import CascadeShape, cascade_shapes
from s3agents.evaluation.polarisation import Polarisation, polarisation
from s3agents.labels import Attitude
from s3agents.network.society import Society
from s3agents.observed.curve import CURVES, Curve
from s3agents.record.connection import reading
from s3agents.report.figures.clock import tick_minutes
from s3agents.report.figures.course import COLUMNS
from s3agents.report.run import Run

__all__ = ["run_curves", "run_polarisation", "run_shapes"]

_POSTS = "SELECT id, parent FROM posts ORDER BY tick, author, n"


def run_curves(run: Run, *, shift: float = 0.0) -> Mapping[str, Curve]:
    """The curves of a run over minutes; tick ``t`` is at ``shift`` plus ``t`` times the length of a tick.

    Ticks of which there is nothing to say, such as the mean emotion of no turns, are no points.

    Args:
        run: finished or not.
        shift: minutes from the beginning of the truth to tick 0.

    Raises:
        RecordError: if the record cannot be read; so do all functions here.
    """
    table = run.curves()
    minutes = shift + table["tick"].to_numpy(dtype=np.float64) * tick_minutes(run.scenario)
    found = {}
    for name in CURVES:
        values = table[COLUMNS[name]].to_numpy(dtype=np.float64)
        known = np.isfinite(values)
        found[name] = Curve(name, minutes[known], values[known])
    return found


def run_shapes(run: Run) -> list[CascadeShape]:
    """The shape of each cascade: forwards hang on what they forward, replies on what they answer."""
    with reading(run.record) as db:
        posts: list[tuple[str, str | None]] = db.execute(_POSTS).fetchall()
    at = {post: position for position, (post, _) in enumerate(posts)}
    return cascade_shapes([-1 if parent is None else at.get(parent, -1) for _, parent in posts])


def run_polarisation(run: Run, society: Society | None) -> Polarisation:
    """The polarisation at the end, among the users who had a turn.

    Args:
        run: finished or not.
        society: over which it went; ``None`` where it is not at hand.
    """
    states = run.final_states()
    positive = [attitude == Attitude.POSITIVE for attitude in states["attitude"]]
    p_positive = states["p_positive"].to_numpy(dtype=np.float64)
    if society is None:
        return polarisation(None, np.array(positive, dtype=np.int64), p_positive)
    sides = np.full(len(society), -1, dtype=np.int64)
    for user, side in zip(states["user"], positive, strict=True):
        if user in society:
            sides[society.position(user)] = side
    return polarisation(society.graph, sides, p_positive)
