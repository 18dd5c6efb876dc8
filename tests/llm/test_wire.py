"""Requests as an OpenAI-compatible endpoint gets them."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import orjson
import pytest
from autogen_core import Image
from autogen_core.models import AssistantMessage, FunctionExecutionResultMessage, LLMMessage, SystemMessage, UserMessage
from PIL.Image import new as new_image
from pydantic import BaseModel, Field

from s3agents.errors import InputError
from s3agents.llm.base import Request
from s3agents.llm.wire import request_body, response_format, strict_schema, wire_messages

USER = UserMessage(content="hello", source="user")


class Mood(StrEnum):
    CALM = "calm"
    INTENSE = "intense"


class Part(BaseModel):
    title: str = "none"
    size: int = Field(ge=1, le=9)


class Whole(BaseModel):
    """A reply of many kinds."""

    mood: Mood
    parts: list[Part]
    spare: Part | None = None
    side: Literal["yes", "no"] = "no"


class Endless(BaseModel):
    inner: list[Endless] = []


def body_of(request: Request) -> dict[str, object]:
    """The body that is sent for a request, parsed."""
    body: dict[str, object] = orjson.loads(request_body("m", request))
    return body


def test_messages_keep_their_roles_and_order() -> None:
    """System, user and assistant text become the three roles of the protocol."""
    said: list[LLMMessage] = [SystemMessage(content="s"), USER, AssistantMessage(content="a", source="x")]
    roles = [("system", "s"), ("user", "hello"), ("assistant", "a")]
    assert wire_messages(said) == [{"role": role, "content": text} for role, text in roles]


@pytest.mark.parametrize(
    "message",
    [
        UserMessage(content=["look", Image(new_image("RGB", (2, 2)))], source="user"),
        FunctionExecutionResultMessage(content=[]),
    ],
)
def test_what_is_no_text_is_refused(message: UserMessage | FunctionExecutionResultMessage) -> None:
    """Images and tool results are bad input, told with the remedy."""
    with pytest.raises(InputError, match="AutoGen client"):
        wire_messages([message])


def test_tools_are_refused() -> None:
    """A request with tools is bad input."""
    with pytest.raises(InputError, match="tools"):
        request_body("m", Request([USER], tools=({"name": "t"},)))


def test_arguments_are_sent_as_given() -> None:
    """Sampling arguments are top-level keys; ``extra_body`` is laid open."""
    args = {"seed": 7, "max_tokens": 9, "logprobs": True, "extra_body": {"top_k": 3}}
    body = body_of(Request([USER], args=args))
    assert body == {
        "model": "m",
        "messages": [{"role": "user", "content": "hello"}],
        "seed": 7,
        "max_tokens": 9,
        "logprobs": True,
        "top_k": 3,
    }
    assert args["extra_body"] == {"top_k": 3}


def test_no_json_is_asked_for_unless_wanted() -> None:
    """``None`` and ``False`` send no response format; ``True`` asks for any object."""
    assert "response_format" not in body_of(Request([USER], json_output=None))
    assert "response_format" not in body_of(Request([USER], json_output=False))
    assert body_of(Request([USER], json_output=True))["response_format"] == {"type": "json_object"}


def test_a_reply_class_becomes_a_strict_schema() -> None:
    """References are put in place; every object is closed and wants all of its properties."""
    whole = orjson.loads(response_format(Whole))
    assert whole["type"] == "json_schema"
    assert (whole["json_schema"]["name"], whole["json_schema"]["strict"]) == ("Whole", True)
    schema = whole["json_schema"]["schema"]
    part = schema["properties"]["parts"]["items"]
    assert b"$ref" not in response_format(Whole)
    assert schema["required"] == ["mood", "parts", "spare", "side"]
    assert part["required"] == ["title", "size"]
    assert [schema["additionalProperties"], part["additionalProperties"]] == [False, False]
    assert schema["properties"]["spare"]["anyOf"] == [part, {"type": "null"}]
    assert schema["properties"]["mood"]["enum"] == ["calm", "intense"]


def test_a_property_named_title_stays() -> None:
    """Only the titles that pydantic adds are left out, not a property that happens to have that name."""
    assert "title" in strict_schema(Part)["properties"]
    assert "title" not in strict_schema(Part)


def test_a_class_that_contains_itself_is_refused() -> None:
    """A recursive schema cannot be put in place."""
    with pytest.raises(InputError, match="contain itself"):
        strict_schema(Endless)


def test_lone_surrogates_do_not_stop_a_request() -> None:
    """A text that is no valid Unicode goes out mended."""
    body = body_of(Request([UserMessage(content="bad \ud800 text", source="user")]))
    assert body["messages"] == [{"role": "user", "content": "bad ? text"}]


def test_an_argument_that_is_no_json_is_bad_input() -> None:
    """The error names the arguments."""
    with pytest.raises(InputError, match="stop"):
        request_body("m", Request([USER], args={"stop": object()}))
