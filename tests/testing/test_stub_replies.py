"""What the stub endpoint says: valid by any schema that pydantic makes, and the same every time."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from math import exp
from typing import Any, Literal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from s3agents.llm.wire import strict_schema
from s3agents.testing.stub_replies import make_reply

MESSAGES = [{"role": "user", "content": "hello"}]


class Mood(StrEnum):
    CALM = "calm"
    CALMER = "calmer"
    INTENSE = "intense"


class Part(BaseModel):
    name: str = Field(max_length=7)
    weight: float = Field(ge=0.5, lt=0.75)


class Every(BaseModel):
    """One property of each kind."""

    mood: Mood
    side: Literal["yes", "no"]
    only: Literal["one"]
    size: int = Field(ge=-3, le=3)
    above: int = Field(gt=9)
    free: float
    sure: bool
    text: str = Field(min_length=20, max_length=30)
    empty: str = Field(max_length=0)
    parts: list[Part] = Field(min_length=1, max_length=3)
    pair: tuple[int, str]
    spare: Part | None = None
    level: Literal[1, 2, 3]


def plain(model: type[BaseModel]) -> dict[str, Any]:
    """The schema as pydantic makes it, with references."""
    return model.model_json_schema()


@pytest.mark.parametrize("schema_of", [plain, strict_schema])
@given(seed=st.integers(0, 2**31))
def test_replies_are_valid_by_their_schema(schema_of: Callable[[type[BaseModel]], dict[str, Any]], seed: int) -> None:
    """With references or without, for every seed, pydantic takes the reply."""
    assert Every.model_validate_json(make_reply(MESSAGES, seed, schema=schema_of(Every)).text)


def test_the_same_request_gets_the_same_reply_and_another_one_another() -> None:
    """Messages, schema and seed count, each of them."""
    schema = strict_schema(Every)
    first = make_reply(MESSAGES, 1, schema=schema).text
    assert make_reply(list(MESSAGES), 1, schema=dict(schema)).text == first
    assert make_reply(MESSAGES, 2, schema=schema).text != first
    assert make_reply([*MESSAGES, *MESSAGES], 1, schema=schema).text != first
    assert make_reply(MESSAGES, 1).text != first


def test_every_value_of_an_enumeration_turns_up() -> None:
    """Over many seeds, a reply is not always the same one."""
    seen = {orjson.loads(make_reply(MESSAGES, seed, schema=strict_schema(Every)).text)["mood"] for seed in range(60)}
    assert seen == set(Mood)


@given(seed=st.integers(0, 2**31))
def test_log_probabilities_spell_the_reply(seed: int) -> None:
    """The tokens join to the text, and their bytes to its bytes; each is among its own alternatives."""
    reply = make_reply(MESSAGES, seed, schema=strict_schema(Every))
    entries = orjson.loads(reply.logprobs(10_000, 20))
    assert "".join(entry["token"] for entry in entries) == reply.text
    assert b"".join(bytes(entry["bytes"]) for entry in entries) == reply.text.encode()
    assert all(entry["token"] in [top["token"] for top in entry["top_logprobs"]] for entry in entries)
    assert all(top["logprob"] <= 0 for entry in entries for top in entry["top_logprobs"])


@given(seed=st.integers(0, 2**31))
def test_an_enumeration_starts_at_a_token_with_a_distribution_over_its_values(seed: int) -> None:
    """The shares of the first tokens sum to one; values with the same start are told apart by the next token."""
    entries = orjson.loads(make_reply(MESSAGES, seed, schema={"enum": list(Mood)}).logprobs(99, 20))
    starts = {"calm", '"cal', "inte", '"int'}
    at = next(n for n, entry in enumerate(entries) if entry["token"] in starts)
    tops = [top for top in entries[at]["top_logprobs"] if top["logprob"] > -9999]
    assert len(tops) == 2
    assert sum(exp(top["logprob"]) for top in tops) == pytest.approx(1.0)
    assert {top["token"] for top in tops} < starts


def test_on_a_long_scale_what_is_near_is_likely_too() -> None:
    """A whole number out of many comes with a distribution that falls off to both sides of one."""
    for seed in range(20):
        entries = orjson.loads(make_reply(MESSAGES, seed, schema={"enum": list(range(10, 101))}).logprobs(9, 20))
        tops = {int(top["token"]): exp(top["logprob"]) for top in entries[0]["top_logprobs"]}
        assert sum(tops.values()) > 0.99
        assert max(tops) - min(tops) < 20


def test_an_occupation_is_one_of_a_few() -> None:
    """So that many users have one, as in life."""
    schema = {"type": "object", "properties": {"occupation": {"type": "string"}}}
    seen = {make_reply(MESSAGES, seed, schema=schema).text for seed in range(200)}
    assert 5 < len(seen) < 30
    assert all(1 <= len(orjson.loads(text)["occupation"].split()) <= 2 for text in seen)


def test_the_quote_stands_before_the_value_or_in_its_token() -> None:
    """Both happen, since tokenisers differ."""
    replies = [make_reply(MESSAGES, seed, schema={"enum": ["left", "right"]}) for seed in range(40)]
    starts = {token[:2] for reply in replies for token, _ in reply.tokens}
    assert {'"l', "le"} <= starts


def test_a_choice_is_bare_text() -> None:
    """It is one of the choices, without quotes."""
    assert make_reply(MESSAGES, 5, choice=["left", "right"]).text in ("left", "right")
