"""Features of an exposure: what is known at the moment at which a post reaches a user. Owns their names and meaning.

A feature is filled from observed cascades by :mod:`.observed_features` and in a running society by
:mod:`.view_features`; both go through this file, so that the same situation gives the same row. Nothing here counts
followers or followees within the data at hand: a graph that was recorded around some cascades tells who took part.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from s3agents.persona import Persona

__all__ = ["CLOCK", "FEATURES", "UNKNOWN", "Moment", "Past", "Profile", "post_features", "profile_features", "row_of"]

UNKNOWN = -9.0
"""What stands for a value that is not known; below every value that is."""

_PROFILE = ("followers", "friends", "statuses", "listed", "ratio", "verified", "account_year", "bio_chars")
_COUNTS = ("followers_count", "friends_count", "statuses_count", "listed_count")
_POST = ("chars", "address", "question", "hashtags", "mentions")
_MOMENT = ("forwarded", "mutual", "age", "elapsed", "hour_sin", "hour_cos")
_PAST = ("heard", "shared", "forwarded", "share", "since_heard", "author_heard", "author_shared")

FEATURES: tuple[str, ...] = (
    *(f"{who}.{name}" for who in ("user", "author", "via") for name in _PROFILE),
    *(f"post.{name}" for name in _POST),
    *(f"moment.{name}" for name in _MOMENT),
    *(f"past.{name}" for name in _PAST),
)
"""The names, in the order of a row.

``user`` is the reader, ``author`` who began the cascade, ``via`` from whom it came. Counts are logarithms. ``moment``:
whether ``via`` forwarded it, whether reader and ``via`` follow each other, minutes since the cascade began, hours since
the news broke, and the hour of the day. ``past``: other cascades that had reached the reader before, those that they
had taken part in, those that had reached them and that they then took part in, the share of these, minutes since the
last one, and the same for cascades of this author.
"""

CLOCK = tuple(FEATURES.index(f"moment.{name}") for name in ("elapsed", "hour_sin", "hour_cos"))
"""Columns that a society knows only if its scenario says what tick 0 is in the world."""

_ADDRESS = re.compile(r"https?://|www\.|\bURL\b")
_PRIOR = 0.2
_RATIO = 8.0
_DAY = 24.0

Profile = tuple[float, ...]


class Moment(NamedTuple):
    """When and how a post reached its reader.

    Attributes:
        forwarded: whether it came from somebody who passed it on.
        mutual: whether the reader and that one follow each other.
        age: minutes since the cascade began.
        elapsed: minutes since the news broke; ``None`` if unknown.
        hour: of the day in UTC, 0 to 24; ``None`` if unknown.
    """

    forwarded: bool
    mutual: bool
    age: float
    elapsed: float | None = None
    hour: float | None = None


class Past(NamedTuple):
    """What had happened to a user before a moment; other cascades than the one at hand.

    Attributes:
        heard: cascades that had reached them.
        shared: cascades that they had begun, passed on or answered.
        forwarded: cascades that had reached them and that they had taken part in.
        since_heard: minutes since one last reached them for the first time; ``None`` if none did.
        author_heard: of ``heard``, those that the same author began.
        author_shared: of ``shared``, those that the same author began.
    """

    heard: int = 0
    shared: int = 0
    forwarded: int = 0
    since_heard: float | None = None
    author_heard: int = 0
    author_shared: int = 0


def profile_features(persona: Persona | None) -> Profile:
    """What a profile tells, by its attributes ``followers_count``, ``account_year`` and the like."""
    if persona is None:
        return (UNKNOWN,) * len(_PROFILE)
    counts = [_count(persona.extra.get(name)) for name in _COUNTS]
    followers, friends = counts[0], counts[1]
    ratio = UNKNOWN if UNKNOWN in (followers, friends) else max(-_RATIO, min(_RATIO, followers - friends))
    known = any(count != UNKNOWN for count in counts)
    bio = float(len(persona.bio)) if persona.bio or known else UNKNOWN
    year = persona.extra.get("account_year")
    verified = persona.extra.get("verified")
    return (
        *counts,
        ratio,
        UNKNOWN if verified is None else float(_is_true(verified)),
        float(year) if isinstance(year, int | float) else UNKNOWN,
        bio,
    )


def post_features(text: str) -> tuple[float, ...]:
    """What the form of a text tells."""
    return (
        float(len(text)),
        float(bool(_ADDRESS.search(text))),
        float("?" in text or "？" in text),
        float(text.count("#")),
        float(text.count("@")),
    )


def row_of(
    user: Profile, author: Profile, via: Profile, *, post: tuple[float, ...], moment: Moment, past: Past | None
) -> tuple[float, ...]:
    """The features of an exposure, in the order of :data:`FEATURES`; a ``past`` of ``None`` is not known."""
    return (*user, *author, *via, *post, *_moment(moment), *_past(past))


def _moment(moment: Moment) -> tuple[float, ...]:
    turn = None if moment.hour is None else 2 * math.pi * moment.hour / _DAY
    return (
        float(moment.forwarded),
        float(moment.mutual),
        math.log1p(max(moment.age, 0.0)),
        UNKNOWN if moment.elapsed is None else math.log1p(max(moment.elapsed, 0.0) / 60.0),
        UNKNOWN if turn is None else round(math.sin(turn), 6),
        UNKNOWN if turn is None else round(math.cos(turn), 6),
    )


def _past(past: Past | None) -> tuple[float, ...]:
    if past is None:
        return (UNKNOWN,) * len(_PAST)
    return (
        math.log1p(past.heard),
        float(past.shared),
        float(past.forwarded),
        (past.forwarded + _PRIOR) / (past.heard + 1.0),
        UNKNOWN if past.since_heard is None else math.log1p(max(past.since_heard, 0.0)),
        float(past.author_heard),
        float(past.author_shared),
    )


def _count(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        return UNKNOWN
    return math.log1p(value)


def _is_true(value: object) -> bool:
    return value in (True, "true", "True", "1")
