"""Posts by a model, on the command line: the endpoint, the bar, and what to do when it stops half way."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from s3agents import wiring
from s3agents.cli.bars import PartBars
from s3agents.cli.console import note
from s3agents.config.model import ModelSection
from s3agents.errors import ModelError, RunError, SocietyError, explain
from s3agents.network.generate.by_model import ModelPosts, write_posts
from s3agents.network.generate.draft import Draft

__all__ = ["ask_for_posts", "summary_of"]


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
        with PartBars("generate") as bars:
            return await write_posts(made, client, model, most=most, progress=partial(bars, "posts by the model"))
