"""``s3agents doctor``: check what a run leans on, and say what to do about each thing that is not there."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from json import dumps
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from s3agents import wiring
from s3agents.bus.nats import NatsBus
from s3agents.bus.nats_server import EmbeddedNats, find_nats_server
from s3agents.cli.console import out
from s3agents.cli.endpoint import model_key
from s3agents.cli.options import Overrides, Parameters, ScenarioName, read_scenario
from s3agents.config import Scenario
from s3agents.config.model import HUMAN, ModelSection
from s3agents.errors import S3AgentsError
from s3agents.ids import text_id
from s3agents.llm.openai_http import OpenAIHttpClient

__all__ = ["register"]

_SAMPLE = "A text to embed."


@dataclass(frozen=True, slots=True)
class _Finding:
    what: str
    ok: bool
    said: str


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("doctor", epilog="Example: `s3agents doctor --model-url http://127.0.0.1:8000/v1`")(_doctor)


def _doctor(
    scenario: ScenarioName = "karate_club",
    param: Parameters = None,
    overrides: Overrides = None,
    model_url: Annotated[str | None, typer.Option(help="Endpoint to check.")] = None,
    model_name: Annotated[str | None, typer.Option(help="The model's name at the endpoint.")] = None,
) -> int:
    """Check the endpoint, NATS, Chroma and the embedder that a scenario would use."""
    given = {"model.url": model_url, "model.name": model_name}
    sets = [f"{key}={dumps(value)}" for key, value in given.items() if value is not None]
    findings = asyncio.run(_findings(read_scenario(scenario, param, [*sets, *(overrides or [])])))
    table = Table("", "what", "finding")
    for finding in findings:
        table.add_row("[green]ok[/green]" if finding.ok else "[red]no[/red]", finding.what, escape(finding.said))
    out().print(table)
    return 0 if all(finding.ok for finding in findings) else 1


async def _findings(scenario: Scenario) -> list[_Finding]:
    checks: dict[str, Callable[[Scenario], Awaitable[str]]] = {
        "endpoint": _endpoint,
        "bus": _bus,
        "embedder": _embedder,
        "memory": _memory,
    }
    return [await _checked(what, check(scenario)) for what, check in checks.items()]


async def _checked(what: str, check: Awaitable[str]) -> _Finding:
    try:
        return _Finding(what, True, await check)
    except S3AgentsError as error:
        return _Finding(what, False, str(error))


async def _endpoint(scenario: Scenario) -> str:
    """What all endpoints of the scenario serve; with no agent that asks one, the one that is named anyway."""
    models = scenario.models or ({"cognition": scenario.model} if scenario.model.url is not None else {})
    if not models:
        return "not needed: no agent asks a model (give --model-url to check one)"
    said = {await _asked(section, model_key(scenario, mind, "name")): None for mind, section in models.items()}
    return "; ".join(said)


async def _asked(section: ModelSection, key: str) -> str:
    if section.backend == HUMAN:
        return "human: whoever sits at the terminal of the run is asked"
    client = wiring.build_client(section)
    if not isinstance(client, OpenAIHttpClient):
        return f"{section.backend}: made without complaint"
    try:
        models = await client.list_models()
    finally:
        await client.close()
    if section.name not in models:
        raise S3AgentsError(
            f"{section.url} serves {', '.join(models) or 'nothing'}, not {section.name!r}: "
            f"name one of them with --set {key}=..."
        )
    return f"{section.url} serves {section.name}"


async def _bus(scenario: Scenario) -> str:
    kind, note = wiring.choose_bus(scenario)
    if kind == "local":
        return note or "local: posts travel in memory"
    if kind != "nats":
        replicas = scenario.nats.replicas
        await _connect(NatsBus(kind, credentials=wiring.nats_credentials(scenario), replicas=replicas))
        kept = f", streams are kept by {replicas} servers" if replicas > 1 else ""
        return f"{kind}: connected, JetStream answers{kept}"
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedNats(Path(folder) / "bus") as server:
            await _connect(NatsBus(server.url))
    return f"{find_nats_server()}: started, JetStream answers"


async def _connect(bus: NatsBus) -> None:
    try:
        await bus.open("doctor", [])
    finally:
        await bus.close()


async def _embedder(scenario: Scenario) -> str:
    embedder = wiring.build_embedder(scenario.memory.embedder)
    try:
        vectors = await embedder.embed([_SAMPLE])
    finally:
        await embedder.close()
    return f"{embedder.name}: {vectors.shape[1]} dimensions"


async def _memory(scenario: Scenario) -> str:
    embedder = wiring.build_embedder(scenario.memory.embedder)
    with tempfile.TemporaryDirectory() as folder:
        store = wiring.build_store(scenario, embedder, folder=Path(folder), run="doctor")
        try:
            await store.add({text_id(_SAMPLE): _SAMPLE})
            await store.get([text_id(_SAMPLE)])
        finally:
            await store.close()
            await embedder.close()
    return f"{scenario.memory.store}: keeps and returns a text"
