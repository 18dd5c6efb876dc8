"""History: what users had read, passed on and written in other cascades, strictly before a moment.

Moments are on the calendar, so that cases can be put in order; a case whose start is not known has no part in it. All
cases count, whichever split they are of: what was earlier is known to whoever looks at a later case.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from s3agents.cognition.base import Recollection
from s3agents.evaluation.individual.frames import rows_of, sources_of, starts_of
from s3agents.events import Source
from s3agents.observed.cascades import Cascades

__all__ = ["Earlier", "History"]

_RECALLED = 4


@dataclass(frozen=True, slots=True)
class _Event:
    """Something that a user met with: ``kind`` is ``exposure``, ``forward`` or ``reply``; ``minute`` since 1970."""

    minute: float
    kind: str
    case: str
    text: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a user had been through before a moment.

    Attributes:
        exposures: cascades that had reached them.
        forwards: cascades that they had passed on.
        replies: answers that they had written.
        recalled: the last of it, what they did themselves first.
    """

    exposures: int
    forwards: int
    replies: int
    recalled: tuple[Recollection, ...]

    def extras(self) -> dict[str, int]:
        """The numbers, as attributes of a persona."""
        return {
            "earlier_exposures": self.exposures,
            "earlier_forwards": self.forwards,
            "earlier_replies": self.replies,
        }


class History:
    """The events of all users in some cascades.

    Args:
        cascades: what happened; later ones of the same data may be among them.
    """

    def __init__(self, cascades: Sequence[Cascades]) -> None:
        self._events: dict[str, list[_Event]] = {}
        seen: set[str] = set()
        for data in cascades:
            fresh = {case: start for case, start in starts_of(data.cases).items() if case not in seen}
            seen.update(fresh)
            self._add(data, fresh)
        for events in self._events.values():
            events.sort(key=attrgetter("minute", "kind", "case"))

    def before(self, user: str, case: str, minute: float) -> Earlier:
        """What ``user`` had been through in other cases than ``case``.

        Args:
            user: who.
            case: the case that is looked at.
            minute: since 1970; NaN where it is not known, and with it nothing earlier.
        """
        events = self._events.get(user, []) if math.isfinite(minute) else []
        past = [e for e in events[: bisect_left(events, minute, key=attrgetter("minute"))] if e.case != case]
        cases = {kind: {e.case for e in past if e.kind == kind} for kind in ("exposure", "forward")}
        return Earlier(
            exposures=len(cases["exposure"]),
            forwards=len(cases["forward"]),
            replies=sum(e.kind == "reply" for e in past),
            recalled=_recalled(past, minute),
        )

    def _add(self, data: Cascades, starts: dict[str, float]) -> None:
        texts = {case: str(post.text) for case, post in sources_of(data.posts).items()}
        for row in rows_of(data.exposures):
            self._put(row, starts, "exposure", texts.get(row.case_id, ""))
        for row in rows_of(data.adoptions[data.adoptions["kind"] == "forward"]):
            self._put(row, starts, "forward", texts.get(row.case_id, ""))
        for row in rows_of(data.posts[data.posts["kind"] == "reply"]):
            self._put(row, starts, "reply", row.text)

    def _put(self, row: Any, starts: dict[str, float], kind: str, text: str) -> None:
        start = starts.get(row.case_id, math.nan)
        if row.user_id and math.isfinite(start):
            event = _Event(start + row.minute, kind, row.case_id, text)
            self._events.setdefault(row.user_id, []).append(event)


def _recalled(past: Sequence[_Event], now: float) -> tuple[Recollection, ...]:
    """The last events with a text, what the user did themselves before what they only read."""
    passed = {e.case for e in past if e.kind == "forward"}
    told = [e for e in past if e.text and not (e.kind == "exposure" and e.case in passed)]
    chosen = sorted(told, key=lambda e: (e.kind == "exposure", now - e.minute))[:_RECALLED]
    return tuple(
        Recollection(
            text=e.text,
            source=Source.FOLLOWEE if e.kind == "exposure" else Source.SELF,
            age=max(1, int(now - e.minute)),
            influence=1.0 / (1.0 + rank),
        )
        for rank, e in enumerate(chosen)
    )
