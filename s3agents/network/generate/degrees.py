"""Degrees: how many followers, followees, mutual ties and posts each user is to have, so that the classes come out.

The followers, the followees and the posts of all users are power laws; which user gets which number is what makes the
classes (S3 section 4.1). Influential users have the most followers, few followees and more posts than most; regular
users are in balance; low-impact users have the fewest followers and few posts. What is called a class is up to
:func:`~s3agents.network.classes.classify`, which is asked how many users of each class came of it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from s3agents.config.classes import ClassThresholds
from s3agents.config.generate import GenerateSection
from s3agents.network.classes import CLASSES, classify
from s3agents.network.generate.power_law import power_law
from s3agents.network.generate.streams import Floats, Longs, apportion, picks, shuffled, stream

__all__ = ["POSTS_EXPONENT", "Degrees", "class_shares", "draw_degrees"]

POSTS_EXPONENT = 2.5
"""Exponent of the power law of posts: the most active tenth writes about two thirds of them."""

_POSTS_MOST = 1_000
"""Posts of one user, unless users write more on average: what a crawl takes of one account."""

_UNHEARD = (0.6, 0.7, 0.8, 0.9, 1.0)
"""Shares of the low-impact users who have no follower at all, in the order in which they are tried."""
_NEAR = 0.002
_LOOSE = 0.5
"""How far the order of followees and posts strays from that of followers: 0 not at all, 1 as if there were no tie."""
_THRESHOLDS = ClassThresholds()


class Degrees(NamedTuple):
    """Counts by user, each of shape ``(n,)``, in descending order of followers.

    Attributes:
        followers: they and the followees add up to the number of relations.
        followees: of each user.
        mutual: ties that are both; at most the smaller of the two.
        posts: of each user.
    """

    followers: Longs
    followees: Longs
    mutual: Longs
    posts: Longs


def draw_degrees(section: GenerateSection) -> Degrees:
    """The degrees of a society, with class shares as near to those asked for as can be."""
    tries = []
    for unheard in _UNHEARD:
        degrees = _try(section, unheard)
        found = class_shares(degrees)
        off = max(abs(found[name] - getattr(section.classes, name)) for name in CLASSES)
        if off <= _NEAR:
            return degrees
        tries.append((off, unheard, degrees))
    return min(tries, key=lambda one: one[:2])[2]


def class_shares(degrees: Degrees) -> dict[str, float]:
    """The share of users in each class, by name."""
    codes = classify(
        followers=degrees.followers, followees=degrees.followees, mutual=degrees.mutual, posts=degrees.posts
    )
    return dict(zip(CLASSES, (np.bincount(codes, minlength=len(CLASSES)) / max(len(codes), 1)).tolist(), strict=True))


def _try(section: GenerateSection, unheard: float) -> Degrees:
    n, total, rng = section.users, section.relations, stream(section.seed, "degrees")
    classes = section.classes
    influential, _, low = apportion(np.array([classes.influential, classes.regular, classes.low_impact]), n).tolist()
    heard = max(min(n - round(unheard * low), total), -(-total // max(n - 1, 1)))
    followers = np.zeros(n, dtype=np.int64)
    followers[:heard] = power_law(heard, total, exponent=section.follower_exponent, least=1, most=n - 1, rng=rng)
    followees = _followees(section, followers, influential, rng)
    mutual = _mutual(followers, followees, section.mutual_pairs, rng)
    return Degrees(followers, followees, mutual, _posts(section, followers, (influential, n - low), rng))


def _followees(section: GenerateSection, followers: Longs, influential: int, rng: np.random.Generator) -> Longs:
    """Followees by user: few of the influential, the most of those who come next, of the rest about as followers."""
    n, total = len(followers), section.relations
    values = power_law(n, total, exponent=section.followee_exponent, least=int(total >= n), most=n - 1, rng=rng)
    few = int(np.count_nonzero(values > followers[max(influential - 1, 0)] / _THRESHOLDS.influential_ratio))
    first = min(few, n - influential)  # where the values begin that are few enough, or may have to be
    chosen = first + shuffled(n - first, rng)[:influential]
    others = np.delete(values, chosen)
    places = max(math.ceil(_THRESHOLDS.influential_share * n), influential)
    made = np.concatenate([values[chosen], others])
    made[places + np.argsort(_strayed(n - places, rng), kind="stable")] = others[places - influential :]
    return _reachable(made, followers, section.mutual_pairs, influential)


def _strayed(n: int, rng: np.random.Generator) -> Floats:
    """Keys of ``n`` users that sort them nearly, not quite, in their order."""
    return (1.0 - _LOOSE) * np.arange(n) / max(n, 1) + _LOOSE * rng.random(n)


def _reachable(followees: Longs, followers: Longs, pairs: int, influential: int) -> Longs:
    """``followees``, moved between users until ``pairs`` mutual ties have room, at the influential only if need be."""
    few = followers.copy()
    few[:influential] //= int(_THRESHOLDS.influential_ratio)
    for most, least in ((few, 1), (few, 0), (followers, 1), (followers, 0)):
        missing = 2 * pairs - int(np.minimum(followers, followees).sum())
        if missing <= 0:
            break
        room = np.maximum(most - followees, 0)
        spare = np.maximum(followees - np.maximum(followers, least), 0)
        moved = min(missing, int(room.sum()), int(spare.sum()))
        followees = followees + _last(room, moved) - _last(spare, moved)
    return followees


def _last(counts: Longs, total: int) -> Longs:
    """What ``total`` takes of ``counts`` from the last user on: the body of a distribution goes before its tail."""
    reverse = counts[::-1]
    taken: Longs = np.clip(total - (np.cumsum(reverse) - reverse), 0, reverse)
    return taken[::-1]


def _mutual(followers: Longs, followees: Longs, pairs: int, rng: np.random.Generator) -> Longs:
    """Mutual ties by user, 2 * ``pairs`` in all: everywhere the same share of what there can be."""
    most = np.minimum(followers, followees)
    whole = int(most.sum())
    if not pairs:
        return np.zeros_like(most)
    dealt = (np.cumsum(most) * (2 * pairs) + picks(whole, 1, rng)) // whole
    shares: Longs = np.diff(dealt, prepend=0)
    return shares


def _posts(section: GenerateSection, followers: Longs, bounds: tuple[int, int], rng: np.random.Generator) -> Longs:
    """Posts by user: many of the influential, and of the regular with few followers; of the rest about as followers.

    Args:
        section: how many posts.
        followers: in descending order.
        bounds: number of influential users; position of the first low-impact one.
        rng: source of what is left to chance.
    """
    n, (influential, low) = len(followers), bounds
    most = max(_POSTS_MOST, 2 * -(-section.posts // n))
    values = power_law(n, section.posts, exponent=POSTS_EXPONENT, least=0, most=most, rng=rng)
    above = int(np.count_nonzero(values > values[n - math.ceil(_THRESHOLDS.low_impact_posts * n)]))
    order = np.argsort(_strayed(n, rng), kind="stable")
    busy = (order < influential) | ((order < low) & _seems_low(followers)[order])
    made, free = np.full(n, -1, dtype=np.int64), np.ones(n, dtype=np.bool_)
    for users, start, stop in ((order[busy], 0, above), (order[order >= low], above, n)):
        places = start + np.sort(shuffled(stop - start, rng)[: len(users)])
        made[users[: len(places)]] = values[places]
        free[places] = False
    made[order[made[order] < 0]] = values[free]
    return made


def _seems_low(followers: Longs) -> NDArray[np.bool_]:
    """Whose posts alone can tell that they are not low-impact; ``followers`` descend."""
    n = len(followers)
    few = followers[n - max(math.ceil(_THRESHOLDS.low_impact_share * n), 1)]
    low: NDArray[np.bool_] = followers <= min(few, _THRESHOLDS.low_impact_ratio * followers.mean())
    return low
