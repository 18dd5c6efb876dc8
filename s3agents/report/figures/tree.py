"""Tree: the posts of a cascade in rows, so that no two lie on each other and no two lines cross; in linear time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Tree", "largest_part"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tree:
    """A rooted tree with a row for each node.

    Every leaf has a row of its own, in the order of a walk along the tree; every other node stands midway between its
    first child and its last. So each subtree has rows for itself alone. All arrays have shape ``(n,)``.

    Attributes:
        parents: index of each node's parent; -1 for the root, which is node 0; a parent comes before its children.
        rows: of each node, from 0; halves and quarters occur.
        sizes: nodes in the subtree of each, itself included.
        depths: steps from the root.
    """

    parents: NDArray[np.int64]
    rows: NDArray[np.float64]
    sizes: NDArray[np.int64]
    depths: NDArray[np.int64]

    @classmethod
    def of(cls, parents: Sequence[int]) -> Tree:
        """The tree of these parents.

        Raises:
            ValueError: if the first is not -1, or a later node has a parent that does not come before it.
        """
        if any(not (0 <= parent < node) if node else parent != -1 for node, parent in enumerate(parents)):
            raise ValueError("the root comes first, and each parent before its children")
        sizes, depths = np.ones(len(parents), np.int64), np.zeros(len(parents), np.int64)
        children: list[list[int]] = [[] for _ in parents]
        for node, parent in enumerate(parents[1:], 1):
            depths[node] = depths[parent] + 1
            children[parent].append(node)
        for node in range(len(parents) - 1, 0, -1):
            sizes[parents[node]] += sizes[node]
        rows = _rows(children)
        return cls(parents=np.array(parents, dtype=np.int64), rows=rows, sizes=sizes, depths=depths)

    @property
    def leaves(self) -> int:
        """Number of rows."""
        return len(self.parents) - len(set(self.parents.tolist()) - {-1})


def largest_part(tree: Tree, limit: int) -> NDArray[np.int64]:
    """At most ``limit`` nodes, ascending: those with the largest subtrees, the earlier first among equals.

    They form a tree with the same root, for nobody's subtree is larger than the parent's.
    """
    order = np.argsort(-tree.sizes, kind="stable")
    return np.sort(order[:limit])


def _rows(children: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """Rows of all nodes, without recursion, for a cascade may be thousands of steps deep."""
    rows = np.zeros(len(children), dtype=np.float64)
    free, stack = 0, [0] if children else []
    order: list[int] = []
    while stack:
        node = stack.pop()
        order.append(node)
        stack.extend(reversed(children[node]))
        if not children[node]:
            rows[node] = free
            free += 1
    for node in reversed(order):
        if children[node]:
            rows[node] = (rows[children[node][0]] + rows[children[node][-1]]) / 2
    return rows
