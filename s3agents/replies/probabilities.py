"""Probabilities: from the log probabilities of a reply's tokens to those of a label in it."""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from autogen_core.models import CreateResult

from s3agents.llm.completion import Completion
from s3agents.llm.token_logprobs import TokenLogprobs
from s3agents.replies.label_starts import Labels
from s3agents.replies.schemas import unfenced

__all__ = ["LabelTokens", "label_probabilities", "token_at"]

_JSON = json.JSONDecoder(strict=False)
_BLANKS = " \t\r\n"
_BLANK = re.compile(f"[{_BLANKS}]*")
_FOREIGN = re.compile(r"[^\x00-\x7f]")


def label_probabilities(
    result: Completion | CreateResult, field: str, labels: Sequence[str]
) -> tuple[float, ...] | None:
    """Probability of each of ``labels`` as the value of ``field`` (see :meth:`LabelTokens.probabilities`)."""
    return LabelTokens(result).probabilities(field, Labels(labels))


class LabelTokens:
    """The tokens in which the labels of a reply start; found once, whatever labels are then asked for.

    Args:
        result: the reply, with log probabilities if there are any.
    """

    def __init__(self, result: Completion | CreateResult) -> None:
        reply = Completion.of(result) if isinstance(result, CreateResult) else result
        self._tokens = reply.tokens
        self._pieces: list[str] = []
        self._by_bytes = True
        if not self._tokens or not isinstance(reply.content, str):
            return
        self._json = unfenced(reply.content)
        texts, plain = self._tokens.texts(), _ascii(reply.content)
        if plain and "".join(texts).startswith(plain):
            self._by_bytes = False
            self._read(texts, plain)
        else:
            self._read_bytes(self._tokens)

    def probabilities(self, field: str, labels: Labels) -> tuple[float, ...] | None:
        """Probability of each of ``labels`` as the value of ``field``, from the log probabilities of the tokens.

        Looked at is the token in which the label starts, after the opening quote: its alternatives (and the token
        itself, where it is not among them) that agree with it up to there and go on with a label, or with a first part
        of just one label, count for that label. An alternative that could become several labels tells nothing and is
        left out; one that the schema forbids (-9999) weighs nothing. The probabilities are those given everything that
        was generated before.

        Args:
            field: key of the reply's outermost object, whose value is a JSON string.
            labels: its possible values.

        Returns:
            As many numbers as labels, which sum to 1, rounded to 1e-9; ``None`` if there are no log probabilities, or
            none of the tokens could be told to belong to a label.
        """
        start = self._start(field)
        if start is None or self._tokens is None:
            return None
        index = bisect_right(self._ends, start)
        piece = self._pieces[index]
        before = piece[: start - (self._ends[index] - len(piece))].encode("latin-1")
        masses = [0.0] * len(labels)
        label_of = labels.starts(before)
        for other, logprob in self._tokens.alternatives(index):
            label = label_of[other]
            if label is not None:
                masses[label] += math.exp(logprob)
        total = math.fsum(masses)
        return tuple(round(mass / total, 9) for mass in masses) if total > 0.0 else None

    def _read(self, pieces: list[str], text: str) -> None:
        """Look into ``text``, with which ``pieces`` begin; up to where a label starts, a character is a byte."""
        self._pieces, self._text = pieces, text
        self._ends = list(accumulate(map(len, pieces)))
        self._places: dict[str, int] = {}
        self._further = _places(text, _begin(text, self._json))

    def _read_bytes(self, tokens: TokenLogprobs) -> None:
        """Look at each byte as a character, for a token may end inside one: JSON's own signs are all ASCII."""
        self._by_bytes = True
        pieces = [piece.decode("latin-1") for piece in tokens.pieces()]
        self._read(pieces, "".join(pieces))

    def _start(self, field: str) -> int | None:
        """Where the first byte of the string under ``field`` lies, after its quote."""
        at = self._place(field.encode().decode("latin-1")) if self._pieces else None
        if at is not None and self._text[at : at + 1] == '"' and at + 1 < len(self._text):
            return at + 1
        if self._by_bytes or self._tokens is None:
            return None
        self._read_bytes(self._tokens)
        return self._start(field)

    def _place(self, key: str) -> int | None:
        """Index of the value of ``key``; the text is read no further than it takes."""
        while key not in self._places:
            found = next(self._further, None)
            if found is None:
                return None
            self._places.setdefault(*found)
        return self._places[key]


def _begin(text: str, content: str) -> int:
    """Where the object in ``content`` starts in ``text``, which holds it and perhaps more, such as thinking aloud.

    ``content`` up to its first character beyond ASCII marks the place.
    """
    return text.rfind(_ascii(content))


def _ascii(content: str) -> str:
    """``content`` up to its first character beyond ASCII."""
    return content if content.isascii() else _FOREIGN.split(content, maxsplit=1)[0]


def _places(text: str, begin: int) -> Iterator[tuple[str, int]]:
    """Each key of the object that starts at ``begin`` and the index of its value, as far as it is an object."""
    at = begin
    try:
        while 0 <= at < len(text) and text[at] in "{,":
            key, at = _JSON.raw_decode(text, _skip(text, at + 1))
            at = _skip(text, _skip(text, at) + 1)
            yield str(key), at
            _, at = _JSON.raw_decode(text, at)
            at = _skip(text, at)
    except ValueError:
        return


def _skip(text: str, at: int) -> int:
    if text[at : at + 1] not in _BLANKS:
        return at
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
