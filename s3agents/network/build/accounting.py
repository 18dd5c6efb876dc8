"""Accounting: the counts of a build, brought together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from s3agents.network.build.account import BuildAccount, Funnel, Loss, tally
from s3agents.network.build.choice import Choice
from s3agents.network.build.disguise import Disguise
from s3agents.network.build.kinds import Kinds
from s3agents.network.build.raw_data import RawData
from s3agents.network.build.user_rows import UserRows
from s3agents.network.load_report import LoadReport

__all__ = ["account_for"]

_NAMED = 20


def account_for(
    data: RawData, choice: Choice, kinds: Kinds, *, rows: UserRows, disguise: Disguise, name: str
) -> BuildAccount:
    """The account of a build.

    Args:
        data: what was read.
        choice: what of it is kept.
        kinds: classes of the users.
        rows: of the users, all written.
        disguise: with which they were written.
        name: of the scenario.
    """
    hide = disguise.hides
    files = list(dict.fromkeys(file.file for report in data.reports for file in report.files))
    outside = len(data.edges.follower) - choice.graph.edges
    return BuildAccount(
        name=name,
        layout=data.source.layout,
        files=len(files),
        file_names=() if hide else tuple(files[:_NAMED]),
        users=_funnel(
            data.users_report,
            data.people.records,
            hide=hide,
            met=len(data.people) - data.people.records,
            left_out=choice.users_left_out,
            kept=choice.graph.n,
        ),
        follows=_funnel(
            data.follows_report,
            len(data.edges.follower),
            hide=hide,
            left_out=(Loss("one end is left out", outside),),
            kept=choice.graph.edges,
        ),
        posts=_funnel(
            data.posts_report,
            int(data.usable.sum()),
            hide=hide,
            left_out=choice.posts_left_out,
            kept=int(choice.posts.sum()),
        ),
        on_topic=int(data.on_topic.sum()),
        kept_on_topic=int((choice.posts & data.on_topic).sum()),
        growth=choice.reached.steps,
        criteria=choice.verdicts.criteria,
        spared=choice.verdicts.spared,
        demographics=dict(rows.known),
        classes=kinds.counts(),
        ties_from=kinds.ties_from,
        posts_from=kinds.posts_from,
        columns_replaced=dict(rows.replaced),
        columns_left_out=dict(disguise.left_out),
        notes=(*_notes(data), *_columns(rows, disguise)),
    )


def _funnel(
    report: LoadReport, usable: int, *, hide: bool, left_out: tuple[Loss, ...], kept: int, met: int = 0
) -> Funnel:
    counts = tally(report, usable, hide=hide)
    return Funnel(
        read=counts.read,
        helpers=counts.helpers,
        unusable=counts.unusable,
        values=counts.values,
        left_out=left_out,
        kept=kept,
        met=met,
    )


def _notes(data: RawData) -> list[str]:
    notes = []
    if data.topic.is_everything:
        notes.append(
            "no keywords: every post counts as on the topic"
            if len(data.posts)
            else "the data have no posts: every user counts as of the core"
        )
    undated = int(np.isnan(data.posts.time[data.usable]).sum())
    if data.topic.has_span and undated:
        notes.append(f"{undated:,} posts without a time are off the topic, for it has a span of time")
    if len(data.people) > data.people.records:
        met = len(data.people) - data.people.records
        notes.append(f"{met:,} users have no record of their own: they write, follow, or are followed")
    return notes


def _columns(rows: UserRows, disguise: Disguise) -> Iterator[str]:
    if rows.replaced:
        yield f"columns of the data whose place the build takes: {_listed(rows.replaced)}"
    if disguise.left_out:
        yield f"columns that pseudonymised users do not have: {_listed(disguise.left_out)} (--keep-column keeps one)"
    if disguise.unseen:
        yield f"columns to keep that no user has: {', '.join(sorted(disguise.unseen))}"


def _listed(columns: Mapping[str, int]) -> str:
    return ", ".join(f"{name} ({count:,} values)" for name, count in columns.items())
