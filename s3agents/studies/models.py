"""Models: the endpoints of a study, each shared by all cells that ask it: what one has asked, no other asks again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from s3agents import wiring
from s3agents.config import Scenario
from s3agents.config.model import ModelSection
from s3agents.errors import ConfigError, explain
from s3agents.llm.base import ChatCompletionClient, ModelWrapper
from s3agents.llm.budget import BudgetClient, Purse
from s3agents.llm.concurrency import AdaptiveConcurrency
from s3agents.llm.replay import RecordingClient
from s3agents.llm.reply_store import ReplyStore

__all__ = ["Models", "shared_models"]

Models = Callable[[Scenario], ChatCompletionClient | None]


class _Lent(ModelWrapper):
    """A client whose borrowers close it at their end, while others go on with it."""

    async def close(self) -> None:
        """Nothing; its owner closes it."""


@asynccontextmanager
async def shared_models(scenarios: Iterable[Scenario], replies: Path, *, budget: int | None) -> AsyncIterator[Models]:
    """The client of each scenario, over one record of replies.

    Args:
        scenarios: of all cells.
        replies: the record; what is in it counts as spent.
        budget: most tokens of all cells together; none for no limit.

    Raises:
        ConfigError: if a budget is set and there are several models.
        InputError: if a client cannot be made.
    """
    sections = {_key(scenario.model): scenario.model for scenario in scenarios if wiring.uses_model(scenario)}
    if budget is not None and len(sections) > 1:
        wanted = "one model, for the budget is counted at its client"
        raise ConfigError(explain("study: budget", wanted=wanted, got=f"{len(sections)} models"))
    async with AsyncExitStack() as stack:
        clients: dict[tuple[str, ...], ChatCompletionClient] = {}
        if sections:
            store = stack.enter_context(ReplyStore(replies))
            for key, section in sections.items():
                client = RecordingClient(_bounded(section, budget, store.tokens()), store, model=section.name)
                clients[key] = _Lent(client)
                stack.push_async_callback(client.close)
        yield lambda scenario: clients[_key(scenario.model)] if wiring.uses_model(scenario) else None


def _bounded(section: ModelSection, budget: int | None, spent: int) -> ChatCompletionClient:
    """The bare client with bounds; each run retries for itself."""
    limited = AdaptiveConcurrency(wiring.endpoint_client(section), most=section.concurrency)
    return limited if budget is None else BudgetClient(limited, Purse(budget, spent))


def _key(section: ModelSection) -> tuple[str, ...]:
    return (section.backend, str(section.url), section.name, repr(sorted(section.options.items())))
