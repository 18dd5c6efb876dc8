"""Progress: what a long run shows while it goes on."""

from __future__ import annotations

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from s3agents.cli.bars import Bars
from s3agents.coordinator.coordinator import Progress as RunProgress
from s3agents.coordinator.faults import by_cause
from s3agents.events import PostKind

__all__ = ["ProgressBar"]


class ProgressBar(Bars):
    """A bar of ticks and one of turns on a terminal; a log line a tick elsewhere.

    Args:
        shown: whether there are bars on a terminal.
    """

    def __init__(self, *, shown: bool = True) -> None:
        super().__init__(
            TextColumn("{task.description:<24}"),
            BarColumn(bar_width=32),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(compact=True),
            shown=shown,
        )
        self._ticks = self._bar.add_task("setting up", total=None)
        self._turns = self._bar.add_task("turns", total=None)
        self._posts = self._faults = 0

    def say(self, text: str) -> None:
        """Say something above the bars."""
        self._bar.console.print(f"\n{text}", highlight=False, markup=False)

    def __call__(self, progress: RunProgress) -> None:
        """Show ``progress``."""
        if progress.committed is None:
            self._bar.update(self._turns, completed=progress.done, total=progress.due)
            self._bar.update(self._ticks, completed=progress.tick, total=progress.ticks, description=self._said())
            return
        record = progress.committed
        self._posts += len(record.posts)
        self._faults += sum(by_cause(record.turns).values())
        self._bar.update(self._ticks, completed=progress.tick + 1, total=progress.ticks, description=self._said())
        if self._log is not None:
            forwards = sum(post.kind is PostKind.FORWARD for post in record.posts)
            self._log.info(
                "tick",
                tick=progress.tick,
                of=progress.ticks,
                turns=len(record.turns),
                posts=len(record.posts),
                forwards=forwards,
                faults=dict(by_cause(record.turns)),
            )

    def _said(self) -> str:
        return f"ticks, {self._posts:,} posts" + (f", {self._faults:,} faults" if self._faults else "")
