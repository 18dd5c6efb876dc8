"""Log probabilities as lists or as told: in every respect what AutoGen's objects say, which are made when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from autogen_core.models import ChatCompletionTokenLogprob, CreateResult, RequestUsage, TopLogprob
from hypothesis import given
from hypothesis import strategies as st

from s3agents.errors import ReplyError
from s3agents.llm.answers import parse_completion
from s3agents.llm.completion import Completion
from s3agents.llm.reply_codec import decode_reply, encode_reply
from s3agents.llm.token_logprobs import TokenLogprobs
from s3agents.llm.told_logprobs import ToldLogprobs

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
LOGPROB = st.floats(-20.0, 0.0) | st.integers(-5, 0) | st.just(-9999.0)


@st.composite
def told(draw: st.DrawFn) -> dict[str, Any]:
    """A token or alternative as endpoints tell it: its bytes are those of its text, others, none, or not told."""
    text = draw(TEXT)
    entry: dict[str, Any] = {"token": text, "logprob": draw(LOGPROB)}
    utf8 = draw(st.sampled_from(["own", "none", "missing"]) | st.lists(st.integers(0, 255), max_size=4))
    if utf8 != "missing":
        entry["bytes"] = list(text.encode()) if utf8 == "own" else None if utf8 == "none" else utf8
    return entry


@st.composite
def entries(draw: st.DrawFn) -> list[dict[str, Any]]:
    """The ``logprobs.content`` of an answer."""
    tokens = draw(st.lists(told(), max_size=5))
    for token in tokens:
        tops = draw(st.none() | st.lists(told(), max_size=4))
        if tops is not None or draw(st.booleans()):
            token["top_logprobs"] = tops
    return tokens


def eager(entry: Mapping[str, Any]) -> ChatCompletionTokenLogprob:
    """The plain way: one object for a token and for each of its alternatives, by their own constructors."""
    tops = entry.get("top_logprobs")
    return ChatCompletionTokenLogprob(
        token=entry["token"],
        logprob=entry["logprob"],
        bytes=entry.get("bytes") or list(entry["token"].encode()),
        top_logprobs=tops
        and [
            TopLogprob(top["logprob"], top.get("bytes") or list(top["token"].encode()))
            for top in tops
            if top["logprob"] > -9999.0
        ],
    )


@given(entries())
def test_objects_made_late_equal_those_made_at_once(content: list[dict[str, Any]]) -> None:
    """Whatever an endpoint tells, through an answer and through a record."""
    wanted = [eager(entry) for entry in content]
    body = {"choices": [{"message": {"content": "x"}, "logprobs": {"content": content}}]}
    tokens = parse_completion(orjson.dumps(body)).tokens
    assert tokens is not None
    assert tokens.objects() == wanted
    assert [made.model_dump_json() for made in tokens.objects()] == [usual.model_dump_json() for usual in wanted]
    assert TokenLogprobs.of(wanted) == tokens
    assert len(tokens) == len(wanted)
    assert tokens.texts() == [usual.token for usual in wanted]
    assert TokenLogprobs(orjson.loads(orjson.dumps(tokens.packed))).objects() == wanted


@given(entries())
def test_bytes_are_those_of_the_objects(content: list[dict[str, Any]]) -> None:
    """Pieces and alternatives are what one reads off the objects; a token is always among its alternatives."""
    told = ToldLogprobs.read(orjson.dumps(content))
    for index, usual in enumerate(eager(entry) for entry in content):
        piece = bytes(usual.bytes or [])
        others = [(bytes(top.bytes or []), top.logprob) for top in usual.top_logprobs or ()]
        own = [] if any(other == piece for other, _ in others) else [(piece, usual.logprob)]
        for tokens in (told, TokenLogprobs(told.packed)):
            assert tokens.pieces()[index] == piece
            assert tokens.alternatives(index) == [*others, *own]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"bytes": [256]}, "bytes of a token"),
        ({"bytes": "a"}, "bytes of a token"),
        ({"top_logprobs": [{"token": "a"}]}, "alternatives of a token"),
        ({"top_logprobs": {}}, "alternatives of a token"),
        ({"top_logprobs": [{"token": "a", "logprob": -1.0, "bytes": [-1]}]}, "alternatives of a token"),
    ],
)
def test_what_is_wrong_with_a_token_is_told_by_whoever_reads_it(wrong: dict[str, Any], told: str) -> None:
    """As garbage of the endpoint, with the token, and the same from a record as from an answer."""
    body = {
        "choices": [{"message": {"content": "a"}, "logprobs": {"content": [{"token": "a", "logprob": -1} | wrong]}}]
    }
    answer = parse_completion(orjson.dumps(body))
    for reply in (answer, decode_reply(encode_reply(answer), answer.usage)):
        assert reply.tokens is not None
        with pytest.raises(ReplyError, match=rf'{told}.*got {{"token":"a"') as caught:
            reply.tokens.alternatives(0)
        assert caught.value.cause == "garbage"


@given(entries(), TEXT, st.none() | TEXT)
def test_a_completion_and_a_result_are_the_same(content: list[dict[str, Any]], text: str, thought: str | None) -> None:
    """There and back again is identity, with log probabilities and without."""
    for logprobs in ([eager(entry) for entry in content], None):
        result = CreateResult(
            finish_reason="stop",
            content=text,
            usage=RequestUsage(1, 2),
            cached=True,
            logprobs=logprobs,
            thought=thought,
        )
        assert Completion.of(result).result() == result


def test_a_token_made_by_hand_is_a_whole_pydantic_model() -> None:
    """It equals, dumps, copies and takes changes as one made by its constructor."""
    usual = ChatCompletionTokenLogprob(token="a", logprob=-1.0, top_logprobs=[TopLogprob(-1.0, [97])], bytes=[97])
    (made,) = TokenLogprobs.of([usual]).objects()
    assert made == usual
    assert made.model_dump_json() == usual.model_dump_json()
    assert made.model_copy(update={"token": "b"}).token == "b"
    made.token = "c"
    assert made.model_fields_set == usual.model_fields_set
