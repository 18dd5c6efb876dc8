"""Bus: the port over which posts travel from authors to the shards that hold their followers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from s3agents.events import Post
from s3agents.ids import PostId, UserId

__all__ = ["Bus", "Shard"]


@dataclass(frozen=True, slots=True)
class Shard:
    """A group of agents that receives its mail together.

    Attributes:
        number: its number in the run, from 0.
        authors: whom its agents follow: the follow edges, mirrored in subscriptions.
    """

    number: int
    authors: frozenset[UserId]


class Bus(Protocol):
    """Carries the posts of one run.

    A bus is a transport, not a store: the record is the source of truth, and a resumed run opens a fresh bus and
    publishes again what has not been read. It knows nothing of when a tick is over: who publishes knows the ids of what
    is due, and :meth:`receive` asks for exactly these, so that an agent may be ahead of others. Within one opening:

    * a post reaches the shards that follow its author, once, however often it is published;
    * :meth:`receive` returns when all of what it asks for has arrived, and may ask again until it is forgotten;
    * a post is never lost: :meth:`publish` returns when the bus has taken it, or raises;
    * what was forgotten leaves the bus as soon as nothing older is still to be kept: a bus holds the ticks under way,
      however long the run.

    Every method but :meth:`close` raises :class:`~s3agents.errors.BusError` when the bus is not open or its server is
    gone. :class:`s3agents.testing.bus_contract.BusContract` states all of this as tests, for any bus.
    """

    async def open(self, run: str, shards: Collection[Shard]) -> None:
        """Make the run's subscriptions, empty of posts. A bus that was closed may be opened again."""
        ...

    async def publish(self, posts: Sequence[Post]) -> None:
        """Take ``posts``, of ticks that were not forgotten. Safe to repeat."""
        ...

    async def receive(self, shard: int, ids: Collection[PostId]) -> list[Post]:
        """The posts ``ids`` as they have reached ``shard``, in their total order; waits until all have.

        Args:
            shard: number of the shard.
            ids: of posts by authors whom the shard follows; others never arrive. Several calls may wait side by side,
                and one that was cancelled may be made again.
        """
        ...

    async def forget(self, tick: int) -> None:
        """Let go of the posts of ``tick`` and before: nobody asks for them any more. Safe to repeat."""
        ...

    async def close(self) -> None:
        """Let go of connections and of what the run left on the server; who still waits gets an error. Safe to repeat.

        What cannot be tidied up, the server being gone, is logged: there is nothing that a caller could do about it.
        """
        ...
