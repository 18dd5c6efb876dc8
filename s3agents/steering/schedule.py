"""Schedule: in which ticks an intervention is in force, by what its scenario says and how the run goes."""

from __future__ import annotations

from collections.abc import Sequence

from s3agents.config.timing import TimedSection, WaitingSection
from s3agents.ids import PostId
from s3agents.steering.measures import Measures

__all__ = ["Schedule"]


class Schedule:
    """When one intervention or channel is in force. It is asked in every tick, in ascending order.

    Args:
        section: of the scenario.
        once: whether it is done once, and in force in that tick alone.
        holding: whether what is done at a tick has to be held up from then on.
        cascades: first post of the cascade that each of its conditions is about, where one is.
    """

    def __init__(
        self,
        section: WaitingSection,
        *,
        once: bool = False,
        holding: bool = False,
        cascades: Sequence[PostId | None] = (),
    ) -> None:
        self._section, self._once, self._holding = section, once, holding
        self._at = section.at if isinstance(section, TimedSection) else None
        self._conditions = tuple(zip(section.when, cascades, strict=True))
        self._start: int | None = None

    def in_force(self, tick: int, measures: Measures) -> bool:
        """Whether it is in force in ``tick``.

        Args:
            tick: that is about to begin.
            measures: of the ticks before.
        """
        at, until = self._at, self._section.until
        if at is not None:
            return tick >= at if self._holding else tick == at
        start = self._started(tick, measures)
        if start is None or tick < start or (until is not None and tick > until):
            return False
        if self._once:
            return tick == start
        return self._section.for_ is None or tick < start + self._section.for_

    def _started(self, tick: int, measures: Measures) -> int | None:
        """The first tick in which it is in force, as soon as that is known."""
        earliest = self._section.earliest
        if not self._conditions:
            return earliest
        waits = self._start is None and tick >= max(earliest, 1)
        if waits and all(measures.met(condition, cascade) for condition, cascade in self._conditions):
            self._start = tick + self._section.delay
        return self._start
