"""Free pairs: places for links that found none, among users whom nothing joins yet."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from s3agents.network.generate.kinds import Kinds
from s3agents.network.generate.streams import Longs, picks, shuffled

__all__ = ["Flags", "pair_keys", "place_links"]

Flags = NDArray[np.bool_]
_TRIES = 12
_FEW = 0.02
"""Share of the links that a try must place, or the next way is taken."""

_Ends = tuple[Longs, Longs]


def place_links(
    a: Longs, b: Longs, unplaced: Longs, kinds: tuple[Kinds, Kinds], *, positive: Flags, rng: np.random.Generator
) -> None:
    """Give the links ``unplaced`` other ends, in place: as near to those they had as chance finds them.

    At first the second end is kept, then the first, then neither; the others come from links of the same kind. Then any
    users of the same attitudes will do, then any two, and at last the pairs that are free are counted out.

    Args:
        a: first ends of all links.
        b: second ends.
        unplaced: links that may not stay as they are; there must be free pairs of users enough for all.
        kinds: of the first ends, and of the second.
        positive: whether the attitude of each user is positive, shape ``(n,)``.
        rng: source of chance.
    """
    n, sides = len(positive), Kinds(positive.astype(np.int64))
    kept = np.ones(len(a), dtype=np.bool_)
    kept[unplaced] = False
    taken = np.sort(pair_keys(a[kept], b[kept], n))
    ways: tuple[Callable[[Longs], _Ends], ...] = (
        lambda links: (a[kinds[0].mates(links, rng)], b[links]),
        lambda links: (a[links], b[kinds[1].mates(links, rng)]),
        lambda links: (a[kinds[0].mates(links, rng)], b[kinds[1].mates(links, rng)]),
        lambda links: (sides.mates(a[links], rng), sides.mates(b[links], rng)),
        lambda links: (picks(n, len(links), rng), picks(n, len(links), rng)),
    )
    for way in ways:
        for _ in range(_TRIES):
            x, y = way(unplaced)
            fits = _fits(x, y, taken, n)
            a[unplaced[fits]], b[unplaced[fits]] = x[fits], y[fits]
            taken = np.sort(np.append(taken, pair_keys(x[fits], y[fits], n)))
            unplaced = unplaced[~fits]
            if fits.sum() <= _FEW * len(fits):
                break
    if len(unplaced):
        free = _free(taken, n)
        x, y = np.divmod(free[shuffled(len(free), rng)[: len(unplaced)]], n)
        turned = rng.random(len(unplaced)) < 0.5
        a[unplaced], b[unplaced] = np.where(turned, y, x), np.where(turned, x, y)


def pair_keys(a: Longs, b: Longs, n: int) -> Longs:
    """One number for each pair of users, whichever comes first."""
    return np.minimum(a, b) * n + np.maximum(a, b)


def _fits(a: Longs, b: Longs, taken: Longs, n: int) -> Flags:
    """Which of the pairs are pairs, not among ``taken`` (ascending), and the first of their kind."""
    keys = pair_keys(a, b, n)
    fits = np.zeros(len(keys), dtype=np.bool_)
    fits[np.unique(keys, return_index=True)[1]] = True
    if len(taken):
        fits &= taken[np.minimum(np.searchsorted(taken, keys), len(taken) - 1)] != keys
    fits[a == b] = False
    return fits


def _free(taken: Longs, n: int) -> Longs:
    """The keys of all pairs that are not ``taken``: for dense graphs, where these are no more than the others."""
    a, b = np.triu_indices(n, 1)
    return np.setdiff1d(a * n + b, taken, assume_unique=True)
