"""Posts by a model, on the command line: the endpoint, the bar, and what to do when it stops half way."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import TracebackType

import structlog
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from s3agents import wiring
from s3agents.cli.console import note, words
from s3agents.config.model import ModelSection
from s3agents.errors import ModelError, RunError, SocietyError, explain
from s3agents.network.generate.by_model import ModelPosts, write_posts
from s3agents.network.generate.draft import Draft

__all__ = ["ask_for_posts", "summary_of"]

_LINES = 10


def ask_for_posts(made: Draft, model: ModelSection, out: Path, *, most: int) -> ModelPosts:
    """The newest posts of each user of ``made``, written by ``model``.

    Replies are recorded beside ``out`` until all are there, so that the same command goes on where it was.

    Raises:
        FaultLimitError: if too many requests fail.
        SocietyError: if nothing can be written beside ``out``.
    """
    replies = out.absolute().with_name(f".{out.name}.replies.sqlite")
    try:
        replies.parent.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        got = exc.strerror or str(exc)
        raise SocietyError(explain(str(out), wanted="a folder that can be written", got=got)) from exc
    try:
        result = asyncio.run(_asked(made, model, replies, most))
    except (RunError, ModelError, KeyboardInterrupt):
        note("what was answered is kept: the same command goes on where it was")
        raise
    replies.unlink(missing_ok=True)
    return result


def summary_of(result: ModelPosts) -> str:
    """One line on what a model wrote."""
    posts = sum(map(len, result.written.values()))
    faults = ", ".join(f"{count:,} {cause}" for cause, count in result.faults.most_common())
    failed = f"; {result.faults.total():,} requests failed ({faults}): these users keep posts from templates"
    return f"{posts:,} posts of {len(result.written):,} users by the model{failed if faults else ''}"


async def _asked(made: Draft, model: ModelSection, replies: Path, most: int) -> ModelPosts:
    async with wiring.opened_model(model, wiring.build_client(model), replies) as client:
        with _Bar() as bar:
            return await write_posts(made, client, model, most=most, progress=bar)


class _Bar:
    """Users done, of how many: a bar on a terminal, a log line at each tenth elsewhere; a context manager."""

    def __init__(self) -> None:
        console = words()
        self._log = None if console.is_terminal else structlog.get_logger()
        self._bar = Progress(
            TextColumn("posts by the model"),
            BarColumn(bar_width=32),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(compact=True),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("users", total=None)

    def __enter__(self) -> _Bar:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def __call__(self, done: int, due: int) -> None:
        """Show that ``done`` of ``due`` users are done."""
        self._bar.update(self._task, completed=done, total=due)
        if self._log is not None and done * _LINES // due > (done - 1) * _LINES // due:
            self._log.info("generate", users=done, of=due)
