"""Ties: a simple directed graph of given degrees, reciprocity and homophily.

A link joins two users: by two edges, if they follow each other, or by one. Users have as many ends of links of each
kind as their degrees say; ends are matched at random (the configuration model), so many of them with the same attitude
that the assortativity comes out. What then joins users to themselves, or twice, changes partners with random links
until nothing of the kind is left. Degrees, reciprocity and homophily stay what they were.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from s3agents.network.generate.degrees import Degrees
from s3agents.network.generate.free_pairs import Flags, pair_keys, place_links
from s3agents.network.generate.kinds import Kinds
from s3agents.network.generate.streams import Longs, shuffled
from s3agents.network.graph import FollowGraph, distinct

__all__ = ["draw_ties"]

_ROUNDS = 200
_STUCK = 8


class _Mix(NamedTuple):
    """How many links join whom.

    Attributes:
        across: mutual links between the two attitudes.
        within: links of one edge from a positive to a positive user.
    """

    across: int
    within: int


def draw_ties(degrees: Degrees, positive: Flags, *, homophily: float, rng: np.random.Generator) -> FollowGraph:
    """A graph of these degrees: no loops, no edge twice.

    In dense graphs, where chance alone does not find partners for all, the last links join users who are free, whatever
    their degrees; their number is always kept.

    Args:
        degrees: followers, followees and mutual ties of each user.
        positive: whether the attitude of each user is positive, shape ``(n,)``.
        homophily: assortativity of attitudes over the edges (Newman 2003, eq. 2), as far as degrees allow it.
        rng: source of chance.
    """
    mutual = degrees.mutual
    out, into = degrees.followees - mutual, degrees.followers - mutual
    mix = _mix(mutual, (out, into), positive, homophily)
    ends = _matched_pairs(mutual, positive, mix.across, rng), _matched_arrows(out, into, positive, mix.within, rng)
    pairs = len(ends[0][0])
    a, b = (np.concatenate(side) for side in zip(*ends, strict=True))
    mutual_links = np.arange(len(a), dtype=np.int64) < pairs
    kinds = Kinds(positive[a] + 2 * mutual_links), Kinds(positive[b] + 2 * mutual_links)
    unplaced = _rewire(a, b, kinds[1], n=len(positive), rng=rng)
    if len(unplaced):
        place_links(a, b, unplaced, kinds, positive=positive, rng=rng)
    return FollowGraph.from_edges(len(positive), np.append(a, b[:pairs]), np.append(b, a[:pairs]))


def _mix(mutual: Longs, arrows: tuple[Longs, Longs], positive: Flags, homophily: float) -> _Mix:
    """The numbers of links that make the assortativity ``homophily``, or the nearest that there can be."""
    ends, stubs = int(mutual.sum()), int(mutual[positive].sum())
    total, (out, into) = int(arrows[0].sum()), (int(side[positive].sum()) for side in arrows)
    edges = max(ends + total, 1)
    source, target = (stubs + out) / edges, (stubs + into) / edges
    chance = source * target + (1 - source) * (1 - target)
    same = (homophily * (1 - chance) + chance) * edges
    most_across = min(stubs, ends - stubs)
    fewest, most = max(0, out + into - total), min(out, into)
    other = total - out - into  # edges within the negative side, less those within the positive one
    low, high = ends - 2 * most_across + other + 2 * fewest, ends + other + 2 * most
    share = min(max((same - low) / (high - low), 0.0), 1.0) if high > low else 0.0
    across = round(most_across * (1 - share))
    across += (across - stubs) % 2  # the other ends of an attitude join one another, two by two
    within = round((same - (ends - 2 * across) - other) / 2)
    return _Mix(across, min(max(within, fewest), most))


def _ends(counts: Longs, positive: Flags, rng: np.random.Generator) -> tuple[Longs, Longs]:
    """Each user as often as ``counts`` says, in any order: the positive ones, and the negative ones."""
    ends = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    ends = ends[shuffled(len(ends), rng)]
    return ends[positive[ends]], ends[~positive[ends]]


def _matched_pairs(counts: Longs, positive: Flags, across: int, rng: np.random.Generator) -> tuple[Longs, Longs]:
    p, q = _ends(counts, positive, rng)
    first = np.concatenate([p[:across], p[across::2], q[across::2]])
    return first, np.concatenate([q[:across], p[across + 1 :: 2], q[across + 1 :: 2]])


def _matched_arrows(
    out: Longs, into: Longs, positive: Flags, within: int, rng: np.random.Generator
) -> tuple[Longs, Longs]:
    (p, q), (r, s) = _ends(out, positive, rng), _ends(into, positive, rng)
    right, left = len(p) - within, len(r) - within
    return (
        np.concatenate([p, q]),
        np.concatenate([r[:within], s[:right], r[within : within + left], s[right:]]),
    )


def _rewire(a: Longs, b: Longs, kinds: Kinds, *, n: int, rng: np.random.Generator) -> Longs:
    """Let links that cannot stay exchange their second ends with others; which are left over.

    Args:
        a: first ends.
        b: second ends; changed in place.
        kinds: of the second ends: an exchange within a kind changes neither degrees nor mixing.
        n: number of users.
        rng: source of chance.
    """
    fewest, stuck = len(a) + 1, 0
    for _ in range(_ROUNDS):
        bad = _bad(a, b, n)
        stuck = stuck + 1 if len(bad) >= fewest else 0
        fewest = min(fewest, len(bad))
        if not len(bad) or stuck > _STUCK:
            return bad
        partner = kinds.mates(bad, rng)
        once = np.zeros(len(bad), dtype=np.bool_)
        once[np.unique(partner, return_index=True)[1]] = True
        once &= ~np.isin(partner, bad)
        bad, partner = bad[once], partner[once]
        b[bad], b[partner] = b[partner], b[bad]
    return _bad(a, b, n)


def _bad(a: Longs, b: Longs, n: int) -> Longs:
    """Links from users to themselves, and of links between the same two users all but the first."""
    keys = pair_keys(a, b, n)
    ordered = np.sort(keys)
    twice = distinct(ordered[1:][ordered[1:] == ordered[:-1]])
    bad = a == b
    if len(twice):
        at = np.minimum(np.searchsorted(twice, keys), len(twice) - 1)
        same = np.flatnonzero(twice[at] == keys)
        same = same[np.argsort(keys[same], kind="stable")]
        bad[same[1:][keys[same[1:]] == keys[same[:-1]]]] = True
    return np.flatnonzero(bad)
