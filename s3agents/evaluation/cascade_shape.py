"""Shapes of cascades: how large, deep and wide a tree is, and how viral its structure (Goel et al. 2016)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["CascadeShape", "ShapeSummary", "Spread", "cascade_shape", "cascade_shapes", "summarise_shapes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeShape:
    """The shape of one cascade.

    Attributes:
        size: posts in it, the first one included.
        depth: most steps from the first post.
        breadth: most posts at one number of steps.
        virality: structural virality, the mean number of steps between two posts (Goel, Anderson, Hofman & Watts 2016,
            Management Science 62, eq. 1): near 2 for a broadcast, growing with chains; ``None`` for a post alone.
    """

    size: int
    depth: int
    breadth: int
    virality: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Where a measure lies over several cascades: median and 90th percentile (linear between neighbours)."""

    median: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeSummary:
    """The shapes of several cascades.

    Attributes:
        cascades: how many.
        largest: the shape of the largest; the first of equals.
        size: over all.
        depth: over all.
        breadth: over all.
        virality: over those of two posts and more; ``None`` where there are none.
    """

    cascades: int
    largest: CascadeShape
    size: Spread
    depth: Spread
    breadth: Spread
    virality: Spread | None

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)


def cascade_shape(parents: ArrayLike) -> CascadeShape:
    """The shape of one cascade, in a time that grows with its size.

    Args:
        parents: position of the parent of each post, -1 for the first post, in any order, shape ``(n,)``.

    Raises:
        ValueError: if there is not exactly one first post, or posts form a circle.
    """
    shapes = cascade_shapes(parents)
    if len(shapes) != 1:
        raise ValueError(f"a cascade has one first post, got {len(shapes)}")
    return shapes[0]


def cascade_shapes(parents: ArrayLike) -> list[CascadeShape]:
    """The shape of each cascade in a forest, in the order of first posts.

    Args:
        parents: as in :func:`cascade_shape`, with one -1 a cascade.

    Raises:
        ValueError: if a parent is no post, or posts form a circle.
    """
    above = np.asarray(parents, dtype=np.int64)
    if len(above) and not (above.min() >= -1 and above.max() < len(above)):
        raise ValueError(f"parents are positions from 0 to {len(above) - 1}, or -1")
    links: list[int] = above.tolist()
    order, levels, tree = _top_down(links)
    below = [1] * len(links)  # posts at and under each
    for post in reversed(order):
        if links[post] >= 0:
            below[links[post]] += below[post]
    return [_shape(posts, links, levels, below) for posts in _by_tree(order, tree)]


def _top_down(links: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
    """Posts after their parents, the level of each, and the tree of each."""
    children: list[list[int]] = [[] for _ in links]
    for post, parent in enumerate(links):
        if parent >= 0:
            children[parent].append(post)
    roots = [post for post, parent in enumerate(links) if parent < 0]
    levels, tree = [0] * len(links), [0] * len(links)
    for number, root in enumerate(roots):
        tree[root] = number
    order = list(roots)
    for post in order:  # it grows behind the post at hand
        for child in children[post]:
            levels[child], tree[child] = levels[post] + 1, tree[post]
        order += children[post]
    if len(order) != len(links):
        raise ValueError(f"posts follow from a first post, got {len(links) - len(order)} in circles")
    return order, levels, tree


def _by_tree(order: Sequence[int], tree: Sequence[int]) -> list[list[int]]:
    found: dict[int, list[int]] = {}
    for post in order:
        found.setdefault(tree[post], []).append(post)
    return list(found.values())


def _shape(posts: Sequence[int], links: Sequence[int], levels: Sequence[int], below: Sequence[int]) -> CascadeShape:
    """The shape of one tree; the paths over the link above a post join those below it with all others."""
    size = len(posts)
    at_level = np.bincount([levels[post] for post in posts])
    steps = sum(below[post] * (size - below[post]) for post in posts if links[post] >= 0)
    return CascadeShape(
        size=size,
        depth=len(at_level) - 1,
        breadth=int(at_level.max()),
        virality=2 * steps / (size * (size - 1)) if size > 1 else None,
    )


def summarise_shapes(shapes: Sequence[CascadeShape]) -> ShapeSummary | None:
    """The shapes of several cascades in a few numbers; ``None`` where there are none."""
    if not shapes:
        return None
    viral = [shape.virality for shape in shapes if shape.virality is not None]
    return ShapeSummary(
        cascades=len(shapes),
        largest=max(shapes, key=lambda shape: shape.size),
        size=_spread([shape.size for shape in shapes]),
        depth=_spread([shape.depth for shape in shapes]),
        breadth=_spread([shape.breadth for shape in shapes]),
        virality=_spread(viral) if viral else None,
    )


def _spread(values: Sequence[float]) -> Spread:
    return Spread(median=float(median(values)), high=float(np.quantile(values, 0.9)))
