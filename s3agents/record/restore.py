"""Restore: from the rows of a record back to where its run stands, or stood after an earlier tick."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from s3agents.cognition.hear import hear
from s3agents.events import Post, Source, act_of, decode_post
from s3agents.ids import PostId, TextId, UserId
from s3agents.labels import Attitude, Emotion
from s3agents.record.base import Checkpoint
from s3agents.state import SHARED_KEPT, AgentState, AttitudeBelief, EmotionBelief, Heard, Intention, MemoryItem

__all__ = ["last_tick", "read_checkpoint", "read_posts"]

Pool = dict[PostId, MemoryItem]
At = Mapping[str, int]

# SQLite takes the bare columns from the row that has the largest tick.
_FEELINGS = """
SELECT user, max(tick), emotion, p_calm, p_moderate, p_intense, attitude, p_positive
FROM turns WHERE action IS NOT NULL AND tick <= :tick GROUP BY user
"""

_POOLS = """
WITH gone AS MATERIALIZED (
    SELECT user, post, max(tick) AS tick FROM forgotten WHERE tick <= :tick GROUP BY user, post
)
SELECT r.user, r.post, r.text_id, r.tick_posted, r.source, r.relevance
FROM remembered AS r LEFT JOIN gone ON gone.user = r.user AND gone.post = r.post
WHERE r.tick <= :tick AND (gone.tick IS NULL OR gone.tick < r.tick)
ORDER BY r.tick, r.user, r.position
"""

_POSTS = """
SELECT posts.id, author, tick, n, text, kind, parent, root, emotion, attitude
FROM posts JOIN texts ON texts.id = text_id WHERE tick = :tick ORDER BY tick, author, n
"""

_SHARED = "SELECT author, root FROM posts WHERE tick <= :tick ORDER BY tick, author, n"

# In the order of the turns, without those that failed, for they left the agent as it was.
_HEARD = """
SELECT e.tick, e.user, posts.root
FROM exposures AS e JOIN posts ON posts.id = e.post
JOIN turns ON turns.tick = e.tick AND turns.user = e.user AND turns.action IS NOT NULL
WHERE e.tick <= :tick
ORDER BY e.tick, e.user, e.position
"""

_INTENTIONS = """
SELECT user, tick_decided AS decided, due, action, target, root, text, attitude
FROM intentions JOIN texts ON texts.id = text_id
WHERE tick_decided <= :tick AND (tick_concluded IS NULL OR tick_concluded > :tick) ORDER BY due, tick_decided
"""


def last_tick(db: sqlite3.Connection) -> int:
    """The last tick that was committed; -1 before the first."""
    found: int | None = db.execute("SELECT max(tick) FROM ticks").fetchone()[0]
    return -1 if found is None else found


def read_checkpoint(db: sqlite3.Connection, tick: int | None = None) -> Checkpoint:
    """Where the run stood after a tick, by default after its last whole one.

    Args:
        db: the record.
        tick: committed; -1 for where the run began.
    """
    at = {"tick": last_tick(db) if tick is None else tick}
    pools = _pools(db, at)
    texts = _texts(db, pools.values())
    return Checkpoint(tick=at["tick"], posts=read_posts(db, at["tick"]), states=_states(db, at, pools), texts=texts)


def read_posts(db: sqlite3.Connection, tick: int) -> tuple[Post, ...]:
    """The posts that were published in a tick, in their total order."""
    cursor = db.execute(_POSTS, {"tick": tick})
    names = [column[0] for column in cursor.description]
    return tuple(decode_post(dict(zip(names, row, strict=True))) for row in cursor)


def _pools(db: sqlite3.Connection, at: At) -> dict[UserId, Pool]:
    """What each agent remembers, in the order in which it was filled: a post that came again keeps its place."""
    pools: dict[UserId, Pool] = defaultdict(dict)
    for user, post, text, tick, source, relevance in db.execute(_POOLS, at):
        pools[user][post] = MemoryItem(post=post, text=text, tick=tick, source=Source(source), relevance=relevance)
    return pools


def _shared(db: sqlite3.Connection, at: At) -> dict[UserId, list[PostId]]:
    """Roots of the cascades that each agent took part in, oldest first."""
    shared: dict[UserId, list[PostId]] = defaultdict(list)
    for author, root in db.execute(_SHARED, at):
        shared[author].append(root)
    return shared


def _heard(db: sqlite3.Connection, at: At) -> dict[UserId, tuple[Heard, ...]]:
    """What each agent has heard of, inbox by inbox, as in the run itself."""
    heard: dict[UserId, tuple[Heard, ...]] = {}
    for (tick, user), inbox in groupby(db.execute(_HEARD, at), key=lambda row: row[:2]):
        heard[user] = hear(heard.get(user, ()), (root for _, _, root in inbox), tick=tick)
    return heard


def _intentions(db: sqlite3.Connection, at: At) -> dict[UserId, list[Intention]]:
    """What each agent has decided to do and neither done nor given up, first due first."""
    intentions: dict[UserId, list[Intention]] = defaultdict(list)
    for user, decided, due, action, target, root, text, attitude in db.execute(_INTENTIONS, at):
        side = None if attitude is None else Attitude(attitude)
        one = Intention(
            decided=decided, due=due, action=act_of(action), target=target, root=root, text=text, attitude=side
        )
        intentions[user].append(one)
    return intentions


def _states(db: sqlite3.Connection, at: At, pools: Mapping[UserId, Pool]) -> dict[UserId, AgentState]:
    shared, heard, intentions = _shared(db, at), _heard(db, at), _intentions(db, at)
    return {
        user: AgentState(
            emotion=_emotion(level, p),
            attitude=AttitudeBelief(stance=Attitude(stance), p_positive=p_positive),
            felt=felt,
            pool=tuple(pools[user].values()) if user in pools else (),
            shared=tuple(shared.get(user, ())[-SHARED_KEPT:]),
            heard=heard.get(user, ()),
            intentions=tuple(intentions.get(user, ())),
        )
        for user, felt, level, *p, stance, p_positive in db.execute(_FEELINGS, at)
    }


def _emotion(level: Any, p: list[float]) -> EmotionBelief:
    calm, moderate, intense = p
    return EmotionBelief(level=Emotion(level), p=(calm, moderate, intense))


def _texts(db: sqlite3.Connection, pools: Iterable[Pool]) -> dict[TextId, str]:
    remembered = {item.text for pool in pools for item in pool.values()}
    return {key: text for key, text in db.execute("SELECT id, text FROM texts ORDER BY id") if key in remembered}
