"""``s3agents bench``: what a society costs on this machine, beside the bare limit of its endpoint."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from typing import Any

import typer

from s3agents.addresses import checked_endpoint
from s3agents.bench.bench import Bench
from s3agents.bench.endpoint import Endpoint
from s3agents.bench.measure import measure
from s3agents.bench.rows import QUICK, ROWS
from s3agents.cli import bench_arguments as arguments
from s3agents.cli.bars import PartBars
from s3agents.cli.bench_tables import pair_table, row_list, row_table
from s3agents.cli.console import note
from s3agents.cli.console import out as results
from s3agents.errors import InputError, ModelError, explain
from s3agents.llm.openai_http import OpenAIHttpClient

__all__ = ["register"]

_EPILOG = """Examples:

`s3agents bench` measures for about a minute, against a stub endpoint in a process of its own.

`s3agents bench --users 2000 --latency 0.05 --slots 128 --concurrency 128`

`s3agents bench --model-url http://127.0.0.1:8000/v1 --row vllm --row tokens`

`s3agents bench --row nuclear --row million`
"""


_QUIET = 0.15
"""Processors that may be busy with other things before that is worth a word."""


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("bench", epilog=_EPILOG)(_bench)


def _bench(
    row: arguments.Rows = None,
    everything: arguments.Everything = False,
    listed: arguments.Listed = False,
    users: arguments.Users = None,
    ticks: arguments.Ticks = None,
    like: arguments.Like = None,
    mode: arguments.Mode = None,
    learnt: arguments.Learnt = None,
    pack: arguments.Pack = None,
    concurrency: arguments.Concurrency = None,
    workers: arguments.Workers = None,
    latency: arguments.Latency = None,
    distribution: arguments.Distribution = None,
    shape: arguments.Shape = None,
    slots: arguments.Slots = None,
    model_url: arguments.ModelUrl = None,
    model_name: arguments.ModelName = None,
    overrides: arguments.SetKeys = None,
    seed: arguments.Seed = None,
    repeats: arguments.Repeats = 1,
    json: arguments.Json = False,
) -> None:
    """Measure what a society costs here, beside the bare limit: a loop that sends the same requests.

    Each society has everything on (NATS, Chroma, the record) and a process of its own, as have the stub endpoint and
    the loop. Without --row, the society that the options describe is measured; without options too, some rows.
    """
    if listed:
        results().print(row_list())
        return
    given: dict[str, Any] = {"users": users, "ticks": ticks, "like": like, "mode": mode, "learnt": learnt, "pack": pack}
    given |= {"concurrency": concurrency, "workers": workers, "seed": seed, "overrides": tuple(overrides or ()) or None}
    stub = {"latency": latency, "distribution": distribution, "shape": shape, "slots": slots}
    endpoint = _endpoint(stub, model_url, model_name)
    described = [name for name, value in {**given, **stub, "model_url": model_url}.items() if value is not None]
    rows = _chosen(row or (), everything=everything, quick=not described, url=model_url is not None)
    fields = {name: value for name, value in given.items() if value is not None}
    with PartBars("bench") as bars, Bench(endpoint, given=fields, repeats=repeats, tell=bars) as bench:
        measured = measure(bench, rows, main=not row and not everything)
    if json:
        results().print_json(data=measured.plain())
        return
    for pair in measured.pairs:
        results().print(pair_table(pair))
    if measured.rows:
        results().print(row_table(measured.rows))
    _say_where(measured.machine)
    if measured.others > _QUIET:
        note(
            f"up to {measured.others:.1f} processors were busy with other things: on a quiet machine figures are better"
        )


def _chosen(named: Sequence[str], *, everything: bool, quick: bool, url: bool) -> Sequence[str]:
    """Names of the rows to measure."""
    unknown = [name for name in named if name not in ROWS]
    if unknown:
        raise InputError(explain("--row", wanted=f"one of {', '.join(ROWS)}", got=unknown[0]))
    if named:
        return list(dict.fromkeys(named))
    if everything:
        return [name for name, row in ROWS.items() if name != "vllm" or url]
    return QUICK if quick else ()


def _endpoint(stub: Mapping[str, Any], url: str | None, name: str | None) -> Endpoint:
    """Whom to ask.

    Raises:
        InputError: if there is no such endpoint, or nothing answers there.
    """
    given = {key: value for key, value in stub.items() if value is not None}
    if url is None:
        if name is not None:
            raise InputError(explain("--model-name", wanted="--model-url with it", got="none"))
        endpoint = Endpoint(**given)
        endpoint.check()
        return endpoint
    if given:
        got = ", ".join(f"--{key}" for key in given)
        raise InputError(explain("options of the stub", wanted="none with --model-url", got=got))
    base = checked_endpoint(url, thing="--model-url")
    served = asyncio.run(_served(base))
    if name is None and len(served) != 1:
        raise InputError(explain("--model-name", wanted=f"one of {', '.join(served) or 'nothing'}", got="none"))
    if name is not None and served and name not in served:
        raise InputError(explain("--model-name", wanted=f"one of {', '.join(served)}", got=name))
    return Endpoint(url=base, model=name or served[0])


async def _served(url: str) -> list[str]:
    """The models of an endpoint.

    Raises:
        InputError: if it does not answer.
    """
    client = OpenAIHttpClient(url=url, model="", key=os.environ.get("OPENAI_API_KEY"), timeout=10.0)
    try:
        return await client.list_models()
    except ModelError as exc:
        raise InputError(explain("--model-url", wanted="an endpoint that answers", got=str(exc))) from exc
    finally:
        await client.close()


def _say_where(machine: Mapping[str, Any]) -> None:
    load = machine["load"]
    busy = "" if load is None else f", load {load[0]:.1f} before"
    system = f"{machine['system']} {machine['machine']}"
    note(f"{machine['cores']} cores{busy}, {system}, Python {machine['python']}, s3agents {machine['s3agents']}")
