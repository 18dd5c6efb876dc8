"""LangChainClient: any chat model of LangChain as the model that thinks for agents.

Sampling is the chat model's own business: what it takes differs by vendor, so temperature and the like are options of
it, and seeds are not handed on. Replies are asked for by their schema where the chat model knows how; elsewhere the
prompt's own words have to do.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from importlib import import_module
from typing import Any

from autogen_core.models import AssistantMessage, LLMMessage, RequestUsage, SystemMessage
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.messages import SystemMessage as LangChainSystemMessage
from pydantic import BaseModel

from s3agents.errors import InputError, explain
from s3agents.llm.base import ChatCompletionClient, LeafClient, Request
from s3agents.llm.completion import Completion
from s3agents.llm.foreign import ForeignClient
from s3agents.secrecy import Silencer

__all__ = ["LangChainClient", "load_langchain"]


class LangChainClient(LeafClient):
    """The model port over a chat model.

    Args:
        model: the chat model.
    """

    def __init__(self, model: BaseChatModel) -> None:
        super().__init__()
        self._model = model
        self._structured: dict[type[BaseModel], Any] = {}

    async def ask(self, request: Request) -> Completion:
        """One reply of the chat model; what it raises is its vendor's."""
        messages = [_message(message) for message in request.messages]
        schema = request.json_output
        asked = self._asked(schema) if isinstance(schema, type) else None
        if asked is None:
            raw, parsed = await self._model.ainvoke(messages), None
        else:
            answer = await asked.ainvoke(messages)
            raw, parsed = answer["raw"], answer["parsed"]
        reply = _completion(raw, parsed)
        self._count(reply.usage)
        return reply

    def _asked(self, schema: type[BaseModel]) -> Any:
        """The chat model held to ``schema``; ``None`` if it cannot be."""
        if schema not in self._structured:
            plain = {"title": schema.__name__, "description": "The reply.", **schema.model_json_schema()}
            try:
                self._structured[schema] = self._model.with_structured_output(plain, include_raw=True)
            except NotImplementedError:
                self._structured[schema] = None
        return self._structured[schema]


def load_langchain(path: str, options: Mapping[str, object], *, secrets: Collection[str] = ()) -> ChatCompletionClient:
    """The chat model of a class, with its errors translated.

    Args:
        path: ``package.module:Class``, such as ``langchain_openai:ChatOpenAI``.
        options: its keyword arguments.
        secrets: what no message may show.

    Raises:
        InputError: if it is no chat model, or refuses the options.
    """
    silencer = Silencer(secrets)
    wanted = "a chat model of LangChain as langchain:package.module:Class, with options that it takes"
    try:
        module, _, name = path.partition(":")
        model = getattr(import_module(module), name)(**options)
    except Exception as exc:  # a vendor's class may raise anything while it is imported and made
        got = silencer.blotted(f"{type(exc).__name__}: {exc}")
        cause = None if silencer.told_by(exc) else exc
        raise InputError(explain(f"model.backend {path!r}", wanted=wanted, got=got)) from cause
    if not isinstance(model, BaseChatModel):
        raise InputError(explain(f"model.backend {path!r}", wanted=wanted, got=f"a {type(model).__name__}"))
    return ForeignClient(LangChainClient(model), silencer.secrets)


def _message(message: LLMMessage) -> BaseMessage:
    content = message.content if isinstance(message.content, str) else str(message.content)
    if isinstance(message, SystemMessage):
        return LangChainSystemMessage(content)
    return AIMessage(content) if isinstance(message, AssistantMessage) else HumanMessage(content)


def _completion(raw: BaseMessage, parsed: Any) -> Completion:
    used = getattr(raw, "usage_metadata", None) or {}
    usage = RequestUsage(prompt_tokens=used.get("input_tokens", 0), completion_tokens=used.get("output_tokens", 0))
    content = json.dumps(parsed, ensure_ascii=False) if parsed is not None else _text(raw.content)
    cut = raw.response_metadata.get("finish_reason") == "length"
    return Completion(content=content, usage=usage, finish_reason="length" if cut else "stop")


def _text(content: str | Sequence[Any]) -> str:
    """The text of a message, which may come in blocks."""
    if isinstance(content, str):
        return content
    return "".join(block if isinstance(block, str) else str(block.get("text", "")) for block in content)
