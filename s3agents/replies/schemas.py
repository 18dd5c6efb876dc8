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
from typing import Annotated, Any, Literal, Self, TypeVar

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

from s3agents.errors import ReplyError, explain
from s3agents.events import Action
from s3agents.labels import ATTITUDES, EMOTIONS, Attitude, Emotion
from s3agents.llm.completion import Completion
from s3agents.prompts.quoting import tidy

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


class ActReply(Reply):
    """What the agent does (S3 section 3.3.4); ask for it by :func:`act_reply`, which knows how many posts there are.

    Attributes:
        action: forward, post or inactive.
        target: number of the post that is forwarded or answered, from 1; 0 for none.
    """

    action: Action
    target: int


class WriteReply(Reply):
    """The text of a post (S3 section 3.3.3)."""

    text: Annotated[str, AfterValidator(_printable)]


class JointReply(Reply):
    """All at once; ask for it by :func:`joint_reply`, which knows how many posts there are.

    Attributes:
        emotion: the new emotion.
        attitude: the new attitude.
        action: forward, post or inactive.
        target: number of the post that is forwarded or answered, from 1; 0 for none.
        text: of a post; counts for nothing with any other action.
    """

    emotion: Annotated[Emotion, _enum(EMOTIONS)]
    attitude: Annotated[Attitude, _enum(ATTITUDES)]
    action: Action
    target: int
    text: str

    @model_validator(mode="after")
    def _post_says_something(self) -> Self:
        if self.action is Action.POST:
            _printable(self.text)
        return self


@lru_cache(maxsize=1024)
def act_reply(posts: int) -> type[ActReply]:
    """:class:`ActReply` to ``posts`` posts: with none, nothing can be forwarded."""
    return create_model("ActReply", __base__=ActReply, __module__=__name__, **_choices(posts))


@lru_cache(maxsize=1024)
def joint_reply(posts: int, chars: int | None = None, *, actions: tuple[Action, ...] | None = None) -> type[JointReply]:
    """:class:`JointReply` to ``posts`` posts: with none, nothing can be forwarded.

    Args:
        posts: how many there are.
        chars: bounds the text.
        actions: those to choose from, where not all are.
    """
    text: dict[str, Any] = {} if chars is None else {"text": (Annotated[str, _pattern(0, chars)], ...)}
    return create_model("JointReply", __base__=JointReply, __module__=__name__, **_choices(posts, actions), **text)


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


def _choices(posts: int, only: tuple[Action, ...] | None = None) -> dict[str, Any]:
    actions = only or (tuple(Action) if posts else (Action.POST, Action.INACTIVE))
    schema = WithJsonSchema({"type": "integer", "enum": list(range(posts + 1))})
    return {
        "action": (Annotated[Literal[actions], _enum(actions)], ...),
        "target": (Annotated[Literal[tuple(range(posts + 1))], schema], ...),
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


def target_of(reply: ActReply | JointReply, posts: int) -> int:
    """Number of the post that ``reply`` forwards or answers, from 1; 0 for none.

    A forward that does not say of what can only mean the one post that was read.

    Raises:
        ReplyError: ``target`` where several were read.
    """
    if reply.action is Action.INACTIVE:
        return 0
    if reply.action is Action.FORWARD and reply.target == 0:
        if posts == 1:
            return 1
        raise ReplyError(explain("target of a forward", wanted=f"a number from 1 to {posts}", got="0"), cause="target")
    return reply.target


def _unusable(model: type[Reply], wanted: str, result: Completion | CreateResult, *, cause: str) -> ReplyError:
    shown = str(result.content)
    shown = shown if len(shown) <= _SHOWN_CHARS else shown[:_SHOWN_CHARS] + "…"
    return ReplyError(explain(f"reply of the model ({model.__name__})", wanted=wanted, got=repr(shown)), cause=cause)


def unfenced(content: str) -> str:
    """``content`` without blanks and a Markdown fence around it."""
    text = content.strip()
    fenced = _FENCE.fullmatch(text)
    return fenced[1] if fenced else text
