"""Conditions: what a scenario waits for: a figure of the last tick that has reached a threshold."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from s3agents.config.section import Section

__all__ = ["ConditionSection", "Measure"]

Measure = Literal[
    "aware",
    "cascade",
    "emotion_level",
    "forwards",
    "posts",
    "share_aware",
    "share_intense",
    "share_positive",
]


class ConditionSection(Section):
    """A figure of the last tick and its threshold; a figure that nothing is known of yet has reached none.

    Attributes:
        measure: which, as in the curves of a run: ``posts`` (originals of the tick), ``forwards`` of the tick,
            ``emotion_level`` (mean of its turns: calm 0, moderate 1, intense 2), ``share_intense`` of its turns,
            ``share_positive`` of all users who have had a turn, ``aware`` (users who were exposed to a post or
            published one), ``share_aware`` of all users, ``cascade`` (posts of a cascade so far, its first among them).
        at_least: it is met from here on upwards.
        at_most: it is met from here on downwards.
        of: of ``cascade`` alone: the id of its first post, or the author of the first seed post; by default the
            largest.
    """

    measure: Measure
    at_least: float | None = None
    at_most: float | None = None
    of: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _a_threshold(self) -> ConditionSection:
        if self.at_least is None and self.at_most is None:
            raise ValueError("at_least, at_most or both")
        if self.of is not None and self.measure != "cascade":
            raise ValueError("of only with measure: cascade")
        return self
