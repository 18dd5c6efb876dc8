"""The labels of S3: three levels of emotion (section 3.3.1), two attitudes (section 3.3.2)."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["ATTITUDES", "EMOTIONS", "Attitude", "Emotion"]


class Emotion(StrEnum):
    """How strongly a user feels about the event; everyone starts calm."""

    CALM = "calm"
    MODERATE = "moderate"
    INTENSE = "intense"


class Attitude(StrEnum):
    """Which side a user takes on the scenario's question; positive is "yes"."""

    NEGATIVE = "negative"
    POSITIVE = "positive"


EMOTIONS = tuple(Emotion)
ATTITUDES = tuple(Attitude)
