"""News: what a worker says of itself while a run is under way: that it lives, how far it is, and what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

__all__ = ["News", "Standing", "read_news"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a worker is with an order.

    Attributes:
        shard: which.
        tick: which.
        due: agents that have a turn; 0 while that is not known.
        done: turns that are done.
    """

    shard: int
    tick: int
    due: int = 0
    done: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A word from a worker.

    Attributes:
        worker: its name.
        standing: the orders that it has in hand.
        shard: of the order that it has failed over; ``None`` if all is well.
        trouble: why it failed, and leaves.
    """

    worker: str
    standing: tuple[Standing, ...] = ()
    shard: int | None = None
    trouble: str = ""

    def encode(self) -> bytes:
        """As a message."""
        rows = [[one.shard, one.tick, one.due, one.done] for one in self.standing]
        return orjson.dumps([self.worker, rows, self.shard, self.trouble.encode("utf-8", "replace").decode()])


def read_news(data: bytes) -> News | None:
    """Inverse of :meth:`News.encode`; ``None`` for what is none."""
    try:
        told: list[Any] = orjson.loads(data)
        worker, rows, shard, trouble = told
        standing = tuple(Standing(shard=s, tick=t, due=due, done=done) for s, t, due, done in rows)
    except (ValueError, TypeError):
        return None
    return News(worker=worker, standing=standing, shard=shard, trouble=trouble)
