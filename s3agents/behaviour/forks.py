"""Forks: the score of a row with a few of its columns filled in several ways, for little more than that of one way.

All ways of filling a row go down a tree together, up to the first node that asks about one of these columns; only from
there on does each go its own way. The leaves are those that each would come to alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from s3agents.behaviour.forest import Forest

__all__ = ["Forks"]

_Floats = NDArray[np.float64]
_BATCH = 1024
"""Rows at once, each way of filling one counted."""


@dataclass(frozen=True, slots=True)
class Forks:
    """A forest whose walks part at certain columns.

    Attributes:
        forest: the whole.
        trunk: as far as it asks about none of these columns: nodes that do are leaves in it.
        forking: by node, whether it asks about one of them.
        below: by node, steps from it to the furthest leaf.
    """

    forest: Forest
    trunk: Forest
    forking: NDArray[np.bool_]
    below: NDArray[np.int64]

    @classmethod
    def at(cls, forest: Forest, columns: Sequence[int]) -> Forks:
        """The walks of ``forest``, which part at ``columns``."""
        nodes = np.arange(len(forest.left), dtype=np.int32)
        forking = np.isin(forest.feature, columns) & (forest.left != nodes)
        trunk = replace(
            forest,
            threshold=np.where(forking, np.inf, forest.threshold),
            left=np.where(forking, nodes, forest.left),
            right=np.where(forking, nodes, forest.right),
        )
        return cls(forest, trunk, forking, _below(forest))

    def scores(self, ways: _Floats) -> _Floats:
        """The sum of each row in each way, of shape ``(k, n)``.

        Args:
            ways: the rows as they are filled in each way, of shape ``(k, n, features)``; they differ in the columns of
                the forks alone.
        """
        step = max(1, _BATCH // len(ways))
        parts = [self._scores(ways[:, i : i + step]) for i in range(0, ways.shape[1], step)]
        return np.concatenate(parts, axis=1) if parts else np.zeros(ways.shape[:2])

    def _scores(self, ways: _Floats) -> _Floats:
        k, n, _ = ways.shape
        values = self.forest.values_of(ways.reshape(k * n, -1))
        at = self.trunk.leaves(self.forest.values_of(ways[0]), self.forest.starts(n), np.arange(n))
        tree, row = np.nonzero(self.forking[at])
        forks = at[tree, row]
        ways_of = row + n * np.arange(k)[:, None]
        ends = self.forest.leaves(values, np.tile(forks, (k, 1)), ways_of, steps=int(self.below[forks].max(initial=0)))
        leaves = np.repeat(at[:, None, :], k, axis=1)
        leaves[tree, :, row] = ends.T
        return self.forest.sums(leaves)


def _below(forest: Forest) -> NDArray[np.int64]:
    """Steps from each node to the furthest leaf; children come after their parents."""
    below = np.zeros(len(forest.left), dtype=np.int64)
    for node in range(len(below) - 1, -1, -1):
        if forest.left[node] != node:
            below[node] = 1 + max(below[forest.left[node]], below[forest.right[node]])
    return below
