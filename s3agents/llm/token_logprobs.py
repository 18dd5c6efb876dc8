"""TokenLogprobs: the log probabilities of a reply's tokens, as lists.

A reply of 40 tokens has some hundreds of alternatives, and of all these only the ones of its labels are ever looked at.
So AutoGen's objects are made where somebody asks for them. What an endpoint of ours tells is not even made into lists:
see :mod:`s3agents.llm.told_logprobs`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autogen_core.models import ChatCompletionTokenLogprob, TopLogprob

__all__ = ["AS_TOKEN", "Packed", "TokenLogprobs", "text_or_numbers"]

AS_TOKEN = 1
"""Stands for bytes that are just those of the token."""

_FIELDS = frozenset({"token", "logprob", "top_logprobs", "bytes"})

Packed = list[Any]
"""Token, log probability, bytes; then, if there are alternatives, log probability and bytes of each, in one list.

Bytes are the text that they spell (:data:`AS_TOKEN` where it is the token's), a list of numbers where they spell none,
or nothing.
"""


class TokenLogprobs:
    """The tokens of a reply with their log probabilities and those of their alternatives.

    Args:
        packed: a list for each token, as :attr:`packed` has them.
    """

    __slots__ = ("_packed",)

    def __init__(self, packed: list[Packed]) -> None:
        self._packed = packed

    @property
    def packed(self) -> list[Packed]:
        """A list for each token, of what JSON takes."""
        return self._packed

    @property
    def recorded(self) -> list[Any]:
        """What is kept of them in a record of replies."""
        return self._packed

    @classmethod
    def of(cls, tokens: Sequence[ChatCompletionTokenLogprob]) -> TokenLogprobs:
        """From AutoGen's objects."""
        return cls([_packed(token) for token in tokens])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TokenLogprobs) and self.packed == other.packed

    __hash__ = None  # type: ignore[assignment]  # what it holds may be changed

    def __len__(self) -> int:
        return len(self._packed)

    def objects(self) -> list[ChatCompletionTokenLogprob]:
        """AutoGen's objects, made anew."""
        return [_object(token) for token in self.packed]

    def texts(self) -> list[str]:
        """Each token as text, which is not all there is to it where it ends within a character."""
        return [token[0] for token in self._packed]

    def pieces(self) -> list[bytes]:
        """The bytes of each token."""
        return [_piece(token) for token in self._packed]

    def alternatives(self, index: int) -> list[tuple[bytes, float]]:
        """Bytes and log probability of each alternative of a token, and of the token itself if it is not among them."""
        token = self._packed[index]
        piece, tops = _piece(token), token[3] if len(token) > 3 else ()
        values = iter(tops)
        found = [(_raw(utf8), logprob) for logprob, utf8 in zip(values, values, strict=True) if utf8 is not None]
        if all(other != piece for other, _ in found):
            found.append((piece, token[1]))
        return found


def _packed(token: ChatCompletionTokenLogprob) -> Packed:
    text, tops = token.token, token.top_logprobs
    own = _packed_bytes(token.bytes)
    packed: Packed = [text, token.logprob, AS_TOKEN if own == text else own]
    if tops is not None:
        packed.append([value for top in tops for value in (top.logprob, _packed_bytes(top.bytes))])
    return packed


def _packed_bytes(utf8: list[int] | None) -> str | list[int] | None:
    try:
        return None if utf8 is None else text_or_numbers(bytes(utf8))
    except ValueError:  # numbers that are no bytes
        return utf8


def text_or_numbers(raw: bytes) -> str | list[int]:
    """The text that ``raw`` spells, or else its numbers."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return list(raw)


def _object(packed: Packed) -> ChatCompletionTokenLogprob:
    """One token as AutoGen has it; to fill in the model's own slots costs a quarter of ``model_construct``."""
    text, logprob, own, *rest = packed
    tops = None
    if rest:
        values = iter(rest[0])
        tops = [TopLogprob(value, _numbers(utf8)) for value, utf8 in zip(values, values, strict=True)]
    values_of = {"token": text, "logprob": logprob, "top_logprobs": tops}
    values_of["bytes"] = list(text.encode()) if own == AS_TOKEN else _numbers(own)
    made = object.__new__(ChatCompletionTokenLogprob)
    object.__setattr__(made, "__dict__", values_of)
    object.__setattr__(made, "__pydantic_fields_set__", set(_FIELDS))
    object.__setattr__(made, "__pydantic_extra__", None)
    object.__setattr__(made, "__pydantic_private__", None)
    return made


def _numbers(utf8: str | list[int] | None) -> list[int] | None:
    return list(utf8.encode()) if isinstance(utf8, str) else utf8


def _piece(packed: Packed) -> bytes:
    own = packed[2]
    return (
        bytes(own)
        if isinstance(own, list)
        else str(own if isinstance(own, str) else packed[0]).encode("utf-8", "surrogatepass")
    )


def _raw(utf8: str | list[int]) -> bytes:
    return utf8.encode() if isinstance(utf8, str) else bytes(utf8)
