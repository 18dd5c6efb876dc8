"""ChangedEdges: who follows whom in a run under way: the follow graph of its society, and what has changed since.

The graph itself never changes, nor do the subjects of the bus that mirror it: what differs lies over it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from s3agents.events import Source
from s3agents.network.graph import FollowGraph, Ints

__all__ = ["ChangedEdges"]


class ChangedEdges:
    """Follow edges that differ from those of a graph, and the edges that result; users go by their index.

    Args:
        graph: who follows whom before any change.
    """

    def __init__(self, graph: FollowGraph) -> None:
        self._graph = graph
        self._now: dict[tuple[int, int], bool] = {}
        self._of: dict[int, set[int]] = {}
        self._to: dict[int, set[int]] = {}

    def __len__(self) -> int:
        """How many edges are there that were not, or are not that were."""
        return len(self._now)

    @property
    def n(self) -> int:
        """Number of users."""
        return self._graph.n

    def follow(self, follower: int, followee: int) -> bool:
        """Have ``follower`` follow ``followee``; whether that changed anything. Nobody follows themselves."""
        return follower != followee and self._set(follower, followee, follows=True)

    def unfollow(self, follower: int, followee: int) -> bool:
        """Have ``follower`` follow ``followee`` no more; whether that changed anything."""
        return self._set(follower, followee, follows=False)

    def follows(self, i: int, j: int) -> bool:
        """Whether ``i`` follows ``j``."""
        now = self._now.get((i, j))
        return self._graph.follows(i, j) if now is None else now

    def followees(self, i: int) -> Ints:
        """Whom user ``i`` follows, ascending."""
        return self._merged(self._graph.followees(i), self._of.get(i), lambda j: self._now[i, j])

    def followers(self, i: int) -> Ints:
        """Who follows user ``i``, ascending."""
        return self._merged(self._graph.followers(i), self._to.get(i), lambda j: self._now[j, i])

    def source(self, reader: int, author: int) -> Source:
        """Where a post of ``author`` reaches ``reader`` from; see :meth:`.graph.FollowGraph.source`."""
        if reader == author:
            return Source.SELF
        if not self.follows(reader, author):
            return Source.PLATFORM
        return Source.MUTUAL if self.follows(author, reader) else Source.FOLLOWEE

    def touched(self, i: int) -> bool:
        """Whether an edge that has changed begins or ends at user ``i``."""
        return i in self._of or i in self._to

    def _set(self, follower: int, followee: int, *, follows: bool) -> bool:
        if not (0 <= follower < self.n and 0 <= followee < self.n):
            raise ValueError(f"edges must join users 0..{self.n - 1}, got {follower} and {followee}")
        if self.follows(follower, followee) is follows:
            return False
        edge = (follower, followee)
        if self._graph.follows(follower, followee) is follows:
            del self._now[edge]
            _drop(self._of, follower, followee)
            _drop(self._to, followee, follower)
        else:
            self._now[edge] = follows
            self._of.setdefault(follower, set()).add(followee)
            self._to.setdefault(followee, set()).add(follower)
        return True

    def _merged(self, base: Ints, changed: set[int] | None, holds: Callable[[int], bool]) -> Ints:
        if not changed:
            return base
        return np.array(sorted({*base.tolist(), *changed} - {j for j in changed if not holds(j)}), dtype=np.int32)


def _drop(places: dict[int, set[int]], key: int, value: int) -> None:
    places[key].discard(value)
    if not places[key]:
        del places[key]
