"""The three classes of users: influential, regular, low-impact (S3 section 4.1, "Environment Construction")."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from s3agents.config.classes import ClassThresholds
from s3agents.network.society import Society
from s3agents.network.ties import Ties, count_ties

__all__ = ["CLASSES", "Classes", "class_of", "classify"]

CLASSES = ("influential", "regular", "low_impact")
"""Names of the classes, by code."""

_INFLUENTIAL, _REGULAR, _LOW_IMPACT = range(3)
_DEFAULT = ClassThresholds()
_MOST = 2**62
Counts = NDArray[np.int64]


class Classes(NamedTuple):
    """The classes of the users of a society, and what they were told by.

    Attributes:
        codes: index into :data:`CLASSES` by user, shape ``(n,)``.
        followers: of each user, shape ``(n,)``, as are all counts.
        followees: likewise.
        ties: those within the society.
        posts: posts written; ``None`` where nothing is known of anybody's.
        ties_from: ``platform`` (the extras ``followers_count`` and ``followees_count``) or ``graph`` (the edges).
        posts_from: ``platform`` (the extra ``posts_count``), ``history``, or ``unknown``.
    """

    codes: NDArray[np.int8]
    followers: Counts
    followees: Counts
    ties: Ties
    posts: Counts | None
    ties_from: Literal["platform", "graph"]
    posts_from: Literal["platform", "history", "unknown"]


def classify(
    *,
    followers: ArrayLike,
    followees: ArrayLike,
    mutual: ArrayLike,
    posts: ArrayLike | None,
    thresholds: ClassThresholds = _DEFAULT,
) -> NDArray[np.int8]:
    """The class of each user, as an index into :data:`CLASSES` (S3 section 4.1).

    Influential: among the most followed, with far more followers than followees, and not silent. Where nearly all
    ties are mutual, the network has no direction and the ratio of the two is not asked for. Users who tie for a rank
    are all in or all out: in a society of equals nobody is influential.

    Low-impact: few followers, compared with others, and few posts; or nobody who would hear them. Regular: the rest.

    Args:
        followers: of each user, shape ``(n,)``, as are the following.
        followees: of each user.
        mutual: mutual ties of each user.
        posts: posts written by each user; ``None`` where activity is unknown and thus not asked for.
        thresholds: where the classes begin.

    Raises:
        ValueError: if the shapes differ.
    """
    fans, idols, friends = np.asarray(followers), np.asarray(followees), np.asarray(mutual)
    written = np.zeros_like(fans) if posts is None else np.asarray(posts)
    if not fans.shape == idols.shape == friends.shape == written.shape == (len(fans),):
        raise ValueError(
            f"counts must be of one length, got {fans.shape}, {idols.shape}, {friends.shape}, {written.shape}"
        )
    codes = np.full(len(fans), _REGULAR, dtype=np.int8)
    if len(codes):
        directed = bool(friends.sum() < thresholds.undirected_share * max(fans.sum(), idols.sum()))
        codes[_low_impact(fans, written, thresholds)] = _LOW_IMPACT
        codes[_influential(fans, idols if directed else None, posts=written, limits=thresholds)] = _INFLUENTIAL
    return codes


def _influential(
    followers: Counts, followees: Counts | None, *, posts: Counts, limits: ClassThresholds
) -> NDArray[np.bool_]:
    places = math.ceil(limits.influential_share * len(followers))
    ordered = np.sort(followers)
    at_least_as_many = len(ordered) - np.searchsorted(ordered, followers)
    chosen: NDArray[np.bool_] = (at_least_as_many <= places) & (followers >= max(limits.influential_followers, 1))
    chosen &= posts >= _quantile(posts, limits.influential_posts)
    if followees is not None:
        chosen &= followers >= limits.influential_ratio * followees
    return chosen


def _low_impact(followers: Counts, posts: Counts, limits: ClassThresholds) -> NDArray[np.bool_]:
    few = followers <= limits.low_impact_ratio * np.median(followers)
    few |= (followers <= limits.low_impact_followers) & (followers < followers.mean())
    few &= followers <= _quantile(followers, limits.low_impact_share)
    seldom = posts <= _quantile(posts, limits.low_impact_posts)
    chosen: NDArray[np.bool_] = (few & seldom) | (followers == 0)
    return chosen


def _quantile(counts: Counts, share: float) -> int:
    """The smallest of ``counts`` that at least ``share`` of them do not exceed."""
    return int(np.quantile(counts, share, method="inverted_cdf"))


def class_of(society: Society, thresholds: ClassThresholds = _DEFAULT) -> Classes:
    """The class of each user of ``society``, and by which counts.

    Counts by the platform go before what the society itself shows, where nearly all users have them
    (``thresholds.platform_share``); those who lack them are then judged by their ties in the society. Posts are those
    that the platform counts, else those of the history, if there is one.
    """
    ties = count_ties(society.graph)
    least = thresholds.platform_share
    followers = _platform(society, "followers_count", least=least)
    followees = _platform(society, "followees_count", least=least)
    ties_from: Literal["platform", "graph"] = "graph"
    fans, idols = ties.followers, ties.followees
    if followers is not None and followees is not None:
        ties_from = "platform"
        fans, idols = _completed(followers, fans), _completed(followees, idols)
    posts, posts_from = _posts(society, least)
    codes = classify(followers=fans, followees=idols, mutual=ties.mutual, posts=posts, thresholds=thresholds)
    return Classes(codes, fans, idols, ties, posts, ties_from, posts_from)


def _posts(society: Society, least: float) -> tuple[Counts | None, Literal["platform", "history", "unknown"]]:
    history = np.array([len(society.history.get(user, ())) for user in society.ids], dtype=np.int64)
    written = _platform(society, "posts_count", least=least)
    if written is not None:
        return _completed(written, history), "platform"
    return (history, "history") if history.any() else (None, "unknown")


def _platform(society: Society, name: str, *, least: float) -> Counts | None:
    """The extra ``name`` of each user, -1 where it is no count; ``None`` where too few users have it."""
    told = [persona.extra.get(name) for persona in society]
    if not told or told.count(None) == len(told):
        return None
    found = np.array([_count(value) for value in told], dtype=np.int64)
    known = np.count_nonzero(found >= 0)
    return found if known and known >= least * len(found) else None


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return -1
    return int(value) if 0 <= value < _MOST else -1


def _completed(counts: Counts, others: Counts) -> Counts:
    """``counts`` with ``others`` where they are missing."""
    return np.where(counts < 0, others, counts)
