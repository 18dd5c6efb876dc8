"""Choices: texts by group, of which chance takes one for each of many users at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from s3agents.network.generate.streams import Floats, Longs

__all__ = ["Choices"]


class Choices:
    """Texts by group.

    Args:
        groups: the texts of each group, one or more.
    """

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        self._texts = [text for group in groups for text in group]
        self._sizes = np.array([len(group) for group in groups], dtype=np.int64)
        self._starts = np.cumsum(self._sizes) - self._sizes

    def places(self, group: Longs, chance: Floats) -> Longs:
        """The place of one text of each ``group``; ``chance`` in [0, 1) says which."""
        return self._starts[group] + (chance * self._sizes[group]).astype(np.int64)

    def others(self, group: Longs, places: Longs, chance: Floats) -> Longs:
        """The place of one more text of each ``group``, not that at ``places`` unless there is no other."""
        step = 1 + (chance * (self._sizes[group] - 1)).astype(np.int64)
        return self._starts[group] + (places - self._starts[group] + step) % self._sizes[group]

    def at(self, places: Longs) -> list[str]:
        """The texts at ``places``; nothing at places below 0."""
        texts = [*self._texts, ""]
        return [texts[place] for place in np.maximum(places, -1).tolist()]

    def pick(self, group: Longs, chance: Floats) -> list[str]:
        """One text of each ``group``."""
        return self.at(self.places(group, chance))
