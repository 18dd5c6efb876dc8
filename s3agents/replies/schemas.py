"""Schemas: the replies that a model is asked for, and from what it sent to one of them.

By default the schemas do not bound the length of a text, for vLLM's grammars pay dearly for it. With ``maxLength:
280`` and a vocabulary of 100,000, on one core, xgrammar 0.2.8 compiles for 5 s instead of 15 ms and masks a token in
0.2 ms instead of 0.014; 0.1.32 masks it in 40 ms, 0.1.25 in 200 ms; and control characters get through, so that the
reply is no JSON. A text that is too long is cut instead, and one without end runs into ``max_tokens`` and is asked for
again. For weak models, which seldom end a text, a bound can be asked for; it is a pattern, which lets no control
character through. It is made of pieces, for xgrammar 0.2.8 fails on more than 128 repetitions of such a class.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

from autogen_core.models import CreateResult
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    ValidationError,
    WithJsonSchema,
    create_model,
    model_validator,
)

from s3agents.actions.offer import DEFAULT_OFFER, Choices
from s3agents.errors import ReplyError, explain
from s3agents.events import Act, Action
from s3agents.labels import ATTITUDES, EMOTIONS, Attitude, Emotion
from s3agents.llm.completion import Completion
from s3agents.prompts.quoting import tidy
from s3agents.replies.apart import alternatives

__all__ = [
    "ActReply",
    "AttitudeReply",
    "EmotionReply",
    "JointReply",
    "Reply",
    "WriteReply",
    "act_reply",
    "joint_reply",
    "parse_reply",
    "target_of",
    "unfenced",
    "write_reply",
]

_R = TypeVar("_R", bound="Reply")
_PIECE = 128
"""Most repetitions of a class of characters in a pattern."""

_FENCE = re.compile(r"```(?:json)?\s*(.*?)\s*```", re.DOTALL)
_SHOWN_CHARS = 120


def _enum(values: Sequence[str]) -> WithJsonSchema:
    """The schema of labels, in place: a reference to a definition would bring its docstring along."""
    return WithJsonSchema({"type": "string", "enum": [str(value) for value in values]})


def _bare(schema: dict[str, Any]) -> None:
    """Leave out what says nothing to a model, so that the wording of our docstrings shapes no reply."""
    schema.pop("description", None)
    for field in schema["properties"].values():
        field.pop("title", None)


def _printable(text: str) -> str:
    if not tidy(text, len(text) + 1):
        raise ValueError("a text that says something")
    return text


class Reply(BaseModel):
    """What a model is asked for; subclasses list the fields in the order in which they are generated."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_bare)


class EmotionReply(Reply):
    """The new emotion (S3 section 3.3.1)."""

    emotion: Annotated[Emotion, _enum(EMOTIONS)]


class AttitudeReply(Reply):
    """The new attitude (S3 section 3.3.2)."""

    attitude: Annotated[Attitude, _enum(ATTITUDES)]


class _Acting(Reply):
    """A reply that says what the agent does."""

    apart: ClassVar[Choices] = ()

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """The schema, with an alternative for each kind of act where they are told apart."""
        schema = super().model_json_schema(*args, **options)
        return alternatives(schema, cls.apart) if cls.apart else schema


class ActReply(_Acting):
    """What the agent does (S3 section 3.3.4); ask for it by :func:`act_reply`, which knows how many posts there are.

    Attributes:
        action: what it is called.
        target: number of the post that it is about, from 1; 0 for none.
        apart: class attribute; what is possible, where the schema holds each act to that.
    """

    action: Act
    target: int


class WriteReply(Reply):
    """The text of a post (S3 section 3.3.3)."""

    text: Annotated[str, AfterValidator(_printable)]


class JointReply(_Acting):
    """All at once; ask for it by :func:`joint_reply`, which knows how many posts there are.

    Attributes:
        emotion: the new emotion.
        attitude: the new attitude.
        action: what it is called.
        target: number of the post that it is about, from 1; 0 for none.
        text: of a post; counts for nothing with an action that writes none.
        writing: class attribute; the actions that write a text.
        apart: class attribute; what is possible, where the schema holds each act to that.
    """

    writing: ClassVar[frozenset[str]] = frozenset({Action.POST})

    emotion: Annotated[Emotion, _enum(EMOTIONS)]
    attitude: Annotated[Attitude, _enum(ATTITUDES)]
    action: Act
    target: int
    text: str

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.action in self.writing:
            _printable(self.text)
        return self


@lru_cache(maxsize=1024)
def act_reply(posts: int, *, choices: Choices | None = None, apart: bool = False) -> type[ActReply]:
    """:class:`ActReply` to ``posts`` posts: what none of them can be the target of is not offered.

    Args:
        posts: how many there are.
        choices: what is possible, where that is not to forward, to post or nothing.
        apart: whether the schema holds each act to what it can be about (see :mod:`.apart`).
    """
    possible = choices or DEFAULT_OFFER.among(posts)
    return _act_reply(*_shape(possible), possible if apart else ())


@lru_cache(maxsize=1024)
def joint_reply(
    posts: int, chars: int | None = None, *, choices: Choices | None = None, apart: bool = False
) -> type[JointReply]:
    """:class:`JointReply` to ``posts`` posts: what none of them can be the target of is not offered.

    Args:
        posts: how many there are.
        chars: bounds the text.
        choices: what is possible, where that is not to forward, to post or nothing.
        apart: whether the schema holds each act to what it can be about, and to a text or none (see :mod:`.apart`).
    """
    possible = choices or DEFAULT_OFFER.among(posts)
    writing = frozenset(choice.name for choice in possible if choice.writes)
    return _joint_reply(*_shape(possible), possible if apart else (), writing, chars)


