"""Replies: from what a model sent to typed values, and from the log probabilities of its tokens to those of a label.

The schemas put no bound on the length of a text, for vLLM's grammars pay dearly for it. With ``maxLength: 280`` and a
made-up vocabulary of 150,000 on one core, xgrammar 0.1.32 to 0.2.8 took about 10 s to compile a schema instead of
0.06 s, and 0.1.25 took 0.5 s for the mask of every token instead of 0.01 s. So a text that is too long is cut by us,
and one without end runs into ``max_tokens`` and is asked for again.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal, Self, TypeVar

from autogen_core.models import ChatCompletionTokenLogprob, CreateResult
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
    "label_probabilities",
    "parse_reply",
    "target_of",
]

_R = TypeVar("_R", bound="Reply")
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
def joint_reply(posts: int) -> type[JointReply]:
    """:class:`JointReply` to ``posts`` posts: with none, nothing can be forwarded."""
    return create_model("JointReply", __base__=JointReply, __module__=__name__, **_choices(posts))


def _choices(posts: int) -> dict[str, Any]:
    actions = tuple(Action) if posts else (Action.POST, Action.INACTIVE)
    schema = WithJsonSchema({"type": "integer", "enum": list(range(posts + 1))})
    return {
        "action": (Annotated[Literal[actions], _enum(actions)], ...),
        "target": (Annotated[Literal[tuple(range(posts + 1))], schema], ...),
    }


def parse_reply(model: type[_R], result: CreateResult) -> _R:
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
        return model.model_validate_json(_unfenced(result.content))
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


def label_probabilities(result: CreateResult, field: str, labels: Sequence[str]) -> tuple[float, ...] | None:
    """Probability of each of ``labels`` as the value of ``field``, from the log probabilities of the reply's tokens.

    Looked at is the token in which the label starts, after the opening quote: its alternatives (and the token itself,
    where it is not among them) that agree with it up to there and go on with a label, or with a first part of just one
    label, count for that label. An alternative that could become several labels tells nothing and is left out, as are
    those that the schema forbids. The probabilities are those given everything that was generated before.

    Args:
        result: the reply, with ``logprobs``.
        field: key of the reply's outermost object, whose value is a JSON string.
        labels: its possible values.

    Returns:
        As many numbers as labels, which sum to 1, rounded to 1e-9; ``None`` if there are no log probabilities, or none
        of the tokens could be told to belong to a label.
    """
    tokens = result.logprobs
    if not tokens or not isinstance(result.content, str):
        return None
    pieces = [_bytes(token) for token in tokens]
    start = _value_start(b"".join(pieces), _unfenced(result.content), field)
    if start is None:
        return None
    index, before = _token_at(pieces, start)
    masses = [0.0] * len(labels)
    quoted = [f'{label}"'.encode() for label in labels]
    for piece, logprob in _alternatives(tokens[index], pieces[index]):
        label = _label_of(piece, before, quoted)
        if label is not None:
            masses[label] += math.exp(logprob)
    total = math.fsum(masses)
    return tuple(round(mass / total, 9) for mass in masses) if total > 0.0 else None


_JSON = json.JSONDecoder(strict=False)
_MASKED = -9998.0
_BLANK = re.compile(r"[ \t\r\n]*")


def _unusable(model: type[Reply], wanted: str, result: CreateResult, *, cause: str) -> ReplyError:
    shown = str(result.content)
    shown = shown if len(shown) <= _SHOWN_CHARS else shown[:_SHOWN_CHARS] + "…"
    return ReplyError(explain(f"reply of the model ({model.__name__})", wanted=wanted, got=repr(shown)), cause=cause)


def _unfenced(content: str) -> str:
    text = content.strip()
    fenced = _FENCE.fullmatch(text)
    return fenced[1] if fenced else text


def _bytes(token: ChatCompletionTokenLogprob) -> bytes:
    return bytes(token.bytes) if token.bytes is not None else token.token.encode("utf-8", "surrogatepass")


def _value_start(reply: bytes, content: str, field: str) -> int | None:
    """Where the first byte of the string under ``field`` lies in ``reply``, which holds ``content`` and perhaps more.

    One byte is one character here, so that a token may end inside a character: JSON's own signs are all ASCII.
    ``content`` up to its first other character marks where the object starts, past any thinking aloud.
    """
    text = reply.decode("latin-1")
    begin = text.rfind(re.split(r"[^\x00-\x7f]", content, maxsplit=1)[0])
    try:
        at = _value_of(text, begin, field.encode().decode("latin-1"))
    except ValueError:
        return None
    return at + 1 if at is not None and text[at : at + 1] == '"' and at + 1 < len(text) else None


def _value_of(text: str, begin: int, key: str) -> int | None:
    """Index of the value of ``key`` in the object that starts at ``begin``.

    Raises:
        ValueError: if it is no object.
    """
    at = begin
    while 0 <= at < len(text) and text[at] in "{,":
        name, at = _JSON.raw_decode(text, _skip(text, at + 1))
        at = _skip(text, _skip(text, at) + 1)
        if name == key:
            return at
        _, at = _JSON.raw_decode(text, at)
        at = _skip(text, at)
    return None


def _skip(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


def _token_at(pieces: Sequence[bytes], start: int) -> tuple[int, bytes]:
    """Index of the token that holds byte ``start``, and what it holds before that byte."""
    end = 0
    for index, piece in enumerate(pieces):
        if start < end + len(piece):
            return index, piece[: start - end]
        end += len(piece)
    raise ValueError(f"byte {start} lies past the end at {end}")


def _alternatives(token: ChatCompletionTokenLogprob, piece: bytes) -> Iterator[tuple[bytes, float]]:
    """The token and its alternatives with their log probabilities, but for forbidden ones."""
    tops = [(bytes(top.bytes), top.logprob) for top in token.top_logprobs or () if top.bytes is not None]
    if all(other != piece for other, _ in tops):
        tops.append((piece, token.logprob))
    return ((other, logprob) for other, logprob in tops if logprob > _MASKED)


def _label_of(piece: bytes, before: bytes, quoted: Sequence[bytes]) -> int | None:
    """Which label, each given with its closing quote, ``piece`` starts; ``None`` if none, or if it could be several."""
    rest = piece[len(before) :]
    if not piece.startswith(before) or not rest:
        return None
    fits = [index for index, label in enumerate(quoted) if label.startswith(rest) or rest.startswith(label)]
    return fits[0] if len(fits) == 1 else None
