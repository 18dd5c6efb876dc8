"""Request keys: equal for equal requests, different for different ones."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from autogen_core.models import AssistantMessage, LLMMessage, SystemMessage, UserMessage
from autogen_core.tools import ToolSchema
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import BaseModel

from s3agents.llm.base import Request
from s3agents.llm.request_key import key_of, request_key


class One(BaseModel):
    side: Literal["yes", "no"]


class Two(BaseModel):
    side: Literal["yes", "no", "maybe"]


TEXT = st.text(max_size=20)
MESSAGE = st.one_of(
    st.builds(SystemMessage, content=TEXT),
    st.builds(UserMessage, content=TEXT, source=TEXT),
    st.builds(AssistantMessage, content=TEXT, source=TEXT),
)
SAMPLING = st.dictionaries(
    st.sampled_from(["temperature", "max_tokens", "logprobs", "top_p"]),
    st.booleans() | st.integers(-9, 9) | st.floats(0, 2),
)
REQUEST = st.tuples(
    st.sampled_from(["m1", "m2"]),
    st.lists(MESSAGE, max_size=3),
    st.sampled_from([None, True, One, Two]),
    SAMPLING,
    st.none() | st.integers(0, 2**31),
)
Parts = tuple[str, list[LLMMessage], Any, dict[str, Any], int | None]


def key(parts: Parts) -> str:
    """The key of a request in parts."""
    model, messages, schema, sampling, seed = parts
    return request_key(model, messages, schema=schema, sampling=sampling, seed=seed)


def essence(parts: Parts) -> Any:
    """What may shape a reply, in a form that tells ``1``, ``1.0`` and ``True`` apart."""
    model, messages, schema, sampling, seed = parts
    said = [(message.type, message.content) for message in messages]
    return repr((model, said, schema, sorted(sampling.items()), seed))


@given(REQUEST)
def test_equal_requests_have_equal_keys(parts: Parts) -> None:
    """Copies of the messages, and arguments in another order, make no difference."""
    model, messages, schema, sampling, seed = parts
    copies = [message.model_copy(deep=True) for message in messages]
    assert key(parts) == key((model, copies, schema, dict(reversed(sampling.items())), seed))
    args = sampling if seed is None else {**sampling, "seed": seed}
    assert key(parts) == key_of(model, Request(messages, schema, args))


@given(REQUEST, REQUEST)
def test_different_requests_have_different_keys(first: Parts, second: Parts) -> None:
    """Model, messages, schema, sampling and seed all count."""
    assume(essence(first) != essence(second))
    assert key(first) != key(second)


BASE: Parts = ("m", [UserMessage(content="hello", source="u")], One, {"temperature": 0.8}, 1)


@pytest.mark.parametrize(
    "changed",
    [
        ("other", *BASE[1:]),
        ("m", [UserMessage(content="hello!", source="u")], *BASE[2:]),
        ("m", [SystemMessage(content="hello")], *BASE[2:]),
        ("m", [*BASE[1], *BASE[1]], *BASE[2:]),
        (*BASE[:2], Two, *BASE[3:]),
        (*BASE[:2], None, *BASE[3:]),
        (*BASE[:3], {"temperature": 0.7}, 1),
        (*BASE[:3], {"temperature": 0.8, "max_tokens": 9}, 1),
        (*BASE[:4], 2),
        (*BASE[:4], None),
    ],
)
def test_each_part_counts(changed: Parts) -> None:
    """One change, another key."""
    assert key(changed) != key(BASE)


def test_who_is_said_to_speak_does_not_count() -> None:
    """The source of a message never reaches the model."""
    assert key(("m", [UserMessage(content="hello", source="v")], *BASE[2:])) == key(BASE)


def test_tools_count() -> None:
    """A request with tools is another request."""
    tools = (ToolSchema(name="a"), ToolSchema(name="b"))
    keys = {key_of("m", Request(BASE[1], tools=given)) for given in ((), tools[:1], tools[1:], tools)}
    assert len(keys) == 4


def test_a_key_is_the_same_in_every_process() -> None:
    """Keys are written to files: this one must not change by accident."""
    assert request_key("m", [UserMessage(content="hello", source="u")], sampling={"b": 1, "a": 0.5}, seed=7) == (
        "a0d9280b57ee91621446a824136b1d26"
    )


def test_text_that_is_no_unicode_has_a_key() -> None:
    """Lone surrogates are told apart."""
    keys = {request_key("m", [UserMessage(content=text, source="u")]) for text in ("\ud800", "\ud801", "?")}
    assert len(keys) == 3
