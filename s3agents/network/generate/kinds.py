"""Kinds: links that may stand in for one another."""

from __future__ import annotations

import numpy as np

from s3agents.network.generate.streams import Longs, picks

__all__ = ["Kinds"]


class Kinds:
    """Which links are of one kind.

    Args:
        kinds: of each link, whole numbers from 0.
    """

    def __init__(self, kinds: Longs) -> None:
        self._kinds = kinds
        self._order = np.argsort(kinds, kind="stable")
        self._sizes = np.bincount(kinds)
        self._starts = np.cumsum(self._sizes) - self._sizes

    def mates(self, links: Longs, rng: np.random.Generator) -> Longs:
        """For each of ``links`` one of its kind, perhaps itself."""
        kind = self._kinds[links]
        mates: Longs = self._order[self._starts[kind] + picks(self._sizes[kind], len(links), rng)]
        return mates
