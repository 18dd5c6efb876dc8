"""Endpoint: which model a run asks, settled before the run begins, where the endpoint answers."""

from __future__ import annotations

import asyncio

from s3agents import wiring
from s3agents.cli.console import note
from s3agents.config import Scenario
from s3agents.config.model import ModelSection
from s3agents.errors import ConfigError, ModelError, explain
from s3agents.llm.openai_http import OpenAIHttpClient

__all__ = ["settle_model"]

_UNNAMED = str(ModelSection.model_fields["name"].default)


def settle_model(scenario: Scenario) -> Scenario:
    """``scenario`` with the model that its endpoint serves, where it names none and there is only one.

    An endpoint that does not answer, or does not say what it serves, is left for the run to deal with.

    Raises:
        ConfigError: if the endpoint serves other models than the one that is named.
    """
    if not wiring.uses_model(scenario) or scenario.model.url is None:
        return scenario
    served = asyncio.run(_served(scenario.model))
    if not served or scenario.model.name in served:
        return scenario
    if scenario.model.name == _UNNAMED and len(served) == 1:
        note(f"model: {served[0]}, the only one at {scenario.model.url}")
        return scenario.model_copy(update={"model": scenario.model.model_copy(update={"name": served[0]})})
    wanted, remedy = f"one of {', '.join(served)}", "name it with --model-name"
    raise ConfigError(explain("model.name", wanted=wanted, got=repr(scenario.model.name), remedy=remedy))


async def _served(section: ModelSection) -> list[str]:
    client = wiring.build_client(section)
    try:
        return list(await client.list_models()) if isinstance(client, OpenAIHttpClient) else []
    except ModelError:
        return []
    finally:
        await client.close()
