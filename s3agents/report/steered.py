"""Steered: what interventions and channels came to in a run, each in one line."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

__all__ = ["SteeredSum", "steered_sums"]

_SUMS = """
SELECT section, number, kind, min(tick), max(tick), sum(posts), sum(deliveries), max(accounts), sum(edges)
FROM steered GROUP BY section, number, kind ORDER BY section DESC, number
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SteeredSum:
    """What an intervention or a channel came to.

    Attributes:
        section: of the scenario: ``interventions`` or ``channels``.
        number: in that section, from 0.
        kind: as the scenario calls it.
        first_tick: in which it was in force, or had an effect.
        last_tick: likewise.
        posts: removed, labelled, down-ranked, withheld, brought in, or recommended (once for each tick).
        deliveries: that did not come about, came with a mark, or came about through it.
        accounts: suspended or served, the most in a tick.
        edges: changed.
    """

    section: str
    number: int
    kind: str
    first_tick: int
    last_tick: int
    posts: int
    deliveries: int
    accounts: int
    edges: int


def steered_sums(db: sqlite3.Connection) -> tuple[SteeredSum, ...]:
    """Each intervention and channel that was in force, interventions first."""
    names = SteeredSum.__slots__
    return tuple(SteeredSum(**dict(zip(names, row, strict=True))) for row in db.execute(_SUMS))
