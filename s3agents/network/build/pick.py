"""Which posts of the users who are kept a society has."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from s3agents.config.build import BuildOptions
from s3agents.network.build.account import Loss
from s3agents.network.build.raw_data import RawData

__all__ = ["newest", "pick_posts"]

Mask = NDArray[np.bool_]


def pick_posts(data: RawData, users: Mask, options: BuildOptions) -> tuple[Mask, tuple[Loss, ...]]:
    """The posts that are kept, shape ``(posts,)``, and how many of the usable ones are not, by reason.

    Args:
        data: what was read.
        users: who is kept; shape ``(users,)``.
        options: of the build.
    """
    kept = data.usable & users[data.posts.author]
    losses = [Loss("by a user who is left out", _lost(data.usable, kept))]
    if options.posts == "topic":
        before, kept = kept, kept & data.on_topic
        losses.append(Loss("off the topic", _lost(before, kept)))
    if options.posts_per_user is not None:
        before, kept = kept, newest(data.posts.author, data.posts.time, kept, most=options.posts_per_user)
        losses.append(Loss(f"not among the newest {options.posts_per_user:,} of the user", _lost(before, kept)))
    return kept, tuple(losses)


def newest(author: NDArray[np.int32], time: NDArray[np.float64], among: Mask, *, most: int) -> Mask:
    """The newest ``most`` posts of each author among those of ``among``; shape ``(posts,)``.

    Of posts of one time the later record is newer; posts without a time are older than all others.
    """
    chosen = np.flatnonzero(among)
    order = np.lexsort((np.nan_to_num(time[chosen], nan=-np.inf), author[chosen]))
    by_author = author[chosen][order]
    newer = np.searchsorted(by_author, by_author, side="right") - np.arange(len(by_author)) - 1
    kept = np.zeros_like(among)
    kept[chosen[order[newer < most]]] = True
    return kept


def _lost(before: Mask, after: Mask) -> int:
    return int(before.sum()) - int(after.sum())
