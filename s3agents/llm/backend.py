"""Backend: a stock AutoGen model client, named in a scenario by its import path."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from s3agents.errors import InputError, explain
from s3agents.llm.base import ChatCompletionClient
from s3agents.llm.foreign import ForeignClient

__all__ = ["load_backend"]


def load_backend(path: str, options: Mapping[str, object]) -> ChatCompletionClient:
    """The AutoGen component at an import path, with its errors translated.

    Args:
        path: ``package.module:Class``, or a name that AutoGen knows by itself, such as ``OpenAIChatCompletionClient``.
        options: its configuration, as ``load_component`` takes it.

    Raises:
        InputError: if there is none, or it refuses the options.
    """
    wanted = "an AutoGen ChatCompletionClient as package.module:Class, with options that it takes"
    try:
        component = {"provider": path.replace(":", "."), "config": dict(options)}
        return ForeignClient(ChatCompletionClient.load_component(component))
    except ValidationError as exc:  # not chained, for it would show the options, and one of them may be a key
        wrong = [f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in exc.errors(include_input=False)]
        raise InputError(explain(f"options of model.backend {path!r}", wanted=wanted, got="; ".join(wrong))) from None
    except Exception as exc:  # a component may raise anything while it is imported and made
        raise InputError(explain(f"model.backend {path!r}", wanted=wanted, got=f"{type(exc).__name__}: {exc}")) from exc
