"""By group: what the users of each group of a scenario did in a run, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from s3agents.errors import InputError, explain
from s3agents.inquiry.moment import Past
from s3agents.labels import EMOTIONS, Attitude
from s3agents.report.run import Run

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ELSE", "GroupOutcome", "group_outcomes", "groups_of"]

ELSE = "everybody else"
"""Those who belong to no group."""

_SEED = "seed"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOutcome:
    """One group in a run. What the scenario put into somebody's mouth (seed posts) is no act of theirs.

    Attributes:
        group: its name, or :data:`ELSE`.
        users: its members.
        awake: of them, who had a turn.
        turns: of theirs, those that failed included.
        acts: turns in which they did something, by what it was.
        faults: turns that failed.
        forwarded: forwards of their posts, of seed posts as well, by whomever.
        emotion: mean level in their turns, 0 calm to 2 intense; ``None`` without any.
        positive: share of those with a turn whose last attitude is positive; ``None`` without any.
        tokens: of the model, prompts and replies.
    """

    group: str
    users: int
    awake: int
    turns: int
    acts: dict[str, int]
    faults: int
    forwarded: int
    emotion: float | None
    positive: float | None
    tokens: int


def groups_of(past: Past) -> dict[str, str]:
    """The group of each user of a run, by id.

    Raises:
        InputError: if its scenario has none.
    """
    cognition, roster = past.prepared.scenario.cognition, past.prepared.roster
    if not cognition.groups:
        what = f"scenario of {past.folder.path}"
        raise InputError(explain(what, wanted="cognition.groups", got="none"))
    return {str(user.id): getattr(roster.mind_of(user), "name", ELSE) for user in past.prepared.society}


def group_outcomes(past: Past) -> list[GroupOutcome]:
    """What came of each group, in the order of the scenario, and of everybody else.

    Raises:
        InputError: if there are no groups.
        RecordError: if the record cannot be read.
    """
    groups, run = groups_of(past), Run(past.folder.path)
    turns, posts = run.turns(), run.posts()
    turns = turns.assign(group=turns["user"].map(groups))
    forwards = posts[posts["kind"] == "forward"]
    authors = forwards["parent"].map(dict(zip(posts["id"], posts["author"], strict=True)))
    heard = authors.map(groups).value_counts()
    names = [*dict.fromkeys(group.name for group in past.prepared.scenario.cognition.groups), ELSE]
    members = {name: sum(group == name for group in groups.values()) for name in names}
    return [_outcome(name, members[name], turns[turns["group"] == name], int(heard.get(name, 0))) for name in names]


def _outcome(name: str, users: int, turns: pd.DataFrame, forwarded: int) -> GroupOutcome:
    own = turns[turns["mode"] != _SEED]
    acts = own["action"].value_counts().drop("inactive", errors="ignore").sort_index()
    levels = turns["emotion"].dropna().map(EMOTIONS.index)
    last: Any = turns.dropna(subset=["attitude"]).groupby("user")["attitude"].last()
    return GroupOutcome(
        group=name,
        users=users,
        awake=int(turns["user"].nunique()),
        turns=len(own),
        acts={str(act): int(count) for act, count in acts.items()},
        faults=int(own["action"].isna().sum()),
        forwarded=forwarded,
        emotion=float(levels.mean()) if len(levels) else None,
        positive=float((last == Attitude.POSITIVE).mean()) if len(last) else None,
        tokens=int(turns["prompt_tokens"].sum() + turns["reply_tokens"].sum()),
    )
