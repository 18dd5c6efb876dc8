"""Backend: a stock AutoGen model client, or a chat model of LangChain, named in a scenario by its import path."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import ValidationError

from s3agents.errors import InputError, explain
from s3agents.llm.base import ChatCompletionClient
from s3agents.llm.foreign import ForeignClient
from s3agents.secrecy import Silencer, secrets_in

__all__ = ["load_backend"]

_LANGCHAIN = "langchain:"


def load_backend(path: str, options: Mapping[str, object], *, secrets: Collection[str] = ()) -> ChatCompletionClient:
    """The AutoGen component, or the chat model, at an import path, with its errors translated.

    Args:
        path: ``package.module:Class``, or a name that AutoGen knows by itself, such as ``OpenAIChatCompletionClient``;
            ``langchain:package.module:Class`` for a chat model of LangChain.
        options: its configuration, as ``load_component`` takes it, or the keyword arguments of the chat model; what it
            calls a key, token or the like appears in no message.
        secrets: what else must not, such as a key from the environment.

    Raises:
        InputError: if there is none, or it refuses the options.
    """
    if path.startswith(_LANGCHAIN):
        from s3agents.llm.langchain import load_langchain  # a second to import, and few need it

        known = [*secrets, *secrets_in(options)]
        return load_langchain(path.removeprefix(_LANGCHAIN), options, secrets=known)
    wanted = "an AutoGen ChatCompletionClient as package.module:Class, with options that it takes"
    silencer = Silencer([*secrets, *secrets_in(options)])
    try:
        component = {"provider": path.replace(":", "."), "config": dict(options)}
        return ForeignClient(ChatCompletionClient.load_component(component), silencer.secrets)
    except ValidationError as exc:  # not chained, for it would show the options, and one of them may be a key
        wrong = [f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in exc.errors(include_input=False)]
        got = silencer.blotted("; ".join(wrong))
        raise InputError(explain(f"options of model.backend {path!r}", wanted=wanted, got=got)) from None
    except Exception as exc:  # a component may raise anything while it is imported and made
        got = silencer.blotted(f"{type(exc).__name__}: {exc}")
        cause = None if silencer.told_by(exc) else exc
        raise InputError(explain(f"model.backend {path!r}", wanted=wanted, got=got)) from cause
