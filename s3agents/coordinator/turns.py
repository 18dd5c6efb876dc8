"""Turns: the port by which a coordinator has turns taken, wherever that is; and the one that takes them here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from s3agents.agents.host import Host
from s3agents.cognition.turn import TurnResult
from s3agents.coordinator.pipeline import Pace, Pipeline
from s3agents.coordinator.seeds import Announcements
from s3agents.record.base import Checkpoint
from s3agents.steering.steering import Steering

__all__ = ["LocalTurns", "Turns"]


class Turns(Protocol):
    """Takes the turns of a run, tick by tick; a coordinator records what they come to, and need not know where."""

    async def open(self, run: str, checkpoint: Checkpoint) -> None:
        """Make ready for ``run``, to go on from ``checkpoint``."""
        ...

    async def run(
        self,
        *,
        first: int,
        ticks: int,
        announcements: Announcements,
        stop: Callable[[], bool],
        on_turn: Callable[[int, int, int], None],
        on_whole: Callable[[int, list[TurnResult]], None],
    ) -> bool:
        """Whether the ticks came to their end; false when the run was asked to stop before.

        Args:
            first: first tick.
            ticks: the tick that is no more.
            announcements: what the scenario has agents publish.
            stop: asked whether to end with the lowest open tick.
            on_turn: told the lowest open tick, how many of its turns are done, and of how many as far as is known.
            on_whole: told a tick that is whole and the results of all its turns, in any order; ticks come in ascending
                order. It may raise, and does if too many turns of the tick have failed; that ends the run.

        Raises:
            RunError: if the run cannot go on.
        """
        ...


class LocalTurns:
    """The turns of a host in this process, each begun as soon as nothing holds it up.

    Args:
        host: the agents; its bus is opened here, and closed by whoever made it.
        pace: how far turns may be apart.
    """

    def __init__(self, host: Host, pace: Pace) -> None:
        self._host, self._pace = host, pace

    def steer(self, steering: Steering) -> None:
        """Have ``steering`` decide on mail and posts from the next tick on; none is then begun before the last ends."""
        self._host.steering, self._pace = steering, replace(self._pace, lookahead=0)

    async def open(self, run: str, checkpoint: Checkpoint) -> None:
        """Open the bus, and bring the agents of ``checkpoint`` back."""
        await self._host.open(run)
        await self._host.restore(checkpoint.states, checkpoint.texts, checkpoint.posts)

    async def run(
        self,
        *,
        first: int,
        ticks: int,
        announcements: Announcements,
        stop: Callable[[], bool],
        on_turn: Callable[[int, int, int], None],
        on_whole: Callable[[int, list[TurnResult]], None],
    ) -> bool:
        """See :class:`~s3agents.coordinator.pipeline.Pipeline`."""
        pipeline = Pipeline(
            self._host,
            first=first,
            ticks=ticks,
            pace=self._pace,
            announcements=announcements,
            stop=stop,
            on_turn=on_turn,
            on_whole=on_whole,
        )
        return await pipeline.run()
