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

    async def run(
        self, name: str, *, stop: StopRequest, on_progress: Callable[[Progress], None] = lambda progress: None
    ) -> bool:
        """Run from the last checkpoint to the end.

        Args:
            name: of the run, on the bus.
            stop: checked at every barrier; turns ahead of the lowest open tick are not begun once it is wanted.
            on_progress: told after every turn of the lowest open tick and after every committed tick.

        Returns:
            Whether the run came to its end; false when it was asked to stop before.

        Raises:
            FaultLimitError: when too many turns of a tick failed.
            RunError: when the bus, the record, the memory or the budget gave out.
        """
        checkpoint = self._recorder.checkpoint()
        await self._turns.open(name, checkpoint)

        def on_turn(tick: int, done: int, due: int) -> None:
            on_progress(Progress(tick=tick, ticks=self._ticks, done=done, due=due))

        def on_whole(tick: int, results: Sequence[TurnResult]) -> None:
            on_progress(Progress(tick=tick, ticks=self._ticks, committed=self._commit(tick, results)))

        return await self._turns.run(
            first=checkpoint.tick + 1,
            ticks=self._ticks,
            announcements=self._announcements,
            stop=lambda: stop.wanted,
            on_turn=on_turn,
            on_whole=on_whole,
        )

    def _commit(self, tick: int, results: Sequence[TurnResult]) -> TickRecord:
        posts = sorted((post for result in results for post in result.posts), key=lambda post: post.order)
        turns = sorted((result.record for result in results), key=lambda turn: turn.user)
        record = TickRecord(tick=tick, posts=posts, turns=turns, users=self._users)
        self._check(record)
        self._flush()
        self._recorder.commit(record)
        return record

    def _check(self, record: TickRecord) -> None:
        try:
            check_faults(record.turns, tick=record.tick, limit=self._faults)
        except FaultLimitError:
            self._recorder.failed(record)
            raise
