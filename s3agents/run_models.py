"""Models of a run: a client for each endpoint that a scenario names, one record of replies, one budget."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from s3agents.config import Scenario
from s3agents.config.model import ModelSection
from s3agents.errors import ConfigError, InputError, explain
from s3agents.llm.asked import Asked, NamedClient, endpoint_key, model_of
from s3agents.llm.base import ChatCompletionClient
from s3agents.llm.budget import Purse
from s3agents.llm.openai_http import OpenAIHttpClient
from s3agents.llm.replay import RecordingClient, ReplayClient
from s3agents.llm.reply_store import ReplyStore
from s3agents.wiring import build_client, wrap_client

__all__ = ["Endpoints", "RunModels", "collected_models", "opened_models", "replayed_models", "together"]

Wrap = Callable[[ChatCompletionClient, ModelSection], ChatCompletionClient]
Named = Callable[[ChatCompletionClient, str], ChatCompletionClient]


class Endpoints:
    """The bare clients of a scenario's models, one for each endpoint.

    Args:
        models: which, with the key of the mind that asks each, for messages.

    Raises:
        InputError: as :func:`~s3agents.wiring.build_client`.
    """

    def __init__(self, models: Iterable[tuple[str, ModelSection]]) -> None:
        self._clients: dict[str, ChatCompletionClient] = {}
        for mind, section in models:
            key = endpoint_key(section)
            if key not in self._clients:
                self._clients[key] = _client(mind, section)

    @property
    def clients(self) -> tuple[ChatCompletionClient, ...]:
        """All of them."""
        return tuple(self._clients.values())

    def __call__(self, section: ModelSection) -> ChatCompletionClient:
        """The client of the endpoint that ``section`` names, whichever of its models that asks."""
        return self._clients[endpoint_key(section)]


class RunModels:
    """The client of each model: what several of them ask is asked through one stack of wrappers.

    Args:
        asked: the bare clients.
        wrap: a bare client with what it has around it, once for each.
        named: such a stack as the client of the model of a name, whose replies are kept under it.
        flush: writes out what is kept.
    """

    def __init__(self, asked: Asked, *, wrap: Wrap, named: Named, flush: Callable[[], None] = lambda: None) -> None:
        self._bare_of, self._wrap, self._named = model_of(asked), wrap, named
        self._by_name = isinstance(asked, Endpoints)
        self._given: tuple[ChatCompletionClient, ...] = ()
        if isinstance(asked, Endpoints):
            self._given = asked.clients
        elif isinstance(asked, ChatCompletionClient):
            self._given = (asked,)
        self._stacks: dict[int, tuple[ChatCompletionClient, ChatCompletionClient]] = {}
        self._models: dict[tuple[str, str], ChatCompletionClient] = {}
        self.flush = flush

    def __call__(self, section: ModelSection) -> ChatCompletionClient:
        """The client of a model."""
        key = (endpoint_key(section), section.name)
        if key not in self._models:
            self._models[key] = self._made(section)
        return self._models[key]

    async def close(self) -> None:
        """Close all clients, those that nobody asked as well."""
        for _, stack in self._stacks.values():
            await stack.close()
        for client in self._given:
            if id(client) not in self._stacks:
                await client.close()

    def _made(self, section: ModelSection) -> ChatCompletionClient:
        bare = self._bare_of(section)
        if id(bare) not in self._stacks:
            self._stacks[id(bare)] = (bare, self._wrap(bare, section))
        _, stack = self._stacks[id(bare)]
        if self._by_name and isinstance(bare, OpenAIHttpClient) and bare.model != section.name:
            stack = NamedClient(stack, section.name)
        return self._named(stack, section.name)


@asynccontextmanager
async def opened_models(
    scenario: Scenario, asked: Asked | None, replies: Path, *, most_bytes: int | None = None
) -> AsyncIterator[RunModels]:
    """The models of a run: every reply is recorded in ``replies``, and what is there is not asked for again.

    Args:
        scenario: pace of its models, and their budget.
        asked: the bare clients.
        replies: the record of replies.
        most_bytes: that it may take; none for no limit.
    """
    if asked is None:
        raise ConfigError(explain("model", wanted="an endpoint", got="none"))
    with ReplyStore(replies, most_bytes=most_bytes) as store:
        budget = scenario.model.budget
        purse = None if budget is None else Purse(budget, store.tokens())
        one = scenario.model if isinstance(asked, ChatCompletionClient) else None
        models = RunModels(
            asked,
            wrap=lambda client, section: wrap_client(client, one or section, purse=purse),
            named=lambda client, name: RecordingClient(client, store, model=name),
            flush=store.flush,
        )
        try:
            yield models
        finally:
            await models.close()


@asynccontextmanager
async def replayed_models(replies: Path) -> AsyncIterator[RunModels]:
    """The models of a replay: they know what is in ``replies``, and ask nobody."""
    with ReplyStore(replies, readonly=True) as store:
        nobody = ReplayClient(store, model="")
        yield RunModels(
            nobody, wrap=lambda client, section: client, named=lambda client, name: ReplayClient(store, model=name)
        )


def collected_models(asked: Asked, named: Named) -> RunModels:
    """The models of a worker: without a budget, which is the run's, and with ``named`` around each."""
    return RunModels(asked, wrap=wrap_client, named=named)


def _client(mind: str, section: ModelSection) -> ChatCompletionClient:
    try:
        return build_client(section)
    except InputError as exc:
        if mind == "cognition":
            raise
        raise type(exc)(f"{mind}: {exc}") from exc.__cause__


def together(scenario: Scenario) -> int:
    """Most requests in flight at all endpoints of a scenario together."""
    bounds = {endpoint_key(section): section.concurrency for section in scenario.models.values()}
    return sum(bounds.values())
