"""Steered runs: a small society to which something is done, and what its record says of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from s3agents.record.connection import reading
from s3agents.report.run import Run
from s3agents.simulation import Simulation
from s3agents.testing.societies import lively_scenario, society_of

__all__ = ["STAR", "deliveries_of", "effects_of", "posts_of", "star_run"]

STAR = ((1, 0), (2, 0), (3, 0), (4, 3))
"""u1, u2 and u3 follow u0, and u4 follows u3."""

_EAGER: Mapping[str, Any] = {
    "ticks": 4,
    "cognition": {"rules": {"forward": 1.0, "arousal": 1.0, "post": 0.0}, "prior": 1.0, "certainty": 1.0},
}


def star_run(folder: Path, *interventions: Mapping[str, Any], **changes: Any) -> Run:
    """A run of five users of whom all forward what they read; u0 posts in tick 0.

    Left alone, u1, u2 and u3 read the post in tick 1 and forward it, and u4 reads the forward of u3 in tick 2.

    Args:
        folder: of the run.
        *interventions: as a scenario has them.
        **changes: of top-level keys of the scenario.
    """
    scenario = lively_scenario(["u0"], **{**_EAGER, **changes}, interventions=interventions)
    return Simulation(scenario, society_of(5, STAR), out=folder).run()


def deliveries_of(run: Run) -> list[tuple[int, str, str, str]]:
    """Every delivery: tick, reader, post and source."""
    return _rows(run, "SELECT tick, user, post, source FROM exposures ORDER BY tick, user, position")


def posts_of(run: Run) -> list[str]:
    """The ids of all posts, in their order."""
    return [post for (post,) in _rows(run, "SELECT id FROM posts ORDER BY tick, author, n")]


def effects_of(run: Run, section: str = "interventions") -> list[tuple[Any, ...]]:
    """What interventions or channels came to, where it is something.

    Returns:
        Tick, number, kind, posts, deliveries, accounts and edges.
    """
    query = "SELECT tick, number, kind, posts, deliveries, accounts, edges FROM steered WHERE section = ? ORDER BY 1, 2"
    return [row for row in _rows(run, query, section) if any(row[3:])]


def _rows(run: Run, query: str, *values: str) -> list[Any]:
    with reading(run.record) as db:
        rows: Sequence[Any] = db.execute(query, values).fetchall()
    return list(rows)
