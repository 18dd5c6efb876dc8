"""Clean-up: who is taken for a bot or a zombie, by criteria that are stated, can be moved, and are counted each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from s3agents.config.build import Cleaning
from s3agents.network.build.edges import Edges
from s3agents.network.build.people import People
from s3agents.network.build.posts import Posts

__all__ = ["CLEAN", "Criterion", "Verdicts", "judge"]

CLEAN = -1
_DAY = 86_400.0

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


class Criterion(NamedTuple):
    """What one criterion found.

    Attributes:
        name: its key in :class:`~s3agents.config.build.Cleaning`.
        rule: what it asks, with the thresholds in use.
        judged: of how many users the data say enough; none: not applicable.
        met: how many of them meet it.
    """

    name: str
    rule: str
    judged: int
    met: int


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Who is taken for what.

    Attributes:
        first: the first criterion that each user meets, as an index of ``criteria``; :data:`CLEAN` for the others;
            shape ``(users,)``.
        criteria: all that were asked for.
        spared: verified users who meet one.
    """

    first: NDArray[np.int8]
    criteria: tuple[Criterion, ...]
    spared: int


class _Finding(NamedTuple):
    name: str
    rule: str
    judged: Mask
    met: Mask


def judge(cleaning: Cleaning | None, people: People, *, edges: Edges, posts: Posts, usable: Mask) -> Verdicts:
    """Who of ``people`` meets which criterion of ``cleaning``.

    Args:
        cleaning: the criteria; ``None`` asks for nothing.
        people: users.
        edges: who follows whom.
        posts: what they wrote.
        usable: which of the posts count.
    """
    first = np.full(len(people), CLEAN, dtype=np.int8)
    if cleaning is None:
        return Verdicts(first, (), 0)
    findings = list(_findings(cleaning, people, edges=edges, posts=posts, usable=usable))
    for number, finding in enumerate(findings):
        first[finding.met & (first == CLEAN)] = number
    spared = (first != CLEAN) & people.verified & cleaning.exempt_verified
    first[spared] = CLEAN
    counts = (Criterion(f.name, f.rule, int(f.judged.sum()), int(f.met.sum())) for f in findings)
    return Verdicts(first, tuple(counts), int(spared.sum()))


def _findings(limits: Cleaning, people: People, *, edges: Edges, posts: Posts, usable: Mask) -> Iterator[_Finding]:
    if limits.posts_per_day is not None:
        rate = np.fmax(_platform_rate(people, posts, usable), _data_rate(len(people), posts, usable))
        rule = f"at least {limits.posts_per_day:g} posts a day"
        yield _Finding("posts_per_day", rule, ~np.isnan(rate), rate >= limits.posts_per_day)
    if limits.duplicate_share is not None:
        share = _repeats(len(people), posts, usable, least=limits.duplicate_posts)
        rule = f"{limits.duplicate_share:.0%} of at least {limits.duplicate_posts} own posts repeat one of theirs"
        yield _Finding("duplicate_share", rule, ~np.isnan(share), share >= limits.duplicate_share)
    if limits.follow_ratio is not None:
        yield _unbalanced(people, limits.follow_ratio, least=limits.follow_ratio_followees)
    if limits.zombie_posts is not None:
        written = np.bincount(posts.author[usable], minlength=len(people))
        idols = np.bincount(edges.follower, minlength=len(people))
        yield _zombies(people, written, idols, most_posts=limits.zombie_posts, most_followers=limits.zombie_followers)


def _platform_rate(people: People, posts: Posts, usable: Mask) -> Floats:
    """Posts a day of each account by the platform's count, until the data end; NaN if unknown.

    The data end with their last post, or with the last account, if that is later.
    """
    written = people.counts("posts")
    moments = np.concatenate([posts.time[usable], people.created])
    rate = np.full(len(people), np.nan)
    known = (written >= 0) & ~np.isnan(people.created)
    if known.any():
        age = (np.nanmax(moments) - people.created[known]) / _DAY
        rate[known] = written[known] / np.maximum(age, 1.0)
    return rate


def _data_rate(users: int, posts: Posts, usable: Mask) -> Floats:
    """Posts a day of each author in the data, over the span of all that have a time; NaN of those without any."""
    dated = usable & ~np.isnan(posts.time)
    count = np.bincount(posts.author[dated], minlength=users).astype(np.float64)
    count[count == 0] = np.nan
    if dated.any():
        count /= max(float(np.ptp(posts.time[dated])) / _DAY, 1.0)
    return count


def _repeats(users: int, posts: Posts, usable: Mask, *, least: int) -> Floats:
    """The share of each user's own posts that repeat an earlier one of theirs; NaN with fewer than ``least``."""
    own = np.flatnonzero(usable & ~posts.is_forward)
    author, text = posts.author[own], posts.text[own]
    order = np.lexsort((text, author))
    author, text = author[order], text[order]
    again = (author[1:] == author[:-1]) & (text[1:] == text[:-1])
    count = np.bincount(author, minlength=users).astype(np.float64)
    count[count < least] = np.nan
    share: Floats = np.bincount(author[1:][again], minlength=users) / count
    return share


def _unbalanced(people: People, ratio: float, *, least: int) -> _Finding:
    followers, followees = people.counts("followers"), people.counts("followees")
    judged = (followers >= 0) & (followees >= 0)
    rule = f"at least {least:,} followees, and {ratio:g} for each follower"
    return _Finding("follow_ratio", rule, judged, judged & (followees >= least) & (followees >= ratio * followers))


def _zombies(
    people: People, written: NDArray[np.int64], idols: NDArray[np.int64], *, most_posts: int, most_followers: int
) -> _Finding:
    """Judged by the platform's counts; where nobody has a bio, the data have none, and nobody is judged."""
    posts, followers = people.counts("posts"), people.counts("followers")
    judged = (posts >= 0) & (followers >= 0) & people.has_bio.any()
    follows = (people.counts("followees") > 0) | (idols > 0)
    idle = (np.maximum(posts, written) <= most_posts) & (followers <= most_followers)
    rule = f"follows somebody, at most {most_posts} posts and {most_followers} followers ever, no bio"
    return _Finding("zombie_posts", rule, judged, judged & follows & idle & ~people.has_bio)
