"""Look: what a record says of one agent in one tick."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from s3agents.events import Delivery, Source, decode_post
from s3agents.ids import UserId

__all__ = ["read_fault", "read_inbox", "read_turn", "ticks_of"]

_INBOX = """
SELECT posts.id, author, posts.tick AS tick, n, text, kind, parent, root, emotion, attitude, source
FROM exposures AS e JOIN posts ON posts.id = e.post JOIN texts ON texts.id = text_id
WHERE e.tick = ? AND e.user = ? ORDER BY position
"""


def read_inbox(db: sqlite3.Connection, tick: int, user: UserId) -> tuple[Delivery, ...]:
    """The posts that reached ``user`` in ``tick``, in their order."""
    cursor = db.execute(_INBOX, (tick, user))
    names = [column[0] for column in cursor.description[:-1]]
    return tuple(
        Delivery(post=decode_post(dict(zip(names, post, strict=True))), source=Source(source))
        for *post, source in cursor
    )


def read_turn(db: sqlite3.Connection, tick: int, user: UserId) -> dict[str, Any] | None:
    """The row of the turn that ``user`` had in ``tick``; ``None`` if there was none."""
    cursor = db.execute("SELECT * FROM turns WHERE tick = ? AND user = ?", (tick, user))
    row = cursor.fetchone()
    return None if row is None else dict(zip([column[0] for column in cursor.description], row, strict=True))


def read_fault(db: sqlite3.Connection, tick: int, user: UserId) -> tuple[str, str, str] | None:
    """Stage, cause and message of the fault of ``user`` in ``tick``, if the turn failed."""
    query = "SELECT stage, cause, message FROM faults WHERE tick = ? AND user = ?"
    found: tuple[str, str, str] | None = db.execute(query, (tick, user)).fetchone()
    return found


def ticks_of(db: sqlite3.Connection, user: UserId) -> Sequence[int]:
    """The ticks in which ``user`` had a turn."""
    return [tick for (tick,) in db.execute("SELECT tick FROM turns WHERE user = ? ORDER BY tick", (user,))]
