"""Choice: who and what of the raw data becomes the society (S3 section 4.2.1), and what is left out at each step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from s3agents.config.build import BuildOptions
from s3agents.network.build.account import Loss
from s3agents.network.build.cleaning import CLEAN, Verdicts, judge
from s3agents.network.build.neighbourhood import Reached, grow
from s3agents.network.build.nothing import all_barred, check_usable, nobody_wrote
from s3agents.network.build.pick import pick_posts
from s3agents.network.build.raw_data import RawData
from s3agents.network.build.trim import best_connected, graph_among, largest_component
from s3agents.network.graph import FollowGraph

__all__ = ["Choice", "choose"]

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What becomes the society.

    Attributes:
        core: authors of posts on the topic; shape ``(users,)``.
        users: who is kept; shape ``(users,)``.
        graph: among them, in their order.
        posts: which posts are kept; shape ``(posts,)``.
        reached: how the society grew.
        verdicts: of the clean-up.
        users_left_out: and why.
        posts_left_out: and why.
    """

    core: Mask
    users: Mask
    graph: FollowGraph
    posts: Mask
    reached: Reached
    verdicts: Verdicts
    users_left_out: tuple[Loss, ...]
    posts_left_out: tuple[Loss, ...]


def choose(data: RawData, options: BuildOptions) -> Choice:
    """What of ``data`` becomes the society.

    Raises:
        InputError: if that is nobody.
    """
    check_usable(data)
    core = _core(data)
    verdicts = judge(options.cleaning, data.people, edges=data.edges, posts=data.posts, usable=data.usable)
    barred = verdicts.first != CLEAN
    reached = grow(core, data.edges, barred=barred, via=options.via, depth=options.depth)
    if not reached.members.any():
        raise all_barred(verdicts, core)
    users, trimmed = _trimmed(reached.members, core, data, options)
    posts, posts_left_out = pick_posts(data, users, options)
    return Choice(
        core=core,
        users=users,
        graph=graph_among(users, data.edges),
        posts=posts,
        reached=reached,
        verdicts=verdicts,
        users_left_out=(_unreached(reached, options.depth), *_barred(reached, verdicts), *trimmed),
        posts_left_out=posts_left_out,
    )


def _core(data: RawData) -> Mask:
    core = np.zeros(len(data.people), dtype=np.bool_)
    core[data.posts.author[data.on_topic]] = True
    if not len(data.posts) and data.topic.is_everything:
        core[:] = True
    if not core.any():
        raise nobody_wrote(data)
    return core


def _unreached(reached: Reached, depth: int) -> Loss:
    reason = f"not connected to the core within depth {depth}" if depth else "not in the core"
    return Loss(reason, int((~(reached.members | reached.barred)).sum()))


def _barred(reached: Reached, verdicts: Verdicts) -> list[Loss]:
    counts = np.bincount(verdicts.first[reached.barred], minlength=len(verdicts.criteria))
    pairs = zip(verdicts.criteria, counts.tolist(), strict=True)
    return [Loss(f"clean-up: {criterion.name}", count) for criterion, count in pairs]


def _trimmed(members: Mask, core: Mask, data: RawData, options: BuildOptions) -> tuple[Mask, list[Loss]]:
    """First to so many users, then to what hangs together, so that the society is both small enough and connected."""
    losses = []
    if options.max_users is not None:
        kept = best_connected(members, core, data.edges, most=options.max_users, ids=data.people.ids)
        losses.append(Loss(f"not among the {options.max_users:,} best connected to the core", _lost(members, kept)))
        members = kept
    if options.largest_component:
        kept = largest_component(members, data.edges)
        losses.append(Loss("outside of the largest component", _lost(members, kept)))
        members = kept
    return members, losses


def _lost(before: Mask, after: Mask) -> int:
    return int(before.sum()) - int(after.sum())
