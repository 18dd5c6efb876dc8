"""Codec of recorded replies: completions and errors as compact JSON, and back again unchanged.

That of a reply is compressed, for most of it is log probabilities, as the endpoint told them: zstd takes a third of the
time that it takes to leave out what is told twice and to deflate the rest, for half as much space again. Records of
earlier versions hold deflated JSON, or plain JSON, and are read as well.
"""

from __future__ import annotations

import json
import threading
import zlib
from typing import Any

import msgspec
import orjson
import zstandard
from autogen_core import FunctionCall
from autogen_core.models import RequestUsage
from msgspec import Raw

from s3agents.errors import EndpointError, ModelError, ReplayMissError, ReplyError
from s3agents.llm.completion import Completion
from s3agents.llm.token_logprobs import TokenLogprobs
from s3agents.llm.told_logprobs import ToldLogprobs

__all__ = ["decode_error", "decode_reply", "encode_error", "encode_reply"]

_LEVEL = 1  # of zstd; the next ones take more time and no less space

_ERRORS: dict[str, type[ModelError]] = {"ReplyError": ReplyError, "ReplayMissError": ReplayMissError}
_read_parts = msgspec.json.Decoder(tuple[Any, Any, Any, Raw]).decode


class _Zstd(threading.local):
    """A compressor and its inverse for each thread, since neither can be shared."""

    def __init__(self) -> None:
        self.pack = zstandard.ZstdCompressor(level=_LEVEL).compress
        self.unpack = zstandard.ZstdDecompressor().decompress


_ZSTD = _Zstd()


def encode_reply(reply: Completion) -> bytes:
    """All of a reply but its usage and where it came from."""
    content = reply.content
    parts = [
        content if isinstance(content, str) else [[call.id, call.name, call.arguments] for call in content],
        reply.finish_reason,
        reply.thought,
        None if reply.tokens is None else reply.tokens.recorded,
    ]
    return _ZSTD.pack(_dumps(parts))


def decode_reply(body: bytes, usage: RequestUsage) -> Completion:
    """The reply that was encoded, marked as cached. Its log probabilities are read when they are looked at.

    Raises:
        ValueError: if it is none.
    """
    try:
        content, finish, thought, tokens = _parts(_unpacked(body))
    except (zlib.error, zstandard.ZstdError) as exc:
        raise ValueError(str(exc)) from exc
    return Completion(
        finish_reason=finish,
        content=content if isinstance(content, str) else [FunctionCall(i, arguments=a, name=n) for i, n, a in content],
        usage=usage,
        cached=True,
        tokens=tokens,
        thought=thought,
    )


def _unpacked(body: bytes) -> bytes:
    """The JSON in ``body``, however it is compressed."""
    if body.startswith(b"["):
        return body
    return _ZSTD.unpack(body) if body.startswith(zstandard.FRAME_HEADER) else zlib.decompress(body)


def _parts(recorded: bytes) -> tuple[Any, Any, Any, TokenLogprobs | None]:
    """Content, reason to end, thought and log probabilities, these as they were told, or packed."""
    try:
        content, finish, thought, raw = _read_parts(recorded)
        tokens = bytes(raw)
        if tokens.startswith(b"[{"):
            return content, finish, thought, ToldLogprobs.read(tokens)
        packed = orjson.loads(tokens)
    except msgspec.DecodeError:  # lone surrogates, which are never told
        content, finish, thought, packed = json.loads(recorded)
    return content, finish, thought, None if packed is None else TokenLogprobs(packed)


def encode_error(error: ModelError) -> bytes:
    """Class, message and attributes of an error."""
    kind = next((kind.__name__ for kind in type(error).__mro__ if kind.__name__ in _ERRORS), "ModelError")
    if isinstance(error, EndpointError):
        return _dumps(["EndpointError", str(error), error.cause, error.transient, error.retry_after])
    return _dumps([kind, str(error), error.cause])


def decode_error(body: bytes) -> ModelError:
    """The error that was encoded, ready to be raised."""
    kind, message, cause, *rest = json.loads(body)
    if kind == "EndpointError":
        transient, retry_after = rest
        return EndpointError(message, cause=cause, transient=transient, retry_after=retry_after)
    return _ERRORS.get(kind, ModelError)(message, cause=cause)


def _dumps(value: Any) -> bytes:
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:  # lone surrogates
        return json.dumps(value, separators=(",", ":")).encode()
