"""Spans: time in the words of a pack: how long ago, and how long after the start."""

from __future__ import annotations

from s3agents.prompts.pack_file import Words
from s3agents.prompts.token_estimate import Told, prose_tokens

__all__ = ["Spans"]

_HOUR, _DAY = 60.0, 1440.0


class Spans:
    """Spans of time in words, each put together once: there are as many as ticks.

    Args:
        words: of the pack.
    """

    def __init__(self, words: Words) -> None:
        self._words = words
        self._ago: dict[float, Told] = {}
        self._since: dict[float, Told] = {}

    def span(self, minutes: float) -> str:
        """``minutes`` in the largest unit that it fills, to one decimal."""
        units = self._words.units
        for unit, size in ((units.days, _DAY), (units.hours, _HOUR)):
            if minutes >= size:
                return unit.format(n=f"{round(minutes / size, 1):g}")
        return units.minutes.format(n=f"{round(minutes, 1):g}")

    def ago(self, minutes: float) -> Told:
        """How long before the turn something was."""
        told = self._ago.get(minutes)
        if told is None:
            age = self._words.age
            text = age.past.format(span=self.span(minutes)) if minutes >= 1.0 else age.now
            told = self._ago[minutes] = Told(text, prose_tokens(text))
        return told

    def since_start(self, minutes: float) -> Told:
        """How long after tick 0 something was: said in the same words in every turn, which a prefix cache likes."""
        told = self._since.get(minutes)
        if told is None:
            time = self._words.time
            text = time.later.format(span=self.span(minutes)) if minutes > 0.0 else time.start
            told = self._since[minutes] = Told(text, prose_tokens(text))
        return told
