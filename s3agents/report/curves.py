"""Curves: the spread of information, emotion and attitude over the ticks of a run (S3 section 3.4)."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from s3agents.report.frames import frame

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["curves"]

_AWARE = """
SELECT tick, count(*) AS aware FROM (
    SELECT user, min(tick) AS tick FROM (
        SELECT user, min(tick) AS tick FROM exposures GROUP BY user
        UNION ALL SELECT author, min(tick) FROM posts GROUP BY author)
    GROUP BY user)
GROUP BY tick
"""

_EMOTION = """
SELECT tick, avg(CASE emotion WHEN 'calm' THEN 0 WHEN 'moderate' THEN 1 ELSE 2 END) AS emotion_level,
       avg(emotion = 'intense') AS share_intense
FROM turns WHERE action IS NOT NULL GROUP BY tick
"""

# What each turn adds to the sums over all users who have had one: the new attitude counts instead of the last.
_ATTITUDE = """
SELECT tick, sum(is_first) AS decided, sum(positive - positive_before) AS positive,
       sum(p_positive - p_before) AS p_positive
FROM (
    SELECT tick, attitude = 'positive' AS positive, p_positive,
           lag(tick) OVER earlier IS NULL AS is_first,
           lag(attitude = 'positive', 1, 0) OVER earlier AS positive_before,
           lag(p_positive, 1, 0.0) OVER earlier AS p_before
    FROM turns WHERE action IS NOT NULL WINDOW earlier AS (PARTITION BY user ORDER BY tick))
GROUP BY tick
"""

_COLUMNS = [
    "aware",
    "posts",
    "posts_total",
    "forwards",
    "forwards_total",
    "emotion_level",
    "share_intense",
    "share_positive",
    "p_positive",
    "turns",
    "faults",
    "calls",
    "tokens",
]


def curves(db: sqlite3.Connection) -> pd.DataFrame:
    """One row for each tick up to the last one committed; columns: :meth:`s3agents.report.run.Run.curves`."""
    counts = frame(db, "SELECT * FROM ticks ORDER BY tick").set_index("tick")
    ticks = range(int(counts.index.max()) + 1 if len(counts) else 0)
    table = counts.reindex(ticks, fill_value=0)
    table["turns"] = table["acted"] + table["inactive"] + table["faulted"]
    table["faults"] = table["faulted"]
    table["tokens"] = table["prompt_tokens"] + table["reply_tokens"]
    table["posts_total"] = table["posts"].cumsum()
    table["forwards_total"] = table["forwards"].cumsum()
    table["aware"] = _indexed(db, _AWARE)["aware"].reindex(ticks, fill_value=0).cumsum().astype("int64")
    table = table.join(_indexed(db, _EMOTION)).join(_attitude(db, ticks))
    return table[_COLUMNS].rename_axis("tick").reset_index()


def _attitude(db: sqlite3.Connection, ticks: range) -> pd.DataFrame:
    """Share of positive attitudes and mean probability among those who have had a turn; gaps before the first."""
    sums = _indexed(db, _ATTITUDE).reindex(ticks, fill_value=0).cumsum().astype("float64")
    decided = sums["decided"].where(sums["decided"] > 0)
    shares = {"share_positive": sums["positive"] / decided, "p_positive": sums["p_positive"] / decided}
    return sums.assign(**shares)[["share_positive", "p_positive"]]


def _indexed(db: sqlite3.Connection, query: str) -> pd.DataFrame:
    return frame(db, query).set_index("tick")
