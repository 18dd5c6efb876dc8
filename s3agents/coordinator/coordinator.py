"""Coordinator: takes a society from tick to tick, and keeps each in one transaction.

Posts of tick ``t`` are published in tick ``t`` and read in ``t + 1``. A tick is committed only when all of its turns
are done and all of its posts are out; whatever an unfinished tick left anywhere is forgotten when the run is resumed.
Ticks are committed in order, though agents that nobody holds up may be ahead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from s3agents.cognition.turn import TurnResult
from s3agents.coordinator.faults import check_faults
from s3agents.coordinator.seeds import Announcements
from s3agents.coordinator.turns import Turns
from s3agents.errors import FaultLimitError
from s3agents.record.base import Recorder, TickRecord
from s3agents.steering.steering import Steering

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
        turns: takes the turns; opened here, and closed by whoever made it.
        recorder: keeps every tick.
        announcements: posts that enter from outside.
        users: number of users of the society.
        ticks: of the scenario.
        faults: share of the turns of a tick that may fail.
        flush: called before a tick is committed: what its turns rest on, such as replies of a model, goes on file.

    Attributes:
        steering: what steers the run, if anything does: it is told of every tick that was committed.
    """

    def __init__(
        self,
        turns: Turns,
        recorder: Recorder,
        *,
        announcements: Announcements,
        users: int,
        ticks: int,
        faults: float = 1.0,
        flush: Callable[[], None] = lambda: None,
    ) -> None:
        self._turns, self._recorder, self._announcements = turns, recorder, announcements
        self._users, self._ticks, self._faults, self._flush = users, ticks, faults, flush
        self.steering: Steering | None = None
        self._next = 0

    @property
    def tick(self) -> int:
        """The next tick; that after the last one at the end."""
        return self._next

    async def run(
        self, name: str, *, stop: StopRequest, on_progress: Callable[[Progress], None] = lambda progress: None
    ) -> bool:
        """:meth:`open` and :meth:`advance` to the end."""
        await self.open(name)
        return await self.advance(stop=stop, on_progress=on_progress)

    async def open(self, name: str) -> None:
        """Make ready to go on from the last checkpoint.

        Args:
            name: of the run, on the bus.

        Raises:
            RunError: when the bus, the record or the memory cannot be had.
        """
        checkpoint = self._recorder.checkpoint()
        self._next = checkpoint.tick + 1
        await self._turns.open(name, checkpoint)

    async def advance(
        self,
        *,
        stop: StopRequest,
        on_progress: Callable[[Progress], None] = lambda progress: None,
        to: int | None = None,
    ) -> bool:
        """Run from where the run stands to the end, or up to a tick.

        Args:
            stop: checked at every barrier; turns ahead of the lowest open tick are not begun once it is wanted.
            on_progress: told after every turn of the lowest open tick and after every committed tick.
            to: the tick that is not played any more; by default that after the last.

        Returns:
            Whether it came to that; false when it was asked to stop before.

        Raises:
            FaultLimitError: when too many turns of a tick failed.
            RunError: when the bus, the record, the memory or the budget gave out.
        """

        def on_turn(tick: int, done: int, due: int) -> None:
            on_progress(Progress(tick=tick, ticks=self._ticks, done=done, due=due))

        def on_whole(tick: int, results: Sequence[TurnResult]) -> None:
            committed = self._commit(tick, results)
            self._next = tick + 1
            on_progress(Progress(tick=tick, ticks=self._ticks, committed=committed))

        return await self._turns.run(
            first=self._next,
            ticks=self._ticks if to is None else min(to, self._ticks),
            announcements=self._announcements,
            stop=lambda: stop.wanted,
            on_turn=on_turn,
            on_whole=on_whole,
        )

    def _commit(self, tick: int, results: Sequence[TurnResult]) -> TickRecord:
        posts = sorted((post for result in results for post in result.posts), key=lambda post: post.order)
        turns = sorted((result.record for result in results), key=lambda turn: turn.user)
        steered, marks = ((), ()) if self.steering is None else self.steering.taken()
        record = TickRecord(tick=tick, posts=posts, turns=turns, users=self._users, steered=steered, marks=marks)
        self._check(record)
        self._flush()
        self._recorder.commit(record)
        if self.steering is not None:
            self.steering.observe(tick, posts, turns)
        return record

    def _check(self, record: TickRecord) -> None:
        try:
            check_faults(record.turns, tick=record.tick, limit=self._faults)
        except FaultLimitError:
            self._recorder.failed(record)
            raise
