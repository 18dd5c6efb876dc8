"""Cases to forecast: of each observed cascade what was known at some minute, and what happened then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from s3agents.errors import InputError, explain
from s3agents.evaluation.baselines.base import FEWEST, Beginning, Course, Floats
from s3agents.network.society import Society
from s3agents.observed.cascades import Cascades
from s3agents.observed.derived_truth import count_minutes

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Case", "Cases", "read_cases"]

_DAY = 1440.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """One cascade.

    Attributes:
        id: of the case.
        group: story, or the case itself where none is told; what is learnt for a case comes from other groups.
        author: of the first post.
        text: of the first post.
        forwarders: who forwarded, in the order of ``course.beginning.forwards``.
        course: what was known, and what happened.
        outside: share of the later forwards by users who followed nobody who had forwarded; ``None`` without any.
    """

    id: str
    group: str
    author: str
    text: str
    forwarders: tuple[str, ...]
    course: Course
    outside: float | None

    @property
    def beginning(self) -> Beginning:
        """What was known."""
        return self.course.beginning


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cases:
    """The cascades of some data.

    Attributes:
        name: of the data.
        split: which part of them.
        after: minute at which the forecasts begin.
        minutes: of the curves, from 0 to the end that all cases share, shape ``(n,)``.
        society: users and follow graph.
        cases: those that can be forecast.
        left_out: how many cannot, by reason.
    """

    name: str
    split: str
    after: float
    minutes: Floats
    society: Society
    cases: Sequence[Case]
    left_out: Mapping[str, int]


def read_cases(cascades: Cascades, *, after: float, clean: bool = True, until: float | None = None) -> Cases:
    """The cascades that had begun by minute ``after``.

    Args:
        cascades: what was observed.
        after: minute at which the forecasts begin.
        clean: only cases that the data call clean.
        until: minute at which the forecasts end; by default the last one of the data's own curves, a day without any.

    Raises:
        InputError: if no case can be forecast, or the forecasts would end before they begin.
    """
    minutes = _minutes(cascades, until)
    if not minutes[-1] > after:
        raise InputError(
            explain("time to forecast", wanted=f"a beginning before {minutes[-1]:g} min", got=f"{after:g}")
        )
    chosen = cascades.cases[cascades.cases["clean"].astype(bool)] if clean else cascades.cases
    left_out = {"not clean": len(cascades.cases) - len(chosen)}
    build = _Builder(cascades, after, minutes)
    cases = [build(str(case), row) for case, row in chosen.iterrows()]
    begun = [case for case in cases if case.beginning.count >= FEWEST]
    left_out[f"with fewer than {FEWEST} forwards by minute {after:g}"] = len(cases) - len(begun)
    if not begun:
        got = ", ".join(f"{n:,} {why}" for why, n in left_out.items() if n) or "none"
        raise InputError(explain(f"cases of {cascades.name}", wanted="some that had begun", got=got))
    return Cases(
        name=cascades.name,
        split=cascades.split,
        after=after,
        minutes=minutes,
        society=cascades.society,
        cases=begun,
        left_out=left_out,
    )


def _minutes(cascades: Cascades, until: float | None) -> Floats:
    """The times at which the data count, as far as every case goes."""
    if cascades.truth is None:
        return count_minutes(until or _DAY)
    shared = cascades.truth.groupby("case_id")["minute"].max().min()
    end = min(float(shared), until or np.inf)
    minutes: Floats = np.unique(cascades.truth["minute"].to_numpy(dtype=np.float64))
    return minutes[minutes <= end]


class _Builder:
    def __init__(self, cascades: Cascades, after: float, minutes: Floats) -> None:
        self._society, self._after, self._minutes = cascades.society, after, minutes
        forwards = cascades.adoptions[cascades.adoptions["kind"] == "forward"]
        self._forwards = dict(iter(forwards.groupby("case_id")))
        self._truth = {} if cascades.truth is None else dict(iter(cascades.truth.groupby("case_id")))
        sources = cascades.posts[cascades.posts["kind"] == "source"].drop_duplicates("case_id").set_index("case_id")
        self._texts: Mapping[Any, Any] = sources["text"].to_dict()

    def __call__(self, case: str, row: pd.Series) -> Case:
        users, times = self._adopted(case)
        author = row["author"] if isinstance(row["author"], str) and row["author"] else f"{case}~author"
        known = times <= self._after
        spreaders = self._positions([author, *users[: int(known.sum())]])
        beginning = Beginning(after=self._after, forwards=times[known], spreaders=np.unique(spreaders))
        story = row["story"]
        return Case(
            id=case,
            group=story if isinstance(story, str) and story else case,
            author=author,
            text=str(self._texts.get(case) or case),
            forwarders=tuple(users[: beginning.count]),
            course=Course(beginning=beginning, minutes=self._minutes, values=self._values(case, times)),
            outside=self._outside(author, users, beginning.count),
        )

    def _adopted(self, case: str) -> tuple[list[str], Floats]:
        found = self._forwards.get(case)
        if found is None:
            return [], np.zeros(0)
        found = found.sort_values("minute", kind="stable")
        return found["user_id"].astype(str).tolist(), found["minute"].to_numpy(dtype=np.float64).clip(0.0)

    def _positions(self, users: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        index: Mapping[Any, int] = self._society.index
        return np.array([index[user] for user in users if user in index], dtype=np.int32)

    def _values(self, case: str, times: Floats) -> Floats:
        """The data's own count where they have one, else that of the forwards."""
        truth = self._truth.get(case)
        if truth is None or truth["forwards"].isna().all():
            return times.searchsorted(self._minutes, side="right").astype(np.float64)
        at = np.maximum(truth["minute"].to_numpy().searchsorted(self._minutes, side="right") - 1, 0)
        return truth["forwards"].to_numpy(dtype=np.float64)[at]

    def _outside(self, author: str, users: Sequence[str], known: int) -> float | None:
        """Share of the later forwards that no follow edge explains."""
        if len(users) <= known:
            return None
        graph, index = self._society.graph, self._society.index
        reached, unexplained = np.zeros(graph.n, dtype=np.bool_), 0
        for number, user in enumerate([author, *users]):
            at = index.get(user)  # type: ignore[call-overload]  # any text is looked up
            unexplained += number > known and (at is None or not reached[at])
            if at is not None:
                reached[graph.followers(at)] = True
        return unexplained / (len(users) - known)
