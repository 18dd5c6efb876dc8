"""FollowGraph: who follows whom. Owns the edges, as arrays, so that an edge costs 8 bytes and a million users fit."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from s3agents.events import Source

__all__ = ["FollowGraph", "Ints", "Rows", "distinct"]

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
_FEW = 8  # rows that are put together faster one by one than all at once
_Int = TypeVar("_Int", np.int32, np.int64)


def distinct(values: NDArray[_Int]) -> NDArray[_Int]:
    """``values``, ascending, each once: ``np.unique``, which takes 15 times as long on millions of numbers."""
    ordered = np.sort(values)
    first = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


class Rows:
    """Ragged rows of ascending indices in two flat arrays (compressed sparse rows).

    Args:
        starts: shape ``(n + 1,)``; row ``i`` is ``values[starts[i]:starts[i + 1]]``.
        values: shape ``(starts[-1],)``.
    """

    __slots__ = ("starts", "values")

    def __init__(self, starts: Longs, values: Ints) -> None:
        starts.setflags(write=False)
        values.setflags(write=False)
        self.starts = starts
        self.values = values

    @classmethod
    def from_pairs(cls, n: int, row: Ints, value: Ints) -> Rows:
        """Rows of the pairs ``(row, value)``, both of one shape and in ``0..n-1``; a pair given twice counts once."""
        packed = distinct(row.astype(np.int64) * max(n, 1) + value)
        starts = np.zeros(n + 1, dtype=np.int64)
        np.cumsum(np.bincount(packed // max(n, 1), minlength=n), out=starts[1:])
        return cls(starts, (packed % max(n, 1)).astype(np.int32))

    def __getitem__(self, i: int) -> Ints:
        return self.values[self.starts[i] : self.starts[i + 1]]

    def has(self, i: int, value: int) -> bool:
        """Whether row ``i`` holds ``value``."""
        row = self[i]
        # An int32 key: a Python int would have numpy convert the whole row to int64 on every call.
        at = int(row.searchsorted(np.int32(value)))
        return at < len(row) and int(row[at]) == value

    def row_of_each(self) -> Ints:
        """The row number of each value, shape of ``values``."""
        return np.repeat(np.arange(len(self.starts) - 1, dtype=np.int32), np.diff(self.starts))

    def gather(self, rows: Ints) -> Ints:
        """The values of all of ``rows``, one row after the other."""
        if 0 < len(rows) <= _FEW:
            return np.concatenate([self[i] for i in rows.tolist()])
        sizes = self.starts[rows + 1] - self.starts[rows]
        shift = np.repeat(self.starts[rows] - np.cumsum(sizes) + sizes, sizes)
        return self.values[shift + np.arange(len(shift))]


class FollowGraph:
    """A directed graph over the users ``0..n-1``: an edge leads from a follower to a followee. It never changes.

    Args:
        n: number of users.
        followees: of each user, ascending.
        followers: of each user, ascending; the same edges, seen from the other end.
    """

    __slots__ = ("_followees", "_followers", "n")

    def __init__(self, n: int, *, followees: Rows, followers: Rows) -> None:
        self.n = n
        self._followees = followees
        self._followers = followers

    @classmethod
    def from_edges(cls, n: int, follower: ArrayLike, followee: ArrayLike) -> FollowGraph:
        """The graph of the edges ``follower[k] -> followee[k]``; an edge given twice counts once.

        Raises:
            ValueError: if the two differ in length, an index is outside ``0..n-1``, or a user follows themselves.
        """
        a = np.asarray(follower, dtype=np.int32)
        b = np.asarray(followee, dtype=np.int32)
        if a.shape != b.shape or a.ndim != 1:
            raise ValueError(f"followers and followees must be lists of one length, got {a.shape} and {b.shape}")
        if len(a) and not (min(a.min(), b.min()) >= 0 and max(a.max(), b.max()) < n):
            raise ValueError(f"edges must join users 0..{n - 1}, got {min(a.min(), b.min())}..{max(a.max(), b.max())}")
        if bool((a == b).any()):
            raise ValueError(f"nobody may follow themselves, got user {int(a[a == b][0])}")
        return cls(n, followees=Rows.from_pairs(n, a, b), followers=Rows.from_pairs(n, b, a))

    @property
    def edges(self) -> int:
        """Number of follow edges."""
        return len(self._followees.values)

    def followees(self, i: int) -> Ints:
        """Whom user ``i`` follows, ascending; a read-only view."""
        return self._followees[i]

    def followers(self, i: int) -> Ints:
        """Who follows user ``i``, ascending; a read-only view."""
        return self._followers[i]

    def followers_of(self, users: Ints) -> Ints:
        """Who follows each of ``users``, one row after the other: a follower of several of them comes as often."""
        return self._followers.gather(users)

    def followed_by(self, users: range) -> Ints:
        """Everybody whom one of ``users``, a range of step 1, follows; ascending, each once."""
        return distinct(
            self._followees.values[self._followees.starts[users.start] : self._followees.starts[users.stop]]
        )

    def follows(self, i: int, j: int) -> bool:
        """Whether ``i`` follows ``j``."""
        return self._followees.has(i, j)

    def mutual(self, i: int, j: int) -> bool:
        """Whether ``i`` and ``j`` follow each other."""
        return self.follows(i, j) and self.follows(j, i)

    def source(self, reader: int, author: int) -> Source:
        """Where a post of ``author`` reaches ``reader`` from (S3 section 4.1, "Message Authenticity").

        What the reader does not follow can only have come from the platform.
        """
        if reader == author:
            return Source.SELF
        if not self.follows(reader, author):
            return Source.PLATFORM
        return Source.MUTUAL if self.follows(author, reader) else Source.FOLLOWEE

    def neighbours(self, users: Ints) -> Ints:
        """Everybody who follows one of ``users`` or is followed by one; ascending, each once."""
        return distinct(np.concatenate([self._followees.gather(users), self._followers.gather(users)]))

    def pairs(self) -> tuple[Ints, Ints]:
        """All edges as (followers, followees), each of shape ``(edges,)``, by follower, then followee."""
        return self._followees.row_of_each(), self._followees.values

    def subgraph(self, users: Ints) -> FollowGraph:
        """The graph among ``users`` (ascending, each once), who become ``0..len(users)-1``."""
        new = np.full(self.n, -1, dtype=np.int32)
        new[users] = np.arange(len(users), dtype=np.int32)
        a, b = self.pairs()
        inside = (new[a] >= 0) & (new[b] >= 0)
        return FollowGraph.from_edges(len(users), new[a[inside]], new[b[inside]])
