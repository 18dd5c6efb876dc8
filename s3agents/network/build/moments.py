"""Moments: seconds since 1970 as the files of a society have them, in ISO 8601."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

__all__ = ["iso", "month", "sound_moment", "utc"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = (datetime(1, 1, 2, tzinfo=UTC) - _EPOCH).total_seconds()
_LAST = (datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH).total_seconds()


def sound_moment(seconds: float | None) -> float | None:
    """``seconds`` if they lie in the years 1 to 9999, which is what ISO 8601 can say; NaN does not."""
    return seconds if seconds is not None and _FIRST <= seconds <= _LAST else None


def utc(seconds: float) -> datetime:
    """A sound moment, to the microsecond."""
    return _EPOCH + timedelta(seconds=seconds)


def iso(seconds: float) -> str:
    """A sound moment as ISO 8601 in UTC."""
    return utc(seconds).isoformat()


def month(seconds: float) -> str:
    """The year and month of a sound moment."""
    return iso(seconds)[:7]
