"""Modes: what the turns of each mode of cognition came to, and what they cost."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

__all__ = ["ModeCost", "mode_costs"]

_SEED = "seed"

# A user whose turns were of several modes counts in each of them: a seed of one who also thinks, for one.
_MODES = """
SELECT turns.mode, count(DISTINCT turns.user) AS users, count(*) AS turns,
       sum(turns.action = 'forward') AS forwards, sum(turns.action = 'post') AS posts,
       sum(turns.action IS NULL) AS faults, sum(calls) AS calls,
       sum(prompt_tokens) AS prompt_tokens, sum(reply_tokens) AS reply_tokens,
       sum(shortened > 0) AS shortened
FROM turns GROUP BY turns.mode ORDER BY sum(prompt_tokens + reply_tokens) DESC, turns.mode
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeCost:
    """One mode of cognition in a run; ``seed`` is for posts that the scenario put into somebody's mouth.

    Attributes:
        mode: as in the record, such as ``llm/joint``.
        users: who had a turn in it.
        turns: all, those that failed included.
        forwards: turns that forwarded.
        posts: turns that posted.
        faults: turns that failed.
        calls: at the endpoint.
        prompt_tokens: as the endpoint counted them.
        reply_tokens: likewise.
        shortened: turns in which texts of users were shortened for a prompt to stay within its budget.
        tokens_per_turn: both together, by turn.
    """

    mode: str
    users: int
    turns: int
    forwards: int
    posts: int
    faults: int
    calls: int
    prompt_tokens: int
    reply_tokens: int
    shortened: int
    tokens_per_turn: float

    @property
    def thinks(self) -> bool:
        """Whether it is a mode of cognition, not the scenario speaking."""
        return self.mode != _SEED


def mode_costs(db: sqlite3.Connection) -> tuple[ModeCost, ...]:
    """One for each mode that had a turn, the dearest first."""
    cursor = db.execute(_MODES)
    names = [column[0] for column in cursor.description]
    rows = (dict(zip(names, row, strict=True)) for row in cursor)
    return tuple(ModeCost(**row, tokens_per_turn=_tokens(row) / row["turns"]) for row in rows)


def _tokens(row: dict[str, int]) -> int:
    return row["prompt_tokens"] + row["reply_tokens"]
