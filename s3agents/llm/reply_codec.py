"""Codec of recorded replies: completions and errors as compact JSON, and back again unchanged.

That of a reply is deflated, for most of it is log probabilities and the same few keys: a fifth of the space, at the
speed of the pages that need not be written. Records of earlier versions hold plain JSON and are read as well.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

import orjson
from autogen_core import FunctionCall
from autogen_core.models import RequestUsage

from s3agents.errors import EndpointError, ModelError, ReplayMissError, ReplyError
from s3agents.llm.completion import Completion
from s3agents.llm.token_logprobs import TokenLogprobs

__all__ = ["decode_error", "decode_reply", "encode_error", "encode_reply"]

_FASTEST = 1  # level of zlib; the others take several times as long for a tenth of the space

_ERRORS: dict[str, type[ModelError]] = {"ReplyError": ReplyError, "ReplayMissError": ReplayMissError}


def encode_reply(reply: Completion) -> bytes:
    """All of a reply but its usage and where it came from."""
    content = reply.content
    parts = [
        content if isinstance(content, str) else [[call.id, call.name, call.arguments] for call in content],
        reply.finish_reason,
        reply.thought,
        None if reply.tokens is None else reply.tokens.packed,
    ]
    return zlib.compress(_dumps(parts), _FASTEST)


def decode_reply(body: bytes, usage: RequestUsage) -> Completion:
    """The reply that was encoded, marked as cached.

    Raises:
        ValueError: if it is none.
    """
    try:
        content, finish, thought, tokens = _loads(body if body.startswith(b"[") else zlib.decompress(body))
    except zlib.error as exc:
        raise ValueError(str(exc)) from exc
    return Completion(
        finish_reason=finish,
        content=content if isinstance(content, str) else [FunctionCall(i, arguments=a, name=n) for i, n, a in content],
        usage=usage,
        cached=True,
        tokens=None if tokens is None else TokenLogprobs(tokens),
        thought=thought,
    )


def encode_error(error: ModelError) -> bytes:
    """Class, message and attributes of an error."""
    kind = next((kind.__name__ for kind in type(error).__mro__ if kind.__name__ in _ERRORS), "ModelError")
    if isinstance(error, EndpointError):
        return _dumps(["EndpointError", str(error), error.cause, error.transient, error.retry_after])
    return _dumps([kind, str(error), error.cause])


def decode_error(body: bytes) -> ModelError:
    """The error that was encoded, ready to be raised."""
    kind, message, cause, *rest = _loads(body)
    if kind == "EndpointError":
        transient, retry_after = rest
        return EndpointError(message, cause=cause, transient=transient, retry_after=retry_after)
    return _ERRORS.get(kind, ModelError)(message, cause=cause)


def _dumps(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # lone surrogates
        return json.dumps(value, separators=(",", ":")).encode()


def _loads(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except ValueError:
        return json.loads(body)
