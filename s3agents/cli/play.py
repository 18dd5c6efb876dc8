"""Play: a simulation on the command line: progress, Ctrl-C, and the table at its end."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from s3agents.cli.codes import DONE, INTERRUPTED
from s3agents.cli.console import note, words
from s3agents.cli.progress import ProgressBar
from s3agents.cli.summary import print_summary
from s3agents.errors import ModelError, RunError
from s3agents.report.run import Run
from s3agents.report.summary import summarise
from s3agents.simulation import Simulation

__all__ = ["play", "say_how_to_go_on"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def play(simulation: Simulation, *, as_json: bool) -> int:
    """Run ``simulation``, show how it goes and what came of it.

    The first Ctrl-C ends the run at the next barrier, the second at once; both can be resumed.

    Returns:
        The exit code: 0 when the run came to its end, 130 when it was stopped.
    """
    try:
        run = asyncio.run(_played(simulation))
    except (RunError, ModelError, KeyboardInterrupt):
        say_how_to_go_on(simulation.folder.path)
        raise
    for text in simulation.notes:
        note(text)
    print_summary(summarise(run), as_json=as_json)
    if run.manifest.status == "done":
        _say(f"results: {run.folder}  (s3agents show {run.folder})")
        return DONE
    say_how_to_go_on(run.folder)
    return INTERRUPTED


def say_how_to_go_on(folder: Path) -> None:
    """Name the folder of a run that did not come to its end, if there is one, and the command that goes on with it."""
    if (folder / "manifest.json").exists():
        _say(f"continue with: s3agents resume {folder}")


def _say(text: str) -> None:
    words().print(text, highlight=False, markup=False, soft_wrap=True)


def _bar(simulation: Simulation) -> ProgressBar:
    """None to be seen where somebody types."""
    return ProgressBar(shown=not simulation.prepared.scenario.asks_human)


async def _played(simulation: Simulation) -> Run:
    loop, task, bar = asyncio.get_running_loop(), asyncio.current_task(), _bar(simulation)

    def interrupted() -> None:
        if simulation.stop.wanted and task is not None:
            task.cancel()
            return
        simulation.stop()
        bar.say("stopping at the end of this tick; press Ctrl-C again to stop at once")

    for number in _SIGNALS:
        loop.add_signal_handler(number, interrupted)
    try:
        with bar:
            return await simulation.run_async(on_progress=bar)
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
