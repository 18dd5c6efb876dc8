"""Ledger: which ticks of a run are over and which a shard has collected; what every bus has to refuse, in one place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from s3agents.errors import BusError, explain
from s3agents.events import Post

__all__ = ["Ledger", "already_open", "not_open"]

_NEVER = -1


def not_open() -> BusError:
    """The refusal of a bus that has not been opened, or was closed."""
    return BusError(explain("bus", wanted="an open bus", got="one not open, or closed", remedy="open it first"))


def already_open(run: str) -> BusError:
    """The refusal to open a bus twice."""
    remedy = "close it first, or use a second bus"
    return BusError(explain("bus", wanted="a bus that is not open", got=f"one open for run {run!r}", remedy=remedy))


class Ledger:
    """Where the ticks and shards of one opening stand.

    Args:
        shards: numbers of the shards.
    """

    def __init__(self, shards: Iterable[int]) -> None:
        self.over = _NEVER
        self._collected = dict.fromkeys(shards, _NEVER)

    @property
    def floor(self) -> int:
        """The last tick that every shard has collected; -1 if there is none."""
        return min(self._collected.values(), default=self.over)

    def admit(self, posts: Sequence[Post]) -> None:
        """Refuse posts that come too late.

        Raises:
            BusError: if the tick of a post is over.
        """
        for post in posts:
            if post.tick <= self.over:
                got = f"one of tick {post.tick}, with tick {self.over} over"
                raise BusError(explain(f"post {post.id!r}", wanted="a post of a tick that is not over", got=got))

    def end(self, tick: int) -> None:
        """Note that ``tick`` is over."""
        self.over = max(self.over, tick)

    def begin(self, shard: int, tick: int) -> None:
        """Refuse to collect for a shard that does not exist, or what it has collected.

        Raises:
            BusError: in these two cases.
        """
        if shard not in self._collected:
            known = f"one of the {len(self._collected)} shards that the bus was opened with"
            raise BusError(explain("shard", wanted=known, got=str(shard)))
        if tick <= self._collected[shard]:
            wanted = f"a tick after {self._collected[shard]}, which was collected last"
            raise BusError(explain(f"tick of shard {shard}", wanted=wanted, got=str(tick)))

    def done(self, shard: int, tick: int) -> None:
        """Note that ``shard`` has collected ``tick``."""
        self._collected[shard] = tick
