"""Play: a simulation on the command line: progress, Ctrl-C, and the table at its end."""

from __future__ import annotations

import asyncio
import signal

from s3agents.cli.codes import INTERRUPTED
from s3agents.cli.console import note, words
from s3agents.cli.progress import ProgressBar
from s3agents.cli.summary import print_summary
from s3agents.report.run import Run
from s3agents.report.summary import summarise
from s3agents.simulation import Simulation

__all__ = ["play"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def play(simulation: Simulation, *, as_json: bool) -> int:
    """Run ``simulation``, show how it goes and what came of it.

    The first Ctrl-C ends the run at the next barrier, the second at once; both can be resumed.

    Returns:
        The exit code: 0 when the run came to its end, 130 when it was stopped.
    """
    run = asyncio.run(_played(simulation))
    for text in simulation.notes:
        note(text)
    print_summary(summarise(run), as_json=as_json)
    if run.manifest.status == "done":
        words().print(
            f"results: {run.folder}  (s3agents show {run.folder})", highlight=False, markup=False, soft_wrap=True
        )
        return 0
    words().print(
        f"stopped; continue with: s3agents resume {run.folder}", highlight=False, markup=False, soft_wrap=True
    )
    return INTERRUPTED


async def _played(simulation: Simulation) -> Run:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def interrupted() -> None:
        if simulation.stop.wanted and task is not None:
            task.cancel()
            return
        simulation.stop()
        note("stopping at the end of this tick; press Ctrl-C again to stop at once")

    for number in _SIGNALS:
        loop.add_signal_handler(number, interrupted)
    try:
        with ProgressBar() as bar:
            return await simulation.run_async(on_progress=bar)
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
