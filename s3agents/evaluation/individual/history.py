"""History: what users had heard, passed on and written in other cascades, strictly before a moment.

Moments are on the calendar, so that cases can be put in order; a case whose start is not known has no part in it. All
cases count, whichever split they are of: what was earlier is known to whoever looks at a later case. A turn can be told
of it in its own terms, as cascades heard of and shared at ticks before its run.
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
from s3agents.ids import PostId, UserId, post_id
from s3agents.observed.cascades import Cascades
from s3agents.state import Heard

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
class _Case:
    """When a case began, in minutes since 1970, who began it, what it is about, and its number among all cases."""

    start: float
    author: str
    event: str
    number: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a user had been through before a moment, as a turn is told of it; tick 0 is the start of the case at hand.

    Attributes:
        heard: cascades that had reached them, in the order in which they did.
        shared: first posts of those that they had begun, passed on or answered, in the order in which they did.
        recalled: the last of it, what they did themselves before what they only read.
    """

    heard: tuple[Heard, ...] = ()
    shared: tuple[PostId, ...] = ()
    recalled: tuple[Recollection, ...] = ()


class History:
    """The events of all users in some cascades.

    Args:
        cascades: what happened; a case that is in two of them counts once.
    """

    def __init__(self, cascades: Sequence[Cascades]) -> None:
        self._events: dict[str, list[_Event]] = {}
        self._cases: dict[str, _Case] = {}
        self._broke: dict[str, float] = {}
        for data in cascades:
            self._add(data)
        for events in self._events.values():
            events.sort(key=attrgetter("minute", "kind", "case"))

    def root(self, case: str, within: str) -> PostId:
        """Id of the first post of ``case``, in ticks of a minute from the start of the case ``within``."""
        known = self._cases[case]
        start = self._cases[within].start
        tick = 0 if case == within else math.floor(known.start - start)
        return post_id(tick, UserId(known.author), known.number)

    def clock(self, case: str) -> tuple[float | None, float | None]:
        """What tick 0 of ``case`` is in the world: minutes since the first case of its event, and hour of the day."""
        known = self._cases[case]
        if not math.isfinite(known.start):
            return None, None
        return known.start - self._broke[known.event], known.start / 60.0 % 24.0

    def before(self, user: str, case: str, minute: float) -> Earlier:
        """What ``user`` had been through in other cases than ``case``.

        Args:
            user: who.
            case: the case that is looked at.
            minute: of that case; what happened in the same minute or later is not known.
        """
        start = self._cases[case].start
        if not math.isfinite(start):
            return Earlier()
        now = start + minute
        events = self._events.get(user, [])
        past = [e for e in events[: bisect_left(events, now, key=attrgetter("minute"))] if e.case != case]
        first = {e.case: e.minute for e in reversed(past) if e.kind == "exposure"}
        heard = [
            Heard(root=self.root(other, case), times=1, since=math.floor(at - start) + 1)
            for other, at in sorted(first.items(), key=lambda item: item[1])
        ]
        shared = dict.fromkeys(self.root(e.case, case) for e in past if e.kind != "exposure")
        return Earlier(heard=tuple(heard), shared=tuple(shared), recalled=_recalled(past, now))

    def _add(self, data: Cascades) -> None:
        sources = sources_of(data.posts)
        texts = {case: str(post.text) for case, post in sources.items()}
        events = data.cases["event"].fillna("").to_dict()
        fresh = {case: start for case, start in starts_of(data.cases).items() if case not in self._cases}
        for case, start in fresh.items():
            author = str(sources[case].user_id) if case in sources else ""
            event = str(events[case])
            self._cases[case] = _Case(start, author, event, len(self._cases))
            if math.isfinite(start):
                self._broke[event] = min(start, self._broke.get(event, start))
            self._put(author, _Event(start, "post", case, texts.get(case, "")))
        told = (("exposure", data.exposures), ("adoption", data.adoptions), ("reply", data.posts))
        for kind, frame in told:
            for row in rows_of(frame[frame["case_id"].isin(list(fresh))]):
                what, text = _read(kind, row, texts)
                if what:
                    self._put(row.user_id, _Event(fresh[row.case_id] + row.minute, what, row.case_id, text))

    def _put(self, user: str, event: _Event) -> None:
        if user and math.isfinite(event.minute):
            self._events.setdefault(user, []).append(event)


def _read(kind: str, row: Any, texts: dict[str, str]) -> tuple[str, str]:
    """What kind of event a row is, and the text that the user had before them or wrote; empty where it is none.

    A reply is told twice, as an adoption and as a post; only the post has its text.
    """
    if kind == "exposure" or (kind == "adoption" and row.kind == "forward"):
        return ("forward" if kind == "adoption" else kind), texts.get(row.case_id, "")
    if kind == "adoption":
        return "reply", ""
    return ("reply", str(row.text)) if row.kind == "reply" else ("", "")


def _recalled(past: Sequence[_Event], now: float) -> tuple[Recollection, ...]:
    """The last events with a text, what the user did themselves before what they only read."""
    taken = {e.case for e in past if e.kind in {"forward", "post"}}
    told = [e for e in past if e.text and not (e.kind == "exposure" and e.case in taken)]
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
