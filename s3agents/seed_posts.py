"""Seed posts: the ids that the posts of a scenario get, so that other seeds can forward them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from s3agents.config.scenario import SeedPost
from s3agents.ids import PostId, UserId, post_id

__all__ = ["SeedPosts", "SeedRoot"]


class SeedRoot(NamedTuple):
    """A seed post that starts a cascade: its id, and what the scenario says of it."""

    id: PostId
    author: UserId
    seed: SeedPost


class SeedPosts:
    """The seed posts of a scenario that have a text.

    Args:
        seeds: all seeds of the scenario, files of posts already read.
    """

    def __init__(self, seeds: Iterable[SeedPost]) -> None:
        self._by_id: dict[str, SeedRoot] = {}
        self._first: dict[str, SeedRoot] = {}
        numbers = Counter[tuple[int, str]]()
        for seed in seeds:
            if seed.author is None or seed.text is None:
                continue
            author, n = UserId(seed.author), numbers[seed.tick, seed.author]
            numbers[seed.tick, seed.author] += 1
            root = SeedRoot(post_id(seed.tick, author, n), author, seed)
            self._by_id[root.id] = root
            if author not in self._first or seed.tick < self._first[author].seed.tick:
                self._first[author] = root

    def find(self, wanted: str) -> SeedRoot | None:
        """The seed post of the id ``wanted``, else the first one of the author ``wanted``, by tick."""
        return self._by_id.get(wanted) or self._first.get(wanted)

    def last(self) -> SeedRoot | None:
        """The one listed last."""
        return next(reversed(self._by_id.values()), None)
