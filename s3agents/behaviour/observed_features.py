"""Features of observed exposures: one row each, from what had happened before that moment and nothing later."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from s3agents.behaviour.features import (
    FEATURES,
    Moment,
    Past,
    post_features,
    profile_features,
    row_of,
)
from s3agents.events import Source
from s3agents.observed.cascades import Cascades

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Histories", "observed_features"]

_HOUR = 3600.0
_DAY = 24.0
_NEVER = np.inf


@dataclass(slots=True)
class _Contact:
    """When a case first reached a user, and when the user first took part in it; seconds since 1970."""

    heard: float = _NEVER
    shared: float = _NEVER


class Histories:
    """What happened to each user, over all cases of some data whose start is known.

    Args:
        cascades: the data.
        cases: the only ones that count; all by default.
    """

    def __init__(self, cascades: Cascades, *, cases: Collection[str] | None = None) -> None:
        starts = {str(case): float(at) for case, at in cascades.cases["start"].items() if np.isfinite(at)}
        self._start = {case: at for case, at in starts.items() if cases is None or case in cases}
        self._author = {str(case): str(author) for case, author in cascades.cases["author"].items()}
        self._users: dict[str, dict[str, _Contact]] = {}
        for case, user, at in _times(cascades.exposures, self._start):
            contact = self._contact(user, case)
            contact.heard = min(contact.heard, at)
        for case, user, at in _times(cascades.adoptions, self._start):
            contact = self._contact(user, case)
            contact.shared = min(contact.shared, at)
        for case, at in self._start.items():
            self._contact(self._author[case], case).shared = at

    def _contact(self, user: str, case: str) -> _Contact:
        return self._users.setdefault(user, {}).setdefault(case, _Contact())

    def contacts(self, user: str, case: str, at: float) -> list[tuple[str, float, float]]:
        """Cases other than ``case`` with when they reached ``user`` and when the user took part, before ``at``.

        What came later is infinite; cases that came altogether later are left out.
        """
        found = []
        for other, contact in self._users.get(user, {}).items():
            heard = contact.heard if contact.heard < at else _NEVER
            shared = contact.shared if contact.shared < at else _NEVER
            if other != case and (heard < _NEVER or shared < _NEVER):
                found.append((other, heard, shared))
        return found

    def author_of(self, case: str) -> str:
        """Who began ``case``."""
        return self._author[case]

    def past(self, user: str, case: str, author: str, at: float) -> Past:
        """What had happened to ``user`` before ``at``, seconds since 1970, in other cases than ``case``."""
        before = self.contacts(user, case, at)
        heard = [when for _, when, _ in before if when < _NEVER]
        same = [(h, s) for other, h, s in before if self._author[other] == author]
        return Past(
            heard=len(heard),
            shared=sum(s < _NEVER for _, _, s in before),
            forwarded=sum(h < _NEVER and s < _NEVER for _, h, s in before),
            since_heard=(at - max(heard)) / 60.0 if heard else None,
            author_heard=sum(h < _NEVER for h, _ in same),
            author_shared=sum(s < _NEVER for _, s in same),
        )


def observed_features(
    cascades: Cascades, exposures: pd.DataFrame | None = None, *, histories: Histories | None = None
) -> NDArray[np.float64]:
    """The features of exposures, of shape ``(len(exposures), len(FEATURES))``.

    Args:
        cascades: whose users, posts and cases these are.
        exposures: with ``case_id``, ``user_id``, ``minute`` and ``via``; those of ``cascades`` by default.
        histories: of the users; those of ``cascades`` by default.
    """
    rows = cascades.exposures if exposures is None else exposures
    makers = {str(case): None for case in rows["case_id"].unique()}
    known = _Known(cascades, histories or Histories(cascades), makers)
    columns = (rows["case_id"], rows["user_id"], rows["minute"], rows["via"])
    made = [known.row(str(c), str(u), float(m), str(v)) for c, u, m, v in zip(*columns, strict=True)]
    return np.array(made, dtype=np.float64).reshape(-1, len(FEATURES))


class _Known:
    """What does not change from one exposure to the next."""

    def __init__(self, cascades: Cascades, histories: Histories, cases: Mapping[str, None]) -> None:
        self._society = cascades.society
        self._histories = histories
        self._profiles: dict[str, tuple[float, ...]] = {}
        sources = cascades.posts[cascades.posts["kind"] == "source"].drop_duplicates("case_id")
        texts = dict(zip(sources["case_id"], sources["text"], strict=True))
        self._posts = {case: post_features(str(texts.get(case, ""))) for case in cases}
        self._start = cascades.cases["start"].to_dict()
        event = cascades.cases["event"].fillna("").to_dict()
        broke = cascades.cases.groupby(cascades.cases["event"].fillna(""))["start"].min().to_dict()
        self._broke = {case: broke.get(event[case], np.nan) for case in event}
        self._author = cascades.cases["author"].to_dict()

    def row(self, case: str, user: str, minute: float, via: str) -> tuple[float, ...]:
        author, start = str(self._author[case]), float(self._start[case])
        at = start + 60.0 * minute
        is_known = bool(np.isfinite(start))
        moment = Moment(
            forwarded=via != author,
            mutual=self._is_mutual(user, via),
            age=minute,
            elapsed=(at - self._broke[case]) / 60.0 if is_known else None,
            hour=at / _HOUR % _DAY if is_known else None,
        )
        past = self._histories.past(user, case, author, at) if is_known else None
        people = (self._profile(name) for name in (user, author, via))
        return row_of(*people, post=self._posts[case], moment=moment, past=past)

    def _profile(self, user: str) -> tuple[float, ...]:
        if user not in self._profiles:
            position = self._society.index.get(user)  # type: ignore[call-overload]  # looked up to see if it is an id
            persona = None if position is None else self._society.personas[position]
            self._profiles[user] = profile_features(persona)
        return self._profiles[user]

    def _is_mutual(self, user: str, via: str) -> bool:
        index = self._society.index
        reader, sender = index.get(user), index.get(via)  # type: ignore[call-overload]  # looked up to see if it is an id
        if reader is None or sender is None or reader == sender:
            return False
        return self._society.graph.source(reader, sender) is Source.MUTUAL


def _times(rows: pd.DataFrame, start: Mapping[str, float]) -> list[tuple[str, str, float]]:
    """Case, user and moment of the rows of cases whose start is known."""
    columns = zip(rows["case_id"], rows["user_id"], rows["minute"], strict=True)
    return [(str(c), str(u), start[c] + 60.0 * float(m)) for c, u, m in columns if c in start]
