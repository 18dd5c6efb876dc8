"""Codec of recorded replies: results and errors as compact JSON, and back again unchanged."""

from __future__ import annotations

import json
from typing import Any

import orjson
from autogen_core import FunctionCall
from autogen_core.models import ChatCompletionTokenLogprob, CreateResult, RequestUsage, TopLogprob

from s3agents.errors import EndpointError, ModelError, ReplayMissError, ReplyError
from s3agents.llm.answers import token_logprob

__all__ = ["decode_error", "decode_reply", "encode_error", "encode_reply"]

_ERRORS: dict[str, type[ModelError]] = {"ReplyError": ReplyError, "ReplayMissError": ReplayMissError}
_AS_TOKEN = 1  # stands for bytes that are just those of the token


def encode_reply(result: CreateResult) -> bytes:
    """All of a result but its usage and where it came from."""
    content = result.content
    return _dumps(
        [
            content if isinstance(content, str) else [[call.id, call.name, call.arguments] for call in content],
            result.finish_reason,
            result.thought,
            None if result.logprobs is None else [_packed_token(token) for token in result.logprobs],
        ]
    )


def decode_reply(body: bytes, usage: RequestUsage) -> CreateResult:
    """The result that was encoded, marked as cached."""
    content, finish, thought, tokens = _loads(body)
    return CreateResult(
        finish_reason=finish,
        content=content if isinstance(content, str) else [FunctionCall(i, arguments=a, name=n) for i, n, a in content],
        usage=usage,
        cached=True,
        logprobs=None if tokens is None else [_token(packed) for packed in tokens],
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


def _packed_token(token: ChatCompletionTokenLogprob) -> list[Any]:
    """Token, log probability, bytes; then log probability and bytes of each alternative."""
    text, tops = token.token, token.top_logprobs
    utf8 = _packed_bytes(token.bytes)
    packed: list[Any] = [text, token.logprob, _AS_TOKEN if utf8 == text else utf8]
    if tops is not None:
        packed.append([value for top in tops for value in (top.logprob, _packed_bytes(top.bytes))])
    return packed


def _token(packed: list[Any]) -> ChatCompletionTokenLogprob:
    text, logprob, utf8, *rest = packed
    tops = None
    if rest:
        values = iter(rest[0])
        tops = [TopLogprob(value, _bytes(next(values))) for value in values]
    own = list(text.encode()) if utf8 == _AS_TOKEN else _bytes(utf8)
    return token_logprob(text, logprob, alternatives=tops, utf8=own)


def _packed_bytes(utf8: list[int] | None) -> str | list[int] | None:
    """Bytes as the text that they spell, where they spell one."""
    if utf8 is None:
        return None
    try:
        return bytes(utf8).decode()
    except ValueError:
        return utf8


def _bytes(packed: str | list[int] | None) -> list[int] | None:
    return list(packed.encode()) if isinstance(packed, str) else packed


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
