"""Posts of raw data, first pass: what the choice of users and posts needs to know of each, in 45 bytes, and no text."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from hashlib import blake2b
from operator import or_

import numpy as np
from numpy.typing import NDArray

from s3agents.network.build.batches import batches
from s3agents.network.build.moments import sound_moment
from s3agents.network.build.people import People
from s3agents.network.build.progress import Progress
from s3agents.network.build.provenance import Provenance
from s3agents.network.build.topic import Topic
from s3agents.network.load_report import LoadReport
from s3agents.network.raw.base import RawPost, RawSource

__all__ = ["NOBODY", "Posts", "scan_posts"]

NOBODY = -1
_MATCH, _FORWARD = 1, 2
_EMPTY = bytes(8)


class Posts:
    """Every post that the data yield, by its number in the order of reading.

    Two different ids or texts share a fingerprint of 64 bits once in a million data sets of five million posts.

    Attributes:
        places: where each came from.
    """

    def __init__(self) -> None:
        self._author = array("i")
        self._ident, self._parent, self._text = array("q"), array("q"), array("q")
        self._time = array("d")
        self._flags = array("B")
        self.places = Provenance()

    def __len__(self) -> int:
        return len(self._author)

    def add(
        self,
        batch: Sequence[RawPost],
        *,
        authors: Sequence[int],
        times: Sequence[float | None],
        matches: Callable[[str], bool],
    ) -> None:
        """Take in posts, with positions of their authors, sound times, and what tells whether a text matches."""
        idents, _, texts, _, kinds, parents, lines, reports = zip(*batch, strict=True)
        self._author.extend(authors)
        self._ident.frombytes(_fingerprints(idents))
        self._parent.frombytes(_fingerprints(parents))
        self._text.frombytes(
            _fingerprints("" if kind == "forward" else t for t, kind in zip(texts, kinds, strict=True))
        )
        self._time.extend([math.nan if time is None else time for time in times])
        forwards = [_FORWARD if kind == "forward" else 0 for kind in kinds]
        hits = [_MATCH if matches(text) else 0 for text in texts]
        self._flags.extend(map(or_, forwards, hits))
        self.places.note(reports, lines)

    @property
    def author(self) -> NDArray[np.int32]:
        """Position of who wrote it, :data:`NOBODY` if unknown; shape ``(posts,)``, as all of these."""
        return np.frombuffer(self._author, np.int32)

    @property
    def ident(self) -> NDArray[np.int64]:
        """Fingerprint of its id, 0 without any."""
        return np.frombuffer(self._ident, np.int64)

    @property
    def parent(self) -> NDArray[np.int64]:
        """Fingerprint of the id of the post that it forwards or answers, 0 without any."""
        return np.frombuffer(self._parent, np.int64)

    @property
    def text(self) -> NDArray[np.int64]:
        """Fingerprint of what it says, 0 of a forward, whose words are another's."""
        return np.frombuffer(self._text, np.int64)

    @property
    def time(self) -> NDArray[np.float64]:
        """Seconds since 1970, NaN if unknown."""
        return np.frombuffer(self._time, np.float64)

    @property
    def matches(self) -> NDArray[np.bool_]:
        """Whether it matches the keywords."""
        return np.frombuffer(self._flags, np.uint8) & _MATCH > 0

    @property
    def is_forward(self) -> NDArray[np.bool_]:
        """Whether it is a forward."""
        return np.frombuffer(self._flags, np.uint8) & _FORWARD > 0


def _fingerprints(texts: Iterable[str]) -> bytes:
    """64 bits for each of ``texts`` that tell it from others; those of the empty text are 0."""
    return b"".join(
        [blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest() if text else _EMPTY for text in texts]
    )


def scan_posts(raw: RawSource, people: People, topic: Topic, *, report: LoadReport, progress: Progress) -> Posts:
    """What there is to know of the posts of ``raw``; those by nobody are dropped and accounted for.

    Where the data do not list their users, authors join ``people``.
    """
    posts = Posts()
    find = people.finder()
    for batch in batches(raw.posts(report), partial(progress, "posts, first reading")):
        authors = [find(post.author, NOBODY) for post in batch]
        times = [sound_moment(post.time) for post in batch]
        if NOBODY in authors or None in times:
            _account(batch, authors, times, people.refusal)
        posts.add(batch, authors=authors, times=times, matches=topic.matches)
    return posts


def _account(batch: Sequence[RawPost], authors: Sequence[int], times: Sequence[float | None], refusal: str) -> None:
    for post, author, time in zip(batch, authors, times, strict=True):
        if author == NOBODY:
            post.report.drop_row(refusal, post.line, post.author)
        elif time is None and post.time is not None:
            post.report.drop_value("invalid time", post.line, post.time)
