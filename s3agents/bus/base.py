"""Bus: the port over which posts travel from authors to the shards that hold their followers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from s3agents.events import Post
from s3agents.ids import UserId

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
    """Carries the posts of one run, tick by tick.

    A bus is a transport, not a store: the record is the source of truth, and a resumed run opens a fresh bus and
    publishes again what has not been read. Within one opening, order of publication does not matter and a repeated post
    is dropped:

    * :meth:`collect` returns the posts of exactly one tick, by exactly the authors of the shard, each once, in their
      total order;
    * it waits until :meth:`end_tick` has been called for that tick, and a post of a tick that is over is refused, so
      that nothing can come too late;
    * a post is never lost: :meth:`publish` returns when the bus has taken it, or raises.

    Every method but :meth:`close` raises :class:`~s3agents.errors.BusError` when the bus is not open or its server is
    gone. :class:`s3agents.testing.bus_contract.BusContract` states all of this as tests, for any bus.
    """

    async def open(self, run: str, shards: Collection[Shard]) -> None:
        """Make the run's subscriptions, empty of posts. A bus that was closed may be opened again."""
        ...

    async def publish(self, posts: Sequence[Post]) -> None:
        """Take ``posts``, of ticks that are not over. Safe to repeat."""
        ...

    async def end_tick(self, tick: int) -> None:
        """Declare that every post of ``tick``, and of the ticks before it, has been published. Safe to repeat."""
        ...

    async def collect(self, shard: int, tick: int) -> list[Post]:
        """The posts of ``tick`` for ``shard``, in their total order.

        A shard collects its ticks in ascending order, each once; one that it skips is dropped. A call that was
        cancelled may be made again.
        """
        ...

    async def close(self) -> None:
        """Let go of connections and of what the run left on the server; who still waits gets an error. Safe to repeat.

        What cannot be tidied up, the server being gone, is logged: there is nothing that a caller could do about it.
        """
        ...
