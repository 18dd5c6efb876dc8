"""TickBoard: what is known of a tick whose orders are out: which shards have settled theirs, and what it came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from s3agents.cognition.turn import TurnResult
from s3agents.fleet.news import News
from s3agents.fleet.shard_log import Entry

__all__ = ["TickBoard"]


class TickBoard:
    """One tick.

    Args:
        tick: which.
        shards: that have orders, with the most turns that each may have.

    Attributes:
        results: of the turns of the shards that have settled.
        entries: of these shards.
        first: place of the first post in the stream; 0 if there is none.
    """

    def __init__(self, tick: int, shards: Mapping[int, int]) -> None:
        self.tick = tick
        self.results: list[TurnResult] = []
        self.entries: dict[int, Entry] = {}
        self.first = 0
        self._open = dict(shards)
        self._unpublished = set(self._open)
        self._standing: dict[int, tuple[int, int]] = {}

    @property
    def whole(self) -> bool:
        """Whether all shards have settled, and their posts are out."""
        return not self._open and not self._unpublished

    @property
    def due(self) -> int:
        """Turns of the tick, as far as is known."""
        return len(self.results) + sum(due for due, _ in self._standing.values())

    @property
    def done(self) -> int:
        """Turns that are done, as far as is known."""
        return len(self.results) + sum(done for _, done in self._standing.values())

    @property
    def failed(self) -> int:
        """Turns of settled shards that failed."""
        return sum(entry.failed for entry in self.entries.values())

    def spoilt(self, limit: float) -> bool:
        """Whether a larger share than ``limit`` of the turns has failed, however those end that are not known yet."""
        untold = sum(most for shard, most in self._open.items() if not self._standing.get(shard, (0, 0))[0])
        return self.failed > limit * (self.due + untold)

    @property
    def open(self) -> frozenset[int]:
        """Shards that have not settled."""
        return frozenset(self._open)

    def lacks(self, entry: Entry) -> bool:
        """Whether ``entry`` is one that is waited for."""
        return entry.tick == self.tick and entry.shard in self._open

    def settle(self, entry: Entry, results: Sequence[TurnResult]) -> None:
        """Note what a shard has come to."""
        self._open.pop(entry.shard, None)
        self._standing.pop(entry.shard, None)
        self.entries[entry.shard] = entry
        self.results += results
        if not entry.posts:
            self._unpublished.discard(entry.shard)

    def published(self, shard: int, tick: int, place: int) -> None:
        """Note that the posts of a shard are out, the first of them at ``place``."""
        if tick == self.tick and shard in self._unpublished:
            self._unpublished.discard(shard)
            self.first = min(place, self.first or place)

    def hear(self, news: News) -> None:
        """Note how far a worker is."""
        for one in news.standing:
            if one.tick == self.tick and one.shard in self._open:
                self._standing[one.shard] = (one.due, one.done)
