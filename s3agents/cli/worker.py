"""``s3agents worker``: take turns for a run that has been started elsewhere."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from s3agents.bus.nats_credentials import NatsCredentials
from s3agents.bus.nats_link import NatsLink
from s3agents.cli.codes import DONE, INTERRUPTED
from s3agents.cli.console import note
from s3agents.cli.options import Parameters, read_scenario
from s3agents.config.nats import NatsSection
from s3agents.errors import InputError, explain
from s3agents.scenarios import parse_nats, with_nats_files, with_overrides
from s3agents.worker_process import WorkerOptions, WorkerProcess
from s3agents.workforce import ADDRESS

__all__ = ["register"]

_LINK_PATIENCE = 30.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SERVER = ("nats.", "nats=", "bus=")  # overrides of what the server is to us, which no run offers

_EPILOG = """Examples:

`s3agents run my/scenario.yaml --bus nats://10.0.0.5:4222 --workers 0` on one machine, and on any others

`s3agents worker --bus nats://10.0.0.5:4222 --society data/town`
"""


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("worker", epilog=_EPILOG)(_worker)


def _worker(
    scenario: Annotated[
        str | None, typer.Option(metavar="SCENARIO", help="Take address and credentials of the server from there.")
    ] = None,
    param: Parameters = None,
    bus: Annotated[
        str, typer.Option(envvar=ADDRESS, help="Address of the NATS server that the run uses: nats://HOST:PORT.")
    ] = "",
    society: Annotated[
        Path | None, typer.Option(help="Folder of the society; by default what the scenario of the run names.")
    ] = None,
    run: Annotated[str | None, typer.Option(help="The run to work for, if several want workers.")] = None,
    concurrency: Annotated[
        int | None, typer.Option(min=1, help="Requests to the model at once; by default what the run offers.")
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="A path or address that differs here, e.g. model.url=... or nats.tls.ca=...",
        ),
    ] = None,
    wait: Annotated[
        float, typer.Option(min=0.0, help="Seconds to wait for the server, and for a run that wants workers.")
    ] = 600.0,
    once: Annotated[bool, typer.Option("--once", help="Leave when the run is broken off, too.")] = False,
) -> int:
    """Take turns for a run, from any machine, beginning and ending at any time.

    Credentials come from --scenario or --set nats..., else from S3AGENTS_NATS_..., the model's key from this machine's
    environment.
    """
    address, nats = _server(scenario, param, overrides or [])
    bus = _checked(bus or address)
    credentials = NatsCredentials.of(nats, os.environ)
    credentials.check_files()
    options = WorkerOptions(
        run=run,
        society=society,
        overrides=tuple(text for text in overrides or () if not text.startswith(_SERVER)),
        concurrency=concurrency,
        wait=wait,
        once=once,
    )
    process = WorkerProcess(lambda: NatsLink(bus, credentials, patience=_LINK_PATIENCE), options, tell=note)
    ended = asyncio.run(_until_told(process))
    if ended is None:
        return INTERRUPTED
    note(f"the run is {ended}")
    return DONE


def _server(scenario: str | None, param: list[str] | None, overrides: Sequence[str]) -> tuple[str, NatsSection]:
    """Address of the server, if a scenario tells it, and what it asks for."""
    if scenario is not None:
        told = read_scenario(scenario, param, overrides)
        return told.bus, told.nats
    own = [text for text in overrides if text.startswith(_SERVER)]
    given = with_nats_files(with_overrides({}, own, origin="--set"), Path.cwd())
    return str(given.get("bus", "")), parse_nats(given.get("nats", {}), origin="--set")


def _checked(bus: str) -> str:
    if not bus.startswith(("nats://", "tls://")):
        wanted, got = "the address of a server: nats://HOST:PORT", "none" if not bus else "something else"
        raise InputError(explain("--bus", wanted=wanted, got=got, remedy=f"or set {ADDRESS}"))
    if "@" in bus and bus != os.environ.get(ADDRESS):
        wanted, got = "an address without user and password, for all can read a command line", "one with '@'"
        raise InputError(explain("--bus", wanted=wanted, got=got, remedy=f"set {ADDRESS} or S3AGENTS_NATS_..."))
    return bus


async def _until_told(process: WorkerProcess) -> str | None:
    """How the run ended; ``None`` if we were told to leave, which gives others what we have in hand."""
    loop, task = asyncio.get_running_loop(), asyncio.create_task(process.run())
    for number in _SIGNALS:
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return None
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
