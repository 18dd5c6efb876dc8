"""Frames: what a query finds, as a pandas DataFrame with columns of fixed types."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["frame"]

_WHOLE = {
    "accounts",
    "acted",
    "aware",
    "calls",
    "decided",
    "delivered",
    "deliveries",
    "due",
    "edges",
    "exposures",
    "faulted",
    "felt",
    "forwards",
    "inactive",
    "n",
    "not_exposed",
    "number",
    "position",
    "positive",
    "posts",
    "prompt_tokens",
    "reply_tokens",
    "shortened",
    "tick",
    "tick_added",
    "tick_decided",
    "tick_posted",
    "users",
}
_WITH_GAPS = {"done", "tick_concluded", "tick_forgotten"}
_DECIMAL = {
    "emotion_level",
    "p_calm",
    "p_forward",
    "p_inactive",
    "p_intense",
    "p_moderate",
    "p_positive",
    "p_post",
    "relevance",
    "share_intense",
    "weight",
}
_TRUTH = {"attended"}
_KINDS = ((_WHOLE, "int64"), (_WITH_GAPS, "Int64"), (_DECIMAL, "float64"), (_TRUTH, "bool"))


def frame(db: sqlite3.Connection, query: str) -> pd.DataFrame:
    """What ``query`` finds; a column has the same type in every run, empty or not."""
    import pandas as pd

    cursor = db.execute(query)
    columns = [column[0] for column in cursor.description]
    found = pd.DataFrame(cursor.fetchall(), columns=columns)
    types = {name: kind for names, kind in _KINDS for name in columns if name in names}
    return found.astype(types)
