"""Look: what a record says of one agent in one tick."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from s3agents.events import Delivery, Post, Source, decode_post
from s3agents.ids import UserId

__all__ = ["read_fault", "read_inbox", "read_posts_of", "read_turn", "ticks_of"]

_POST = "posts.id, author, posts.tick AS tick, n, texts.text AS text, kind, parent, root, posts.emotion, posts.attitude"

_MARK = """
(SELECT {0} FROM marks AS m WHERE mark = '{1}' AND m.post = posts.{2} AND m.tick <= e.tick ORDER BY m.tick DESC LIMIT 1)
"""

# A post's own note counts before that of the first of its cascade, and the smaller weight of both.
_INBOX = f"""
SELECT {_POST}, source,
       coalesce({_MARK.format("text", "labelled", "id")}, {_MARK.format("text", "labelled", "root")}) AS label,
       min(coalesce({_MARK.format("weight", "down_ranked", "id")}, 1.0),
           coalesce({_MARK.format("weight", "down_ranked", "root")}, 1.0)) AS weight
FROM exposures AS e JOIN posts ON posts.id = e.post JOIN texts ON texts.id = text_id
WHERE e.tick = ? AND e.user = ? ORDER BY position
"""  # noqa: S608  # names of our own

_POSTS_OF = f"""
SELECT {_POST} FROM posts JOIN texts ON texts.id = text_id
JOIN turns ON turns.tick = posts.tick AND turns.user = posts.author
WHERE posts.tick = ? AND author = ? AND mode = ? ORDER BY n
"""  # noqa: S608  # names of our own


def read_inbox(db: sqlite3.Connection, tick: int, user: UserId) -> tuple[Delivery, ...]:
    """The posts that reached ``user`` in ``tick``, in their order."""
    cursor = db.execute(_INBOX, (tick, user))
    names = [column[0] for column in cursor.description[:-3]]
    return tuple(
        Delivery(
            post=decode_post(dict(zip(names, post, strict=True))), source=Source(source), label=label, weight=weight
        )
        for *post, source, label, weight in cursor
    )


def read_posts_of(db: sqlite3.Connection, tick: int, user: UserId, *, mode: str) -> tuple[Post, ...]:
    """What ``user`` published in ``tick``, in a turn of this mode."""
    cursor = db.execute(_POSTS_OF, (tick, user, mode))
    names = [column[0] for column in cursor.description]
    return tuple(decode_post(dict(zip(names, post, strict=True))) for post in cursor)


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
