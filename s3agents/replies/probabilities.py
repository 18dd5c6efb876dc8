"""Probabilities: from the log probabilities of a reply's tokens to those of a label in it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence

from autogen_core.models import ChatCompletionTokenLogprob, CreateResult

from s3agents.replies.schemas import unfenced

__all__ = ["label_probabilities", "token_at"]

_JSON = json.JSONDecoder(strict=False)
_BLANK = re.compile(r"[ \t\r\n]*")


def label_probabilities(result: CreateResult, field: str, labels: Sequence[str]) -> tuple[float, ...] | None:
    """Probability of each of ``labels`` as the value of ``field``, from the log probabilities of the reply's tokens.

    Looked at is the token in which the label starts, after the opening quote: its alternatives (and the token itself,
    where it is not among them) that agree with it up to there and go on with a label, or with a first part of just one
    label, count for that label. An alternative that could become several labels tells nothing and is left out; one that
    the schema forbids (-9999) weighs nothing. The probabilities are those given everything that was generated before.

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
    start = _value_start(b"".join(pieces), unfenced(result.content), field)
    if start is None:
        return None
    index, before = token_at(pieces, start)
    masses = [0.0] * len(labels)
    quoted = [f'{label}"'.encode() for label in labels]
    for piece, logprob in _alternatives(tokens[index], pieces[index]):
        label = _label_of(piece, before, quoted)
        if label is not None:
            masses[label] += math.exp(logprob)
    total = math.fsum(masses)
    return tuple(round(mass / total, 9) for mass in masses) if total > 0.0 else None


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


def token_at(pieces: Sequence[bytes], start: int) -> tuple[int, bytes]:
    """Index of the token that holds byte ``start``, and what it holds before that byte.

    Args:
        pieces: the tokens of a reply, in order.
        start: counted from the beginning of the first.

    Raises:
        ValueError: if the reply is shorter.
    """
    end = 0
    for index, piece in enumerate(pieces):
        if start < end + len(piece):
            return index, piece[: start - end]
        end += len(piece)
    raise ValueError(f"byte {start} lies past the end at {end}")


def _alternatives(token: ChatCompletionTokenLogprob, piece: bytes) -> list[tuple[bytes, float]]:
    """The token and its alternatives with their log probabilities."""
    tops = [(bytes(top.bytes), top.logprob) for top in token.top_logprobs or () if top.bytes is not None]
    if all(other != piece for other, _ in tops):
        tops.append((piece, token.logprob))
    return tops


def _label_of(piece: bytes, before: bytes, quoted: Sequence[bytes]) -> int | None:
    """Which label, each given with its closing quote, ``piece`` starts; ``None`` if none, or if it could be several."""
    if not piece.startswith(before):
        return None
    rest = piece[len(before) :]
    fits = [index for index, label in enumerate(quoted) if label.startswith(rest) or rest.startswith(label)]
    return fits[0] if len(fits) == 1 else None
