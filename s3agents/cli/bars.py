"""Bars: what every long work shows while it goes on: bars on a terminal, log lines elsewhere."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import structlog
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from s3agents.cli.console import words

__all__ = ["Bars", "PartBars"]

_LINES = 4


class Bars:
    """A context manager that shows bars on standard error while it is open, if that is a terminal.

    Args:
        *columns: of the bars.
        shown: whether there are any on a terminal; they would write over what somebody types there.
    """

    def __init__(self, *columns: ProgressColumn, shown: bool = True) -> None:
        console = words()
        self._log = None if console.is_terminal else structlog.get_logger()
        self._bar = Progress(*columns, console=console, transient=True, disable=not (console.is_terminal and shown))

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()


class PartBars(Bars):
    """What is done, of how much, part by part: a bar for each part, or four log lines.

    Args:
        event: how log lines call the work.
    """

    def __init__(self, event: str) -> None:
        super().__init__(
            TextColumn("{task.description:<18}"),
            BarColumn(bar_width=32),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(compact=True),
        )
        self._event = event
        self._tasks: dict[str, TaskID] = {}
        self._told: dict[str, int] = {}

    def __call__(self, part: str, done: int, due: int) -> None:
        """Show that ``done`` of the ``due`` things of ``part`` are done."""
        if part not in self._tasks:
            self._tasks[part] = self._bar.add_task(part, total=due)
        self._bar.update(self._tasks[part], completed=done)
        quarter = done * _LINES // due if due else 0
        if self._log is not None and quarter > self._told.get(part, 0):
            self._told[part] = quarter
            self._log.info(self._event, part=part, done=done, of=due)
