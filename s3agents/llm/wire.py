"""Wire: how a request looks on its way to an OpenAI-compatible endpoint: messages, arguments and the reply's schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from autogen_core.models import AssistantMessage, LLMMessage, SystemMessage, UserMessage
from pydantic import BaseModel

from s3agents.errors import InputError, explain
from s3agents.llm.base import Request

__all__ = ["request_body", "response_format", "strict_schema", "wire_messages"]

_ROLES: dict[type, str] = {SystemMessage: "system", UserMessage: "user", AssistantMessage: "assistant"}
_NOISE = frozenset({"title", "default", "discriminator"})
_ANY_JSON = b'{"type":"json_object"}'


def request_body(model: str, request: Request) -> bytes:
    """The JSON body of a chat completion.

    The arguments are sent as they are given; ``extra_body`` is laid open, as the usual clients do it. Characters that
    UTF-8 does not know (lone surrogates) go out as ``?``.

    Raises:
        InputError: if there are tools, images or tool results in the request, or an argument is no JSON.
    """
    if request.tools:
        raise InputError(explain("tools of a model request", wanted="none", got=str(len(request.tools)), remedy=_TEXT))
    body: dict[str, Any] = {"model": model, "messages": wire_messages(request.messages), **request.args}
    if "extra_body" in body:
        body.update(body.pop("extra_body") or {})
    if request.json_output:
        body["response_format"] = orjson.Fragment(response_format(request.json_output))
    try:
        return orjson.dumps(body)
    except TypeError:
        return _mended(body)


def wire_messages(messages: Sequence[LLMMessage]) -> list[dict[str, str]]:
    """Role and text of every message.

    Raises:
        InputError: if a message is anything but system, user or assistant text.
    """
    return [{"role": _role(message), "content": _content(message)} for message in messages]


@lru_cache(maxsize=256)
def response_format(json_output: type[BaseModel] | bool) -> bytes:
    """The ``response_format`` of a reply class (strict schema), or of any JSON object; made once a class."""
    if isinstance(json_output, bool):
        return _ANY_JSON
    schema = {"name": json_output.__name__, "strict": True, "schema": strict_schema(json_output)}
    return orjson.dumps({"type": "json_schema", "json_schema": schema})


def strict_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of ``model`` as strict endpoints want it.

    References are put in place, objects are closed to further properties and have to hold all of theirs; titles and
    defaults, which say nothing to a model, are left out.

    Raises:
        InputError: if the class contains itself.
    """
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})
    sealed: dict[str, Any] = _sealed(schema, definitions, ())
    return sealed


def _sealed(node: Any, definitions: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_sealed(item, definitions, path) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _resolved(node, definitions, path)
    sealed = {
        key: value if key in ("enum", "const") else _sealed(value, definitions, path)
        for key, value in node.items()
        if key not in _NOISE and key != "properties"
    }
    if "properties" in node:
        sealed["properties"] = {name: _sealed(sub, definitions, path) for name, sub in node["properties"].items()}
        sealed["required"] = list(node["properties"])
        sealed["additionalProperties"] = False
    return sealed


def _resolved(node: dict[str, Any], definitions: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    name = node["$ref"].rpartition("/")[2]
    if name in path or name not in definitions:
        raise InputError(
            explain("schema of a reply", wanted="a class that does not contain itself", got=name, remedy="flatten it")
        )
    siblings = {key: value for key, value in node.items() if key != "$ref"}
    return _sealed({**definitions[name], **siblings}, definitions, (*path, name))


def _role(message: LLMMessage) -> str:
    role = _ROLES.get(type(message))
    if role is None:
        raise InputError(
            explain("message to the model", wanted="system, user or assistant text", got=message.type, remedy=_TEXT)
        )
    return role


def _content(message: LLMMessage) -> str:
    content = message.content
    if not isinstance(content, str):
        raise InputError(
            explain("content of a message to the model", wanted="text", got=type(content).__name__, remedy=_TEXT)
        )
    return content


def _mended(body: dict[str, Any]) -> bytes:
    for message in body["messages"]:
        message["content"] = message["content"].encode("utf-8", "replace").decode()
    try:
        return orjson.dumps(body)
    except TypeError as exc:
        names = sorted(body.keys() - {"model", "messages", "response_format"})
        raise InputError(
            explain("arguments of a model request", wanted="JSON values", got=str(exc), remedy=f"given: {names}")
        ) from exc


_TEXT = "this client sends text only; use an AutoGen client for tools and images"
