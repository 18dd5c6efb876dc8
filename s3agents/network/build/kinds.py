"""The class of every user who is kept (S3 section 4.1), by the platform's counts where nearly all have them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from s3agents.config.classes import ClassThresholds
from s3agents.network.build.choice import Choice
from s3agents.network.build.raw_data import RawData
from s3agents.network.classes import CLASSES, classify
from s3agents.network.ties import count_ties

__all__ = ["Kinds", "kinds_of"]

Counts = NDArray[np.int64]


class Kinds(NamedTuple):
    """Classes, and what they were told by.

    Attributes:
        names: of the class of each user who is kept, in their order.
        ties_from: ``platform`` or ``graph``.
        posts_from: ``platform``, ``posts`` (those that the society has) or ``unknown``.
    """

    names: tuple[str, ...]
    ties_from: str
    posts_from: str

    def counts(self) -> dict[str, int]:
        """Users by class."""
        return {name: self.names.count(name) for name in CLASSES}


def kinds_of(data: RawData, choice: Choice, thresholds: ClassThresholds) -> Kinds:
    """The classes of the users of ``choice``; who lacks a count of the platform is judged by the society."""
    ties, least = count_ties(choice.graph), thresholds.platform_share
    followers, followees, written = (
        _known(data.people.counts(name)[choice.users], least) for name in ("followers", "followees", "posts")
    )
    here = np.bincount(data.posts.author[choice.posts], minlength=len(choice.users))[choice.users]
    told = followers is not None and followees is not None
    posts_from = "platform" if written is not None else "posts" if here.any() else "unknown"
    codes = classify(
        followers=_completed(followers if told else None, ties.followers),
        followees=_completed(followees if told else None, ties.followees),
        mutual=ties.mutual,
        posts=None if posts_from == "unknown" else _completed(written, here),
        thresholds=thresholds,
    )
    return Kinds(tuple(CLASSES[code] for code in codes.tolist()), "platform" if told else "graph", posts_from)


def _known(counts: Counts, least: float) -> Counts | None:
    """``counts`` if at least a share of ``least`` is known, that is, not negative."""
    known = np.count_nonzero(counts >= 0)
    return counts if known and known >= least * len(counts) else None


def _completed(counts: Counts | None, others: Counts) -> Counts:
    return others if counts is None else np.where(counts < 0, others, counts)
