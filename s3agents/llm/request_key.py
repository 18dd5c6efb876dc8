"""Request keys: the name under which the reply to a request is recorded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from autogen_core.models import LLMMessage
from pydantic import BaseModel

from s3agents.llm.base import Request
from s3agents.llm.wire import response_format

__all__ = ["key_of", "request_key"]


def request_key(
    model: str,
    messages: Sequence[LLMMessage],
    *,
    schema: bool | type[BaseModel] | None = None,
    sampling: Mapping[str, Any] | None = None,
    seed: int | None = None,
) -> str:
    """Key of a request: equal for equal requests, different where anything differs that may shape the reply.

    Args:
        model: the model's name.
        messages: the conversation; role and content count.
        schema: class of the reply, or whether it is JSON at all.
        sampling: all further arguments; their order does not count.
        seed: seed, where ``sampling`` does not hold it.

    Returns:
        32 hex digits (BLAKE2b over canonical JSON).
    """
    args = dict(sampling or {})
    if seed is not None:
        args["seed"] = seed
    return key_of(model, Request(messages, schema, args))


def key_of(model: str, request: Request) -> str:
    """Key of a whole request, tools included (see :func:`request_key`)."""
    parts: list[Any] = [
        model,
        [_named(message) for message in request.messages],
        response_format(request.json_output).decode() if request.json_output else None,
        dict(request.args),
    ]
    if request.tools:
        parts.append([tool if isinstance(tool, Mapping) else tool.schema for tool in request.tools])
        parts.append(request.tool_choice if isinstance(request.tool_choice, str) else request.tool_choice.schema)
    return hashlib.blake2b(_canonical(parts), digest_size=16).hexdigest()


def _named(message: LLMMessage) -> tuple[str, Any]:
    content = message.content
    return (message.type, content if isinstance(content, str) else message.model_dump(mode="json")["content"])


def _canonical(parts: list[Any]) -> bytes:
    try:
        return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # lone surrogates, or numbers past 64 bits
        return json.dumps(parts, sort_keys=True, separators=(",", ":")).encode()
