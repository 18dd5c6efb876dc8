"""Forest: sums of decision trees as flat arrays; owns the arithmetic by which a fitted model of behaviour predicts.

Only numpy takes part. All trees are as deep as the deepest: a leaf points to itself, so that a row goes down all of
them at once. The sum goes in the order of the trees, whatever else is in the batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Forest"]

_Floats = NDArray[np.float64]
_BATCH = 512
"""Rows at once: what a step down all trees looks at then stays in the processor's cache."""


class _Steps(NamedTuple):
    """The trees as a step needs them: node ``i`` stands at ``2 * i``, and where ``at + above`` leads to is one look-up.

    Attributes:
        feature: by place.
        threshold: by place.
        child: place of the left child by place, of the right one behind it.
    """

    feature: NDArray[np.intp]
    threshold: _Floats
    child: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees whose leaves add up.

    Attributes:
        feature: the column that a node asks about, shape ``(nodes,)``; 0 in leaves.
        threshold: a row whose value is above it goes right; infinite in leaves.
        left: the node for the others; a leaf's is itself.
        right: the node for those above.
        value: what a leaf adds; 0 elsewhere.
        roots: first node of each tree, ascending from 0.
        bias: added to the sum.
        depth: of the deepest tree.
    """

    feature: NDArray[np.int32]
    threshold: _Floats
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: _Floats
    roots: NDArray[np.int32]
    bias: float
    depth: int
    _steps: _Steps = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        child = 2 * np.stack([self.left, self.right], axis=1).astype(np.intp).reshape(-1)
        steps = _Steps(np.repeat(self.feature, 2).astype(np.intp), np.repeat(self.threshold, 2), child)
        object.__setattr__(self, "_steps", steps)

    def scores(self, rows: _Floats) -> _Floats:
        """The sum of each row of ``rows``, of shape ``(n, features)``."""
        parts = [self._scores(rows[i : i + _BATCH]) for i in range(0, len(rows), _BATCH)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _scores(self, rows: _Floats) -> _Floats:
        return self.sums(self.leaves(self.values_of(rows), self.starts(len(rows)), np.arange(len(rows))))

    def values_of(self, rows: _Floats) -> _Floats:
        """What :meth:`leaves` looks up: ``rows`` by column, as trees know numbers, which is in single precision."""
        return rows.T.astype(np.float32).astype(np.float64)

    def starts(self, count: int) -> NDArray[np.intp]:
        """The root of each tree, for each of ``count`` rows: shape ``(trees, count)``."""
        return np.repeat(self.roots.astype(np.intp)[:, None], count, axis=1)

    def leaves(
        self, values: _Floats, nodes: NDArray[np.intp], columns: NDArray[np.intp], *, steps: int | None = None
    ) -> NDArray[np.intp]:
        """Where walks end.

        Args:
            values: of :meth:`values_of`, a row of which is a column here.
            nodes: from where, of any shape.
            columns: whose values, of a shape that fits.
            steps: enough to come to any leaf from there; by default those from a root.
        """
        feature, threshold, child = self._steps
        flat, first = values.reshape(-1), feature * values.shape[1]
        at = 2 * nodes
        for _ in range(self.depth if steps is None else steps):
            at += flat.take(first.take(at) + columns) > threshold.take(at)
            at = child.take(at)
        return at >> 1

    def sums(self, leaves: NDArray[np.intp]) -> _Floats:
        """The sum over the trees, which are the first axis, one after the other whatever the shape."""
        values = self.value.take(leaves)
        if not len(values):
            return np.full(leaves.shape[1:], self.bias)
        sums: _Floats = values[0]
        for more in values[1:]:
            sums += more
        return sums + self.bias

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """As named arrays, for a file."""
        return {
            "feature": self.feature,
            "threshold": self.threshold,
            "left": self.left,
            "right": self.right,
            "value": self.value,
            "roots": self.roots,
            "bias": np.array(self.bias, dtype=np.float64),
        }

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[np.generic]], *, features: int) -> Forest:
        """The forest of what :meth:`arrays` gave.

        Args:
            arrays: by name.
            features: how many columns there are.

        Raises:
            KeyError: if an array is missing.
            ValueError: if one has another type or shape, or they are no trees.
        """
        whole = [np.asarray(arrays[name]) for name in ("feature", "left", "right", "roots")]
        real = [np.asarray(arrays[name]) for name in ("threshold", "value", "bias")]
        if any(a.dtype != np.int32 for a in whole) or any(a.dtype != np.float64 for a in real):
            raise ValueError("trees of other types")
        (feature, left, right, roots), (threshold, value, bias) = whole, real
        if bias.shape or any(a.shape != (len(feature),) for a in (left, right, threshold, value)) or roots.ndim != 1:
            raise ValueError("trees of other shapes")
        if not np.isfinite(value).all() or not np.isfinite(bias) or np.isnan(threshold).any():
            raise ValueError("a tree with a number that is not finite")
        if len(feature) and not (feature.min() >= 0 and feature.max() < features):
            raise ValueError(f"a tree that asks about a feature outside of 0 to {features - 1}")
        depth = _depth(left, right, roots)
        return cls(feature, threshold, left, right, value, roots, float(bias), depth)


def _depth(left: NDArray[np.int32], right: NDArray[np.int32], roots: NDArray[np.int32]) -> int:
    """Steps from a root to the furthest leaf; children come after their parents.

    Raises:
        ValueError: if the nodes make no trees.
    """
    nodes = np.arange(len(left))
    leaf = left == nodes
    inner_ok = (left > nodes) & (right > nodes) & (left < len(nodes)) & (right < len(nodes))
    if not (np.where(leaf, right == nodes, inner_ok)).all():
        raise ValueError("a tree whose nodes do not follow one another")
    if len(roots) and (roots[0] != 0 or np.diff(roots).min(initial=1) < 1 or roots[-1] >= len(nodes)):
        raise ValueError("trees whose roots do not ascend")
    level = np.zeros(len(nodes), dtype=np.int64)
    for node in np.flatnonzero(~leaf):
        level[left[node]] = max(level[left[node]], level[node] + 1)
        level[right[node]] = max(level[right[node]], level[node] + 1)
    return int(level.max(initial=0))
