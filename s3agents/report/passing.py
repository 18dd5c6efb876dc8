"""Passing on: from whom each user forwarded, the ties of the diffusion network."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

__all__ = ["passed_on"]

_PASSED_ON = """
SELECT origin.author, passed.author, min(passed.tick), count(*)
FROM posts AS passed JOIN posts AS origin ON origin.id = passed.parent
WHERE passed.kind = 'forward' GROUP BY origin.author, passed.author ORDER BY origin.author, passed.author
"""


def passed_on(db: sqlite3.Connection) -> Iterator[tuple[str, str, int, int]]:
    """Author, who forwarded posts of theirs, the tick of the first time, and how often."""
    return iter(db.execute(_PASSED_ON))
