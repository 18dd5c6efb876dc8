"""Cascades: how far, deep and wide the posts of a run were passed on."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["cascades"]

_POSTS = "SELECT id, parent, root FROM posts ORDER BY tick, author, n"
_ROOTS = """
SELECT posts.id, author, tick, text FROM posts JOIN texts ON texts.id = text_id
WHERE posts.id IN (SELECT root FROM posts) ORDER BY tick, author, n
"""
_COLUMNS = ["root", "author", "tick", "size", "depth", "breadth", "text"]


def cascades(db: sqlite3.Connection) -> pd.DataFrame:
    """One row for each root, the biggest first; columns: :meth:`s3agents.report.run.Run.cascades`."""
    import pandas as pd

    levels = _levels(db.execute(_POSTS))
    rows = [
        (root, author, tick, sum(counts.values()), max(counts), max(counts.values()), text)
        for root, author, tick, text in db.execute(_ROOTS)
        if (counts := levels[root])
    ]
    found = pd.DataFrame(rows, columns=_COLUMNS).astype(dict.fromkeys(("tick", "size", "depth", "breadth"), "int64"))
    return found.sort_values("size", ascending=False, kind="stable", ignore_index=True)


def _levels(posts: Iterable[tuple[str, str | None, str]]) -> dict[str, Counter[int]]:
    """For each root how many posts lie at which distance from it. A parent comes before its children."""
    distance: dict[str, int] = {}
    levels: dict[str, Counter[int]] = {}
    for post, parent, root in posts:
        distance[post] = 0 if post == root or parent is None else distance.get(parent, 0) + 1
        levels.setdefault(root, Counter())[distance[post]] += 1
    return levels
