"""Frames: rows of pandas frames as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["rows_of", "sources_of", "starts_of"]


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of ``frame``, as tuples with the columns for names."""
    return iter(frame.itertuples(index=False))


def sources_of(posts: pd.DataFrame) -> dict[str, Any]:
    """The first post of each case."""
    first = posts[posts["kind"] == "source"].drop_duplicates("case_id")
    return {row.case_id: row for row in rows_of(first)}


def starts_of(cases: pd.DataFrame) -> dict[str, float]:
    """Minutes since 1970 at which each case began; NaN where that is not known."""
    minutes: dict[str, float] = (cases["start"].astype("float64") / 60.0).to_dict()  # type: ignore[assignment]
    return minutes
