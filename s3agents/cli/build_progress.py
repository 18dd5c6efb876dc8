"""How far a build is: bars on a terminal, elsewhere a log line for each phase and each million records."""

from __future__ import annotations

from types import TracebackType

from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn

from s3agents.cli.bars import Bars

__all__ = ["BuildBar"]

_A_LINE_EVERY = 1_000_000


class BuildBar(Bars):
    """The phases of a build, with the records done."""

    def __init__(self) -> None:
        super().__init__(
            TextColumn("{task.description:<24}"),
            BarColumn(bar_width=32),
            TextColumn("{task.completed:>12,.0f}"),
            TimeElapsedColumn(),
        )
        self._task: TaskID | None = None
        self._totals: dict[str, int] = {}
        self._phase = ""
        self._done = 0

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        if kind is None:
            self._say()

    def __call__(self, phase: str, done: int) -> None:
        """Show that ``done`` records of ``phase`` are done."""
        if phase != self._phase:
            self._begin(phase)
        before, self._done = self._done, done
        if done // _A_LINE_EVERY > before // _A_LINE_EVERY:
            self._say()
        if self._task is not None:
            self._bar.update(self._task, completed=done)

    def _begin(self, phase: str) -> None:
        self._say()
        if self._task is not None:
            self._bar.update(self._task, total=self._done)
            self._bar.stop_task(self._task)
            self._totals[_records(self._phase)] = self._done
        self._phase, self._done = phase, 0
        self._task = self._bar.add_task(phase, total=self._totals.get(_records(phase)))

    def _say(self) -> None:
        if self._log is not None and self._phase:
            self._log.info("build", phase=self._phase, done=self._done)


def _records(phase: str) -> str:
    """What ``phase`` reads: of ``posts, second reading``, posts, of which the first reading has told how many."""
    return phase.partition(",")[0]
