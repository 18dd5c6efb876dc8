"""Models: the endpoints of a study, each shared by all cells that ask it: what one has asked, no other asks again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from s3agents.config import Scenario
from s3agents.config.model import ModelSection
from s3agents.llm.asked import ModelOf
from s3agents.llm.base import ChatCompletionClient, ModelWrapper
from s3agents.llm.budget import BudgetClient, Purse
from s3agents.llm.concurrency import AdaptiveConcurrency
from s3agents.llm.foreign import ForeignClient
from s3agents.llm.replay import RecordingClient
from s3agents.llm.reply_store import ReplyStore
from s3agents.run_models import Endpoints, RunModels
from s3agents.wiring import secrets_of

__all__ = ["Models", "shared_models"]

Models = Callable[[Scenario], ModelOf | None]
"""The client of each model of a scenario; ``None`` where no agent asks one."""


class _Lent(ModelWrapper):
    """A client whose borrowers close it at their end, while others go on with it."""

    async def close(self) -> None:
        """Nothing; its owner closes it."""


@asynccontextmanager
async def shared_models(scenarios: Iterable[Scenario], replies: Path, *, budget: int | None) -> AsyncIterator[Models]:
    """The clients of each scenario, over one record of replies.

    Args:
        scenarios: of all cells.
        replies: the record; what is in it counts as spent.
        budget: most tokens of all cells together, whatever models they ask; none for no limit.

    Raises:
        InputError: if a client cannot be made.
    """
    sections = [named for scenario in scenarios for named in scenario.models.items()]
    if not sections:
        yield lambda scenario: None
        return
    with ReplyStore(replies) as store:
        purse = None if budget is None else Purse(budget, store.tokens())
        models = RunModels(
            Endpoints(sections),
            wrap=lambda client, section: _bounded(client, section, purse),
            named=lambda client, name: _Lent(RecordingClient(client, store, model=name)),
        )
        try:
            yield lambda scenario: models if scenario.models else None
        finally:
            await models.close()


def _bounded(client: ChatCompletionClient, section: ModelSection, purse: Purse | None) -> ChatCompletionClient:
    """A bare client with bounds; each run retries for itself."""
    endpoint = ForeignClient(client, secrets=secrets_of(section))
    limited = AdaptiveConcurrency(endpoint, most=section.concurrency)
    return limited if purse is None else BudgetClient(limited, purse)
