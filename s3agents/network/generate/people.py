"""People: gender, age, occupation and attitude of each user, from a stated joint distribution."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from s3agents.config.generate import GenerateSection
from s3agents.network.generate.demographics import Demographics
from s3agents.network.generate.streams import Floats, Longs, apportion, picks, shuffled, stream

__all__ = ["People", "draw_people"]

_HALVINGS = 80
_ODDS = (-60.0, 60.0)
"""Natural logarithms between which the common factor of all odds is looked for."""


class People(NamedTuple):
    """Users by position, in no order; all arrays of shape ``(n,)``.

    Attributes:
        genders: labels, by code.
        occupations: labels, by code.
        gender: codes.
        age: in years.
        occupation: codes.
        positive: whether the attitude is positive.
    """

    genders: tuple[str, ...]
    occupations: tuple[str, ...]
    gender: Longs
    age: Longs
    occupation: Longs
    positive: NDArray[np.bool_]


class _Cell(NamedTuple):
    band: int
    gender: int
    occupation: int
    share: float


def draw_people(section: GenerateSection, stated: Demographics) -> People:
    """The users of a society: in each group as many as stated, to one, and exactly as many positive as asked."""
    rng = stream(section.seed, "people")
    genders = _labels(stated.gender, [band.gender for band in stated.ages])
    occupations = _labels(stated.occupation, [band.occupation for band in stated.ages])
    cells = list(_cells(stated, genders, occupations))
    counts = _dealt(np.array([cell.share for cell in cells]), section.users, rng)
    of_each = np.repeat(np.arange(len(cells)), counts)[shuffled(section.users, rng)]
    band, gender, occupation = (np.array([cell[k] for cell in cells])[of_each] for k in range(3))
    first, last = (np.array([years.years[end] for years in stated.ages])[band] for end in (0, 1))
    age = first + picks(last - first + 1, section.users, rng)
    odds = np.array([years.positive_odds for years in stated.ages])
    positive = _attitudes(band, odds, round(section.positive * section.users), rng)
    return People(genders, occupations, gender, age, occupation, positive)


def _labels(common: dict[str, float], special: list[dict[str, float] | None]) -> tuple[str, ...]:
    """All labels, each once, in the order in which they are stated."""
    return tuple(dict.fromkeys(label for shares in (common, *special) for label in shares or ()))


def _cells(stated: Demographics, genders: tuple[str, ...], occupations: tuple[str, ...]) -> list[_Cell]:
    cells = []
    for number, band in enumerate(stated.ages):
        gender, occupation = band.gender or stated.gender, band.occupation or stated.occupation
        for (g, share), (o, part) in product(gender.items(), occupation.items()):
            whole = band.share * share / sum(gender.values()) * part / sum(occupation.values())
            cells.append(_Cell(number, genders.index(g), occupations.index(o), whole))
    return cells


def _dealt(shares: Floats, total: int, rng: np.random.Generator) -> Longs:
    """``total`` dealt out by ``shares``: to each its part rounded up or down, by chance (systematic sampling)."""
    ends = np.cumsum(shares)
    dealt: Longs = np.diff(np.floor(ends / ends[-1] * total + rng.random()).astype(np.int64), prepend=0)
    return dealt


def _attitudes(band: Longs, odds: Floats, positive: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Who is positive: ``positive`` users, in each band as many as its odds say, whoever they are."""
    sizes = np.bincount(band, minlength=len(odds))
    order = np.lexsort((rng.random(len(band)), band))
    rank = np.empty(len(band), dtype=np.int64)
    rank[order] = np.arange(len(band)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    quotas: Longs = apportion(_expected(sizes, odds, positive), positive)
    return rank < quotas[band]


def _expected(sizes: Longs, odds: Floats, positive: int) -> Floats:
    """Positive users of each band, so that they are ``positive`` in all."""
    low, high = _ODDS
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        factor = odds * np.exp(middle)
        low, high = (middle, high) if (sizes * factor / (1 + factor)).sum() < positive else (low, middle)
    factor = odds * np.exp(low)
    expected: Floats = sizes * factor / (1 + factor)
    return expected
