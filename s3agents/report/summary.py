"""Summary: what came of a run, in one page."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from s3agents.record.connection import reading
from s3agents.record.counts import faults_by_cause
from s3agents.report.comparison import Comparison, compare
from s3agents.report.metrics import measured
from s3agents.report.modes import ModeCost, mode_costs
from s3agents.report.run import Run
from s3agents.report.steered import SteeredSum, steered_sums

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CascadeRank", "PostRank", "Summary", "summarise"]

_TOP = 5
_FEW = 10
_FORWARDED = """
SELECT posts.id, posts.author, posts.tick, count(*) AS forwards, text
FROM posts AS passed JOIN posts ON posts.id = passed.parent JOIN texts ON texts.id = posts.text_id
WHERE passed.kind = 'forward' GROUP BY posts.id ORDER BY forwards DESC, posts.tick, posts.author, posts.n LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRank:
    """A post, and how often it was forwarded by those who read it."""

    post: str
    author: str
    tick: int
    forwards: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeRank:
    """A cascade; see :meth:`s3agents.report.run.Run.cascades`."""

    root: str
    author: str
    tick: int
    size: int
    depth: int
    breadth: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What came of a run.

    Attributes:
        name: of the scenario.
        status: of the run.
        failure: why it could not go on.
        users: of the society.
        edges: follow edges among them.
        ticks: committed.
        ticks_planned: of the scenario.
        aware: users who were exposed to a post or published one.
        posts: in words of their authors' own: originals, replies and quotes.
        forwards: forwards.
        exposures: posts that reached somebody.
        turns: number of turns that came to ``forward``, ``post``, another action, ``inactive`` or ``faulted``.
        not_exposed: agent-steps without a turn; with the turns they make ``users`` times ``ticks``.
        attitudes: users by the attitude of their last turn.
        share_positive_first: share of positive attitudes among those aware, at the first tick with ten of them (or
            half of those aware in the end, if that is fewer).
        share_positive_lowest: the lowest from then on.
        share_positive_lowest_tick: its tick.
        share_positive_last: the same after the last tick.
        emotion_peak_tick: the tick of highest emotion, of those with ten turns (or half the most of a tick, if that is
            fewer).
        emotion_peak: mean of calm 0, moderate 1, intense 2 over its turns.
        calls: at the endpoint.
        prompt_tokens: as the endpoint counted them.
        reply_tokens: as the endpoint counted them.
        modes: what came of each mode of cognition and what it cost, the dearest first.
        faults: failed turns by cause, those of an uncommitted tick included.
        top_posts: the five that were forwarded most, by direct forwards.
        cascades: the five biggest, of more than one post.
        comparison: with the known outcome, where the scenario has one.
        metrics: what the metrics that the scenario names came to; see :class:`s3agents.report.metrics.Measured`.
        unmeasured: why others came to nothing, by name.
        steered: what interventions and channels came to.
    """

    name: str
    status: str
    failure: str | None
    users: int
    edges: int
    ticks: int
    ticks_planned: int
    aware: int
    posts: int
    forwards: int
    exposures: int
    turns: dict[str, int]
    not_exposed: int
    attitudes: dict[str, int]
    share_positive_first: float | None
    share_positive_lowest: float | None
    share_positive_lowest_tick: int | None
    share_positive_last: float | None
    emotion_peak_tick: int | None
    emotion_peak: float | None
    calls: int
    prompt_tokens: int
    reply_tokens: int
    modes: tuple[ModeCost, ...]
    faults: dict[str, int]
    top_posts: tuple[PostRank, ...]
    cascades: tuple[CascadeRank, ...]
    comparison: Comparison | None
    metrics: dict[str, float | None]
    unmeasured: dict[str, str]
    steered: tuple[SteeredSum, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As plain values that JSON takes."""
        return asdict(self)


