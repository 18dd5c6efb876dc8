"""Stub answers: the bodies that the stub endpoint sends back, whole or spoilt as it is told."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson

from s3agents.testing.stub_replies import Reply, make_reply

__all__ = ["completion_answer", "embeddings_answer", "prompt_answer", "prompt_of"]

Usage = dict[str, int]

_STRANGE = '{"unexpected":true}'
_DEFAULT_MAX_TOKENS = 4096
_DIMENSIONS = 64


def completion_answer(body: Mapping[str, Any], failure: str | None) -> tuple[bytes, Usage]:
    """The chat completion for a request, and the tokens it is said to have used.

    Args:
        body: the request.
        failure: ``empty`` (no choices), ``schema`` (JSON of another schema), ``half`` (cut in its content), or none.

    Raises:
        ValueError: if the request wants what the stub does not do.
    """
    messages = body["messages"]
    if body.get("stream") or body.get("tools"):
        raise ValueError("neither streams nor tools are served")
    reply = _reply(body, messages)
    most = body.get("max_tokens") or body.get("max_completion_tokens") or _DEFAULT_MAX_TOKENS
    whole = len(reply)
    usage = {"prompt_tokens": sum([_tokens(message) for message in messages]), "completion_tokens": min(whole, most)}
    shown = reply.text if whole <= most else "".join(token for token, _ in reply.tokens[:most])
    content = _STRANGE if failure == "schema" else shown
    head = b'{"id":"chatcmpl-stub","object":"chat.completion","created":0,"model":%b,"choices":[' % orjson.dumps(
        body.get("model")
    )
    start = b'{"index":0,"message":{"role":"assistant","content":%b' % orjson.dumps(content)
    if failure == "half":
        return head + start[: len(start) - len(content) // 2], usage
    logprobs = b"null"
    if body.get("logprobs"):
        logprobs = b'{"content":%b}' % reply.logprobs(most, body.get("top_logprobs") or 0)
    finish = b"stop" if whole <= most else b"length"
    choice = b'%b},"logprobs":%b,"finish_reason":"%b"}' % (start, logprobs, finish)
    return b'%b%b],"usage":%b}' % (head, b"" if failure == "empty" else choice, _total(usage)), usage


def prompt_answer(body: Mapping[str, Any], failure: str | None) -> tuple[bytes, Usage]:
    """A text completion of one token, with the log probabilities of the prompt's tokens if they are asked for.

    A word is a token; the first has none, any other one that hangs on the word alone, from -0.01 to -10. ``failure`` is
    as for a completion.

    Raises:
        ValueError: if the request wants what the stub does not do.
    """
    prompt, top = body["prompt"], body.get("prompt_logprobs")
    if not isinstance(prompt, str) or body.get("stream"):
        raise ValueError("one prompt of text is served, and no stream")
    tokens = prompt.split()
    usage = {"prompt_tokens": len(tokens), "completion_tokens": 1}
    if failure == "schema":
        return _STRANGE.encode(), usage
    choice: dict[str, Any] = {"index": 0, "text": " and", "finish_reason": "length"}
    if top is not None:
        choice["prompt_logprobs"] = [None, *(_told(token) for token in tokens[1:])]
    answer = {"id": "cmpl-stub", "object": "text_completion", "created": 0, "model": body.get("model")}
    answer |= {"choices": [] if failure == "empty" else [choice], "usage": orjson.loads(_total(usage))}
    whole = orjson.dumps(answer)
    return whole[: len(whole) // 2] if failure == "half" else whole, usage


def _told(token: str) -> dict[str, Any]:
    """What vLLM tells of a token of the prompt."""
    number = zlib.crc32(token.encode())
    return {str(number): {"logprob": -(1 + number % 1000) / 100, "rank": 1, "decoded_token": token}}


def prompt_of(body: Mapping[str, Any]) -> bytes | None:
    """What a prefix cache sees of a request for a completion; ``None`` for any other request."""
    if "messages" in body:
        return b"".join(f"{m.get('role')}\n{m['content']}\n".encode() for m in body["messages"])
    return str(body["prompt"]).encode() if "prompt" in body else None


def embeddings_answer(body: Mapping[str, Any], failure: str | None) -> tuple[bytes, Usage]:
    """The embeddings for a request, unit vectors of 64 numbers, and the tokens they are said to have used.

    Texts that share words have vectors that point the same way. ``failure`` is as for a completion.
    """
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    usage = {"prompt_tokens": sum(len(text.encode()) // 4 + 1 for text in texts), "completion_tokens": 0}
    if failure == "schema":
        return _STRANGE.encode(), usage
    as_base64 = body.get("encoding_format") == "base64"
    vectors = [_vector(text) for text in texts]
    data = [
        {
            "object": "embedding",
            "index": n,
            "embedding": base64.b64encode(vector.tobytes()).decode() if as_base64 else vector.tolist(),
        }
        for n, vector in enumerate(vectors)
    ]
    answer = {"object": "list", "model": body.get("model"), "data": [] if failure == "empty" else data}
    whole = orjson.dumps({**answer, "usage": {**usage, "total_tokens": usage["prompt_tokens"]}})
    return whole[: len(whole) // 2] if failure == "half" else whole, usage


def _reply(body: Mapping[str, Any], messages: Any) -> Reply:
    """The reply, held to what the request names, in whichever of the usual places."""
    structured = body.get("structured_outputs") or {}
    wanted = body.get("response_format") or {}
    schema = structured.get("json")
    if "json_schema" in wanted:
        schema = wanted["json_schema"]["schema"]
    elif wanted.get("type") == "json_object":
        schema = {"type": "object", "properties": {"text": {"type": "string"}}}
    return make_reply(messages, body.get("seed"), schema=schema, choice=structured.get("choice"))


def _tokens(message: Mapping[str, Any]) -> int:
    return len(str(message["content"]).encode()) // 4 + 1


def _total(usage: Usage) -> bytes:
    return orjson.dumps({**usage, "total_tokens": sum(usage.values())})


def _vector(text: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    """A unit vector: each word adds to one direction."""
    vector = np.zeros(_DIMENSIONS, dtype=np.float32)
    for word in text.lower().split() or [""]:
        vector[zlib.crc32(word.encode()) % _DIMENSIONS] += 1.0
    unit: np.ndarray[Any, np.dtype[np.float32]] = vector / np.linalg.norm(vector)
    return unit
