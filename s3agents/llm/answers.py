"""Answers: what an OpenAI-compatible endpoint sent back, as a completion or as the error it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any

import orjson
from autogen_core.models import FinishReasons, RequestUsage

from s3agents.errors import EndpointError, ReplyError
from s3agents.llm.completion import Completion
from s3agents.llm.failures import GARBAGE
from s3agents.llm.token_logprobs import TokenLogprobs

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


def parse_completion(body: bytes) -> Completion:
    """The answer that the body of a chat completion holds.

    Alternatives of a token that the schema forbids (log probability -9999) are left out.

    Raises:
        ReplyError: ``garbage`` if the body is no chat completion, ``refusal`` if the model declined in so many words.
    """
    try:
        answer = orjson.loads(body)
        choice = answer["choices"][0]
        message = choice["message"]
        finish = _FINISH.get(choice.get("finish_reason"), "unknown")
        return Completion(
            finish_reason=finish,
            content=_content(message, finish),
            usage=_usage(answer.get("usage")),
            tokens=_tokens(choice.get("logprobs")),
            thought=message.get("reasoning_content") or message.get("reasoning") or None,
        )
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as exc:
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


def _content(message: Mapping[str, Any], finish: FinishReasons) -> str:
    content = message["content"]
    if isinstance(content, str):
        return content
    if isinstance(refusal := message.get("refusal"), str):
        raise ReplyError(f"the model declined: {refusal[:_SHOWN_CHARS]}", cause="refusal")
    if content is None and finish in ("length", "content_filter"):
        return ""
    raise TypeError(f"content of type {type(content).__name__}")


def _usage(usage: Mapping[str, Any] | None) -> RequestUsage:
    """Tokens as the endpoint counted them; noughts where it does not count."""
    if usage is None:
        return RequestUsage(0, 0)
    return RequestUsage(int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0))


def _tokens(logprobs: Mapping[str, Any] | None) -> TokenLogprobs | None:
    entries = None if logprobs is None else logprobs.get("content")
    return None if entries is None else TokenLogprobs.told(entries)


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
