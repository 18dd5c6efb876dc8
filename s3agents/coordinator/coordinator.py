"""Coordinator: takes a society from tick to tick, with a barrier after each and one transaction for it.

Posts of tick ``t`` are published in tick ``t`` and read in ``t + 1``. A tick is committed only when all of its turns
are done and all of its posts are out; whatever an unfinished tick left anywhere is forgotten when the run is resumed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from s3agents.agents.host import Host
from s3agents.bus.base import Bus
from s3agents.cognition.turn import TurnResult
from s3agents.coordinator.clock import Clock
from s3agents.coordinator.faults import check_faults
from s3agents.coordinator.seeds import Announcements
from s3agents.errors import FaultLimitError
from s3agents.record.base import Recorder, TickRecord

__all__ = ["Coordinator", "Progress", "StopRequest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is.

    Attributes:
        tick: under way, or just committed.
        ticks: in all.
        done: turns done in this tick.
        due: turns of this tick.
        committed: the record of the tick, once it is committed.
    """

    tick: int
    ticks: int
    done: int = 0
    due: int = 0
    committed: TickRecord | None = None


class StopRequest:
    """Asks a run to end at the next barrier; set from a signal handler or another task."""

    def __init__(self) -> None:
        self.wanted = False

    def __call__(self) -> None:
        """Ask for the end."""
        self.wanted = True


class Coordinator:
    """Runs the ticks of one run.

    Args:
        host: the agents.
        bus: opened here, closed by whoever made it.
        recorder: keeps every tick.
        announcements: posts that enter from outside.
        users: number of users of the society.
        ticks: of the scenario.
        fault_limit: share of the turns of a tick that may fail.
    """

    def __init__(
        self,
        host: Host,
        bus: Bus,
        recorder: Recorder,
        *,
        announcements: Announcements,
        users: int,
        ticks: int,
        fault_limit: float,
    ) -> None:
        self._host, self._bus, self._recorder = host, bus, recorder
        self._announcements, self._users, self._ticks, self._fault_limit = announcements, users, ticks, fault_limit

    async def run(
        self, name: str, *, stop: StopRequest, on_progress: Callable[[Progress], None] = lambda progress: None
    ) -> bool:
        """Run from the last checkpoint to the end.

        Args:
            name: of the run, on the bus.
            stop: checked at every barrier.
            on_progress: told after every turn and every committed tick.

        Returns:
            Whether the run came to its end; false when it was asked to stop before.

        Raises:
            FaultLimitError: when too many turns of a tick failed.
            RunError: when the bus, the record, the memory or the budget gave out.
        """
        clock = await self._start(name)
        for tick in clock.remaining():
            if stop.wanted:
                return False
            record = await self._tick(tick, on_progress)
            on_progress(Progress(tick=tick, ticks=self._ticks, committed=record))
        return True

    async def _start(self, name: str) -> Clock:
        """Open the bus and bring everything to where the record stands."""
        checkpoint = self._recorder.checkpoint()
        await self._bus.open(name, self._host.shards)
        await self._host.restore(checkpoint.states, checkpoint.texts)
        if checkpoint.tick >= 0:
            await self._host.deliver(checkpoint.posts)
        return Clock(self._ticks, last=checkpoint.tick)

    async def _tick(self, tick: int, on_progress: Callable[[Progress], None]) -> TickRecord:
        def on_turn(done: int, due: int) -> None:
            on_progress(Progress(tick=tick, ticks=self._ticks, done=done, due=due))

        results = await self._host.run_tick(tick, self._announcements.get(tick, {}), on_turn=on_turn)
        record = self._record(tick, results)
        self._check(record)
        self._recorder.commit(record)
        await self._bus.forget(tick)
        return record

    def _record(self, tick: int, results: Sequence[TurnResult]) -> TickRecord:
        posts = sorted((post for result in results for post in result.posts), key=lambda post: post.order)
        turns = sorted((result.record for result in results), key=lambda turn: turn.user)
        return TickRecord(tick=tick, posts=posts, turns=turns, users=self._users)

    def _check(self, record: TickRecord) -> None:
        try:
            check_faults(record.turns, tick=record.tick, limit=self._fault_limit)
        except FaultLimitError:
            self._recorder.failed(record)
            raise