def _shape(choices: Choices) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Names and numbers to choose from, where each name may come with each number: few schemas, compiled once each."""
    numbers = {number for choice in choices for number in choice.numbers}
    return tuple([choice.name for choice in choices]), tuple(sorted(numbers))


@lru_cache(maxsize=1024)
def _act_reply(names: tuple[str, ...], numbers: tuple[int, ...], apart: Choices) -> type[ActReply]:
    fields = _fields(names, numbers)
    made: type[ActReply] = create_model("ActReply", __base__=ActReply, __module__=__name__, **fields)
    made.apart = apart
    return made


@lru_cache(maxsize=1024)
def _joint_reply(
    names: tuple[str, ...], numbers: tuple[int, ...], apart: Choices, writing: frozenset[str], chars: int | None
) -> type[JointReply]:
    text: dict[str, Any] = {} if chars is None else {"text": (Annotated[str, _pattern(0, chars)], ...)}
    fields = {**_fields(names, numbers), **text}
    made: type[JointReply] = create_model("JointReply", __base__=JointReply, __module__=__name__, **fields)
    made.writing, made.apart = writing, apart
    return made


@lru_cache(maxsize=1024)
def write_reply(chars: int | None = None) -> type[WriteReply]:
    """:class:`WriteReply`; ``chars`` bounds the text."""
    if chars is None:
        return WriteReply
    text = Annotated[str, AfterValidator(_printable), _pattern(1, chars)]
    return create_model("WriteReply", __base__=WriteReply, __module__=__name__, text=(text, ...))


def _pattern(least: int, most: int) -> WithJsonSchema:
    """A text of ``least`` (0 or 1) to ``most`` characters."""
    character = r'[^\u0000-\u001f"\\]'
    sizes = [_PIECE] * (most // _PIECE) + [most % _PIECE] * (most % _PIECE > 0)
    pieces = [f"{character}{{{least if number == 0 else 0},{size}}}" for number, size in enumerate(sizes)]
    return WithJsonSchema({"type": "string", "pattern": f"^{''.join(pieces)}$"})


def _fields(names: tuple[str, ...], numbers: tuple[int, ...]) -> dict[str, Any]:
    return {
        "action": (Annotated[Literal[names], _enum(names)], ...),
        "target": (Annotated[Literal[numbers], WithJsonSchema({"type": "integer", "enum": list(numbers)})], ...),
    }


def parse_reply(model: type[_R], result: Completion | CreateResult) -> _R:
    """``result`` as a ``model``: JSON of its schema, perhaps in a Markdown fence, and nothing else.

    Raises:
        ReplyError: ``cut_off`` at the limit of tokens, ``filtered`` by the endpoint, ``not_json``, or ``schema`` where
            it is JSON but no such reply.
    """
    if result.finish_reason == "length":
        raise _unusable(model, "a whole reply", result, cause="cut_off")
    if result.finish_reason == "content_filter":
        raise _unusable(model, "a reply", result, cause="filtered")
    if not isinstance(result.content, str):
        raise _unusable(model, "JSON", result, cause="not_json")
    try:
        return model.model_validate_json(unfenced(result.content))
    except ValidationError as exc:
        problem = exc.errors(include_url=False)[0]
        if problem["type"] == "json_invalid":
            raise _unusable(model, "JSON", result, cause="not_json") from exc
        where = ".".join(str(step) for step in problem["loc"])
        raise _unusable(model, f"{where}: {problem['msg']}".lstrip(": "), result, cause="schema") from exc


def target_of(reply: ActReply | JointReply, posts: int, *, choices: Choices | None = None) -> int:
    """Number of the post that ``reply`` is about, from 1; 0 for none.

    An act that needs a post and does not say which can only mean the one post that it can be about.

    Args:
        reply: the reply.
        posts: how many there are.
        choices: what is possible, where that is not to forward, to post or nothing.

    Raises:
        ReplyError: ``target`` where there are several, or it names one that it cannot be about.
    """
    if reply.action == Action.INACTIVE:
        return 0
    possible = choices or DEFAULT_OFFER.among(posts)
    numbers = next((choice.numbers for choice in possible if choice.name == reply.action), ())
    if reply.target in numbers:
        return reply.target
    if reply.target == 0 and len(numbers) == 1:
        return numbers[0]
    got = str(reply.target)
    raise ReplyError(explain(f"target of {reply.action}", wanted=_numbers(numbers), got=got), cause="target")


def _numbers(numbers: Sequence[int]) -> str:
    if not numbers:
        return "a post that it can be about"
    least, most = numbers[0], numbers[-1]
    if len(numbers) > 1 and most - least == len(numbers) - 1:
        return f"a number from {least} to {most}"
    return " or ".join(map(str, numbers))


def _unusable(model: type[Reply], wanted: str, result: Completion | CreateResult, *, cause: str) -> ReplyError:
    shown = str(result.content)
    shown = shown if len(shown) <= _SHOWN_CHARS else shown[:_SHOWN_CHARS] + "…"
    return ReplyError(explain(f"reply of the model ({model.__name__})", wanted=wanted, got=repr(shown)), cause=cause)


def unfenced(content: str) -> str:
    """``content`` without blanks and a Markdown fence around it."""
    text = content.strip()
    fenced = _FENCE.fullmatch(text)
    return fenced[1] if fenced else text
