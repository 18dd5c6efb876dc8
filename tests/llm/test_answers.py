"""Answers of an endpoint: results, and the errors that others stand for."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import orjson
import pytest
from autogen_core.models import ChatCompletionTokenLogprob, RequestUsage, TopLogprob
from hypothesis import given
from hypothesis import strategies as st

from s3agents.errors import ReplyError
from s3agents.llm.answers import parse_completion, parse_models, status_error
from s3agents.llm.completion import Completion


def answer(message: dict[str, Any], **more: Any) -> bytes:
    """The body of a chat completion with one choice."""
    choice = {"message": message, "finish_reason": "stop", **more}
    return orjson.dumps({"choices": [choice], "usage": {"prompt_tokens": 3, "completion_tokens": 2}})


def test_a_plain_answer_is_a_result() -> None:
    """Content, usage and finish reason are the endpoint's; nothing is cached."""
    wanted = Completion(finish_reason="stop", content="hi", usage=RequestUsage(3, 2), cached=False)
    assert parse_completion(answer({"content": "hi"})) == wanted


@pytest.mark.parametrize(
    ("told", "finish"),
    [("length", "length"), ("tool_calls", "function_calls"), ("content_filter", "content_filter"), (None, "unknown")],
)
def test_finish_reasons_are_translated(told: str | None, finish: str) -> None:
    """The endpoint's words become AutoGen's."""
    assert parse_completion(answer({"content": ""}, finish_reason=told)).finish_reason == finish


def test_a_reply_cut_before_its_first_word_is_empty() -> None:
    """A null content is an empty text where the finish reason explains it."""
    result = parse_completion(answer({"content": None, "reasoning_content": "hm"}, finish_reason="length"))
    assert (result.content, result.thought) == ("", "hm")


def test_logprobs_are_mapped_without_masked_alternatives() -> None:
    """Bytes are taken, or made from the token; what the schema forbids (-9999) is no alternative."""
    tops = [
        {"token": "é", "logprob": -0.1},
        {"token": "b", "logprob": -3, "bytes": [98]},
        {"token": "!", "logprob": -9999},
    ]
    entry = {"token": "é", "logprob": -0.1, "bytes": None, "top_logprobs": tops}
    result = parse_completion(answer({"content": "é"}, logprobs={"content": [entry]}))
    alternatives = [TopLogprob(-0.1, [195, 169]), TopLogprob(-3, [98])]
    assert result.logprobs == [
        ChatCompletionTokenLogprob(token="é", logprob=-0.1, bytes=[195, 169], top_logprobs=alternatives)
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"choices":[]}',
        b'{"choices":[{}]}',
        b'{"choices":[{"message":{"content":5}}]}',
        b'{"choices":[{"message":{"content":null},"finish_reason":"stop"}]}',
        b'{"choices":[{"message":{"content":"x"},"logprobs":{"content":[{"token":5}]}}]}',
        b'{"choices":[{"message":{"content":"x"},"logprobs":7}]}',
        b'{"choices":[{"message":{"content":"x"}}],"usage":[]}',
        b'{"choices":[{"message":{"content":"x"},"finish_reason":[]}]}',
    ],
)
def test_anything_else_is_garbage(body: bytes) -> None:
    """A body that is no chat completion is one kind of error, whatever is wrong with it."""
    with pytest.raises(ReplyError) as caught:
        parse_completion(body)
    assert caught.value.cause == "garbage"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "choices",
                        "message",
                        "content",
                        "logprobs",
                        "token",
                        "logprob",
                        "top_logprobs",
                        "usage",
                        "bytes",
                        "finish_reason",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_no_json_makes_the_parser_fail_otherwise(value: Any) -> None:
    """Any JSON is a result or garbage; nothing else is ever raised."""
    with suppress(ReplyError):
        assert isinstance(parse_completion(orjson.dumps(value)), Completion)


def test_a_refusal_is_told_apart() -> None:
    """A model that declines is not garbage, so that nobody asks the same again."""
    with pytest.raises(ReplyError, match="I cannot") as caught:
        parse_completion(answer({"content": None, "refusal": "I cannot"}))
    assert caught.value.cause == "refusal"


def test_models_are_listed() -> None:
    """The ids, in order; anything else is garbage."""
    assert parse_models(b'{"data":[{"id":"a"},{"id":"b"}]}') == ["a", "b"]
    with pytest.raises(ReplyError):
        parse_models(b'{"data":7}')


@pytest.mark.parametrize(
    ("status", "transient"),
    [
        *((status, True) for status in (408, 425, 429, 500, 502, 503, 504, 529)),
        *((status, False) for status in (301, 400, 401, 404, 422, 501)),
    ],
)
def test_which_statuses_may_mend(status: int, transient: bool) -> None:
    """Overload, time-outs and server faults may; refusals may not."""
    error = status_error("POST x", status, body=b"", headers={})
    assert (error.transient, error.cause) == (transient, f"status_{status}")


@pytest.mark.parametrize(
    "body",
    [
        b'{"error":{"message":"too long"}}',
        b'{"error":"too long"}',
        b'{"message":"too long"}',
        b'{"detail":"too long"}',
        b'"too long"',
        b"too long",
    ],
)
def test_the_endpoints_own_words_are_in_the_message(body: bytes) -> None:
    """In whichever of the usual forms it says them."""
    assert str(status_error("POST x", 400, body=body, headers={})) == "POST x: wanted status 200, got 400: too long"


def test_words_are_cut_and_the_key_is_blotted_out() -> None:
    """A page of words is cut at 300 characters; a key is never repeated, wherever the cut falls."""
    assert len(str(status_error("", 500, body=b"x" * 5000, headers={}))) < 350
    message = str(status_error("", 401, body=b"no such key: sk-12345", headers={}, secret="sk-12345"))
    assert message.endswith("no such key: ***")
    assert "sk" not in str(status_error("", 401, body=b"." * 297 + b"sk-12345", headers={}, secret="sk-12345"))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "0.25"}, 0.25),
        ({"Retry-After": "-3"}, 0.0),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": "soon"}, None),
        ({"retry-after-ms": "250"}, 0.25),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 30.0),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    """In seconds, milliseconds, or as a date held against the endpoint's own."""
    assert status_error("", 429, body=b"", headers=headers).retry_after == seconds
