"""Answers: what an OpenAI-compatible endpoint sent back, as a completion or as the error it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any

import msgspec
import orjson
from autogen_core.models import FinishReasons, RequestUsage

from s3agents.errors import EndpointError, ReplyError
from s3agents.llm.completion import Completion
from s3agents.llm.failures import GARBAGE
from s3agents.llm.told_logprobs import ToldLogprobs, ToldToken

__all__ = ["parse_completion", "parse_models", "status_error"]

_SHOWN_CHARS = 300
_FINISH: dict[str, FinishReasons] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "content_filter",
    "tool_calls": "function_calls",
    "function_call": "function_calls",
}
_TRANSIENT = frozenset({408, 425, 429})
_LASTING = frozenset({501, 505})


class _Message(msgspec.Struct, gc=False):
    content: str | None
    refusal: Any = None
    reasoning_content: Any = None
    reasoning: Any = None


class _Logprobs(msgspec.Struct, gc=False):
    content: list[ToldToken] | None = None


class _Choice(msgspec.Struct, gc=False):
    message: _Message
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None


class _Usage(msgspec.Struct, gc=False):
    prompt_tokens: int | float | None = None
    completion_tokens: int | float | None = None


class _Answer(msgspec.Struct, gc=False):
    """What is read of a chat completion; all else is passed over where it stands."""

    choices: list[_Choice]
    usage: _Usage | None = None


_read_answer = msgspec.json.Decoder(_Answer).decode


def parse_completion(body: bytes) -> Completion:
    """The answer that the body of a chat completion holds.

    The alternatives of its tokens are read later (see :class:`~s3agents.llm.told_logprobs.ToldLogprobs`).

    Raises:
        ReplyError: ``garbage`` if the body is no chat completion, ``refusal`` if the model declined in so many words.
    """
    try:
        answer = _read_answer(body)
        choice = answer.choices[0]
        message, logprobs = choice.message, choice.logprobs
        finish = _FINISH.get(choice.finish_reason or "", "unknown")
        tokens = None if logprobs is None else logprobs.content
        return Completion(
            finish_reason=finish,
            content=_content(message, finish),
            usage=_usage(answer.usage),
            tokens=None if tokens is None else ToldLogprobs(tokens),
            thought=message.reasoning_content or message.reasoning or None,
        )
    except (msgspec.MsgspecError, ValueError, IndexError, RecursionError) as exc:
        raise _garbage("a chat completion", body) from exc


def parse_models(body: bytes) -> list[str]:
    """The ids in the body of a list of models.

    Raises:
        ReplyError: ``garbage`` if the body is no such list.
    """
    try:
        return [str(entry["id"]) for entry in orjson.loads(body)["data"]]
    except (ValueError, KeyError, TypeError) as exc:
        raise _garbage("a list of models", body) from exc


def status_error(
    what: str, status: int, *, body: bytes, headers: Mapping[str, str], secret: str | None = None
) -> EndpointError:
    """The error that an HTTP status other than 200 stands for.

    Args:
        what: the request, such as ``POST http://127.0.0.1:8000/v1/chat/completions``.
        status: the HTTP status.
        body: the body; its own words go into the message, 300 characters of them.
        headers: the headers, where ``Retry-After`` is looked for.
        secret: the key, which some endpoints repeat; it is blotted out.
    """
    words = _words(body)
    if secret:
        words = words.replace(secret, "***")
    return EndpointError(
        f"{what}: wanted status 200, got {status}: {words[:_SHOWN_CHARS]}",
        cause=f"status_{status}",
        transient=status in _TRANSIENT or (status >= 500 and status not in _LASTING),
        retry_after=_retry_after(headers),
    )


def _content(message: _Message, finish: FinishReasons) -> str:
    if message.content is not None:
        return message.content
    if isinstance(message.refusal, str):
        raise ReplyError(f"the model declined: {message.refusal[:_SHOWN_CHARS]}", cause="refusal")
    if finish in ("length", "content_filter"):
        return ""
    raise ValueError("no content")


def _usage(usage: _Usage | None) -> RequestUsage:
    """Tokens as the endpoint counted them; noughts where it does not count."""
    if usage is None:
        return RequestUsage(0, 0)
    return RequestUsage(int(usage.prompt_tokens or 0), int(usage.completion_tokens or 0))


def _garbage(wanted: str, body: bytes) -> ReplyError:
    shown = body[:_SHOWN_CHARS].decode("utf-8", "replace") or "nothing"
    return ReplyError(f"answer of the endpoint: wanted {wanted}, got {shown}", cause=GARBAGE)


def _words(body: bytes) -> str:
    """What the endpoint says of its error, in whichever of the usual forms."""
    try:
        answer = orjson.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace").strip()
    error = answer.get("error", answer) if isinstance(answer, dict) else answer
    if isinstance(error, dict):
        error = error.get("message") or error.get("detail") or error
    return error if isinstance(error, str) else orjson.dumps(error).decode()


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait; a date is held against the endpoint's own date, so that no clock of ours is asked."""
    try:
        if "retry-after-ms" in headers:
            return _span(float(headers["retry-after-ms"]) / 1000)
        value = headers.get("Retry-After", "")
        if value[:1].isalpha():
            return _span((parsedate_to_datetime(value) - parsedate_to_datetime(headers["Date"])).total_seconds())
        return _span(float(value))
    except (ValueError, KeyError, TypeError):
        return None


def _span(seconds: float) -> float | None:
    return max(seconds, 0.0) if isfinite(seconds) else None
