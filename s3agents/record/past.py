"""Past: the ticks of a record as they were told when they were played, as far as what steers a run goes by them."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from s3agents.events import Source, act_of
from s3agents.ids import UserId
from s3agents.labels import Attitude, Emotion
from s3agents.record.base import Exposure, TickRecord, TurnRecord
from s3agents.record.restore import read_posts
from s3agents.state import AttitudeBelief, EmotionBelief

__all__ = ["read_past"]

_TURNS = """
SELECT user, mode, emotion, p_calm, p_moderate, p_intense, attitude, p_positive, action, target
FROM turns WHERE tick = ? ORDER BY user
"""

_EXPOSURES = "SELECT user, post, source, attended FROM exposures WHERE tick = ? ORDER BY user, position"


def read_past(db: sqlite3.Connection) -> Iterator[TickRecord]:
    """Every committed tick, in ascending order.

    Of a turn there is its user, mode, exposures, emotion, attitude, action and target; nothing else of the record of a
    tick beside its posts and its users.
    """
    for tick, users in db.execute("SELECT tick, users FROM ticks ORDER BY tick").fetchall():
        exposures: dict[UserId, list[Exposure]] = defaultdict(list)
        for user, post, source, attended in db.execute(_EXPOSURES, (tick,)):
            exposures[user].append(Exposure(post, Source(source), bool(attended)))
        turns = [_turn(row, tuple(exposures.get(row[0], ()))) for row in db.execute(_TURNS, (tick,))]
        yield TickRecord(tick=tick, posts=read_posts(db, tick), turns=turns, users=users)


def _turn(row: Any, exposures: tuple[Exposure, ...]) -> TurnRecord:
    user, mode, level, calm, moderate, intense, stance, p_positive, action, target = row
    if action is None:
        return TurnRecord(user=user, mode=mode, exposures=exposures)
    return TurnRecord(
        user=user,
        mode=mode,
        exposures=exposures,
        emotion=EmotionBelief(level=Emotion(level), p=(calm, moderate, intense)),
        attitude=AttitudeBelief(stance=Attitude(stance), p_positive=p_positive),
        action=act_of(action),
        target=target,
    )
