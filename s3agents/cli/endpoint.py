"""Endpoint: which model a run asks, settled before the run begins, where the endpoint answers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from s3agents import wiring
from s3agents.cli.console import note
from s3agents.config import Scenario
from s3agents.config.cognition import PartSection
from s3agents.config.model import OPENAI, ModelSection
from s3agents.errors import ConfigError, ModelError, explain
from s3agents.llm.openai_http import OpenAIHttpClient
from s3agents.scenarios import parse_scenario, with_values

__all__ = ["model_key", "settle_model"]

_UNNAMED = str(ModelSection.model_fields["name"].default)


def settle_model(scenario: Scenario) -> Scenario:
    """``scenario`` with the model that an endpoint of its serves, where it names none and there is only one.

    An endpoint that does not answer, or does not say what it serves, is left for the run to deal with.

    Raises:
        ConfigError: if an endpoint serves other models than the one that is named.
    """
    served: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for key, section in scenario.models.items():
        if section.backend != OPENAI or section.url is None:
            continue
        if section.url not in served:
            served[section.url] = asyncio.run(_served(section))
        name = _settled(model_key(scenario, key, "name"), section, served[section.url])
        if name is not None:
            names[key] = name
    return _with_names(scenario, names)


def model_key(scenario: Scenario, mind: str, name: str) -> str:
    """Where a scenario says ``name`` of the model of a mind, which stands under the key ``mind``."""
    part = scenario.cognition.named_minds[mind]
    own = part.model if isinstance(part, PartSection) else None
    return f"{mind}.model.{name}" if own is not None and {"url", name} & own.model_fields_set else f"model.{name}"


def _settled(key: str, section: ModelSection, served: list[str]) -> str | None:
    """The only model of an endpoint whose model is not named."""
    if not served or section.name in served:
        return None
    if section.name == _UNNAMED and len(served) == 1:
        note(f"model: {served[0]}, the only one at {section.url}")
        return served[0]
    remedy = "name it with --model-name" if key == "model.name" else f"name it with --set {key}=..."
    raise ConfigError(explain(key, wanted=f"one of {', '.join(served)}", got=repr(section.name), remedy=remedy))


def _with_names(scenario: Scenario, names: Mapping[str, str]) -> Scenario:
    """``scenario`` with names of models where there was none, by the mind that asks."""
    if not names:
        return scenario
    values = {model_key(scenario, mind, "name"): name for mind, name in names.items()}
    return parse_scenario(with_values(scenario.dump(), values, origin=scenario.name), origin=scenario.name)


async def _served(section: ModelSection) -> list[str]:
    client = wiring.build_client(section)
    try:
        return list(await client.list_models()) if isinstance(client, OpenAIHttpClient) else []
    except ModelError:
        return []
    finally:
        await client.close()