def summarise(run: Run) -> Summary:
    """What came of ``run``, so far if it is not done.

    Raises:
        RecordError: if its record cannot be read.
    """
    manifest, states, metrics = run.manifest, run.final_states(), measured(run)
    attitudes: dict[str, str] = dict(zip(states["user"], states["attitude"], strict=True))
    return Summary(
        name=manifest.name,
        status=manifest.status,
        failure=manifest.failure,
        users=manifest.society.users,
        edges=manifest.society.edges,
        ticks_planned=int(manifest.scenario["ticks"]),
        attitudes=_count(list(attitudes.values()), ("positive", "negative")),
        cascades=_biggest(run),
        comparison=None if manifest.outcome is None else compare(manifest.outcome, attitudes),
        metrics=metrics.values,
        unmeasured=metrics.failures,
        **_sums(run),
        **_course(run),
    )


def _sums(run: Run) -> dict[str, Any]:
    """What one pass over the record adds up to."""
    with reading(run.record) as db:
        names = ("posts", "forwards", "exposures", "not_exposed", "calls", "prompt_tokens", "reply_tokens")
        columns = ", ".join(f"coalesce(sum({name}), 0)" for name in names)
        ticks, *sums = db.execute(f"SELECT count(*), {columns} FROM ticks").fetchone()  # noqa: S608  # names of our own
        outcomes = _pairs(db, "SELECT coalesce(action, 'faulted'), count(*) FROM turns GROUP BY 1")
        return {
            **dict(zip(names, sums, strict=True)),
            "ticks": ticks,
            "turns": _turns(outcomes),
            "modes": mode_costs(db),
            "faults": faults_by_cause(run.record),
            "steered": steered_sums(db),
            "top_posts": tuple(_rank(row) for row in db.execute(_FORWARDED, (_TOP,))),
        }


def _turns(outcomes: Mapping[str, int]) -> dict[str, int]:
    """Numbers of turns: of what S3 has in any case, of other actions where there were any."""
    others = sorted(outcomes.keys() - {"forward", "post", "inactive", "faulted"})
    return {name: outcomes.get(name, 0) for name in ("forward", "post", *others, "inactive", "faulted")}


def _course(run: Run) -> dict[str, Any]:
    """The curves in a few numbers."""
    table = run.curves()
    judged = table[_enough(table["aware"])].dropna(subset=["share_positive"])
    share = judged["share_positive"].tolist()
    lowest = min(range(len(share)), key=share.__getitem__, default=None)
    felt = table[_enough(table["turns"])].dropna(subset=["emotion_level"])
    felt = felt.sort_values("emotion_level", ascending=False, kind="stable")
    return {
        "aware": int(table["aware"].iloc[-1]) if len(table) else 0,
        "share_positive_first": share[0] if share else None,
        "share_positive_lowest": None if lowest is None else share[lowest],
        "share_positive_lowest_tick": None if lowest is None else int(judged["tick"].iloc[lowest]),
        "share_positive_last": share[-1] if share else None,
        "emotion_peak_tick": int(felt["tick"].iloc[0]) if len(felt) else None,
        "emotion_peak": float(felt["emotion_level"].iloc[0]) if len(felt) else None,
    }


def _enough(counts: pd.Series[int]) -> pd.Series[bool]:
    """Where there are enough users for a share to mean something: the authors of the first posts alone are too few."""
    return counts >= max(1, min(_FEW, int(counts.max()) // 2 if len(counts) else 0))


def _biggest(run: Run) -> tuple[CascadeRank, ...]:
    table = run.cascades()
    rows = table[table["size"] > 1].head(_TOP).to_dict("records")
    return tuple(CascadeRank(**{str(name): value for name, value in row.items()}) for row in rows)


def _rank(row: tuple[str, str, int, int, str]) -> PostRank:
    post, author, tick, forwards, text = row
    return PostRank(post=post, author=author, tick=tick, forwards=forwards, text=text)


def _pairs(db: sqlite3.Connection, query: str) -> dict[str, int]:
    return dict(db.execute(query).fetchall())


def _count(values: list[str], names: tuple[str, ...]) -> dict[str, int]:
    return {name: values.count(name) for name in names}
