"""TokenLogprobs: the log probabilities of a reply's tokens, as compact as they are recorded.

A reply of 40 tokens has some hundreds of alternatives, and of all these only the ones of its labels are ever looked at.
So they stay lists, as they came and as they are recorded, and AutoGen's objects are made where somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from autogen_core.models import ChatCompletionTokenLogprob, TopLogprob

__all__ = ["TokenLogprobs"]

_MASKED = -9999.0  # what vLLM writes for a token that the schema forbids: probability nought
_AS_TOKEN = 1  # stands for bytes that are just those of the token
_FIELDS = frozenset({"token", "logprob", "top_logprobs", "bytes"})

_Packed = list[Any]
"""Token, log probability, bytes; then, if there are alternatives, log probability and bytes of each, in one list.

Bytes are the text that they spell (:data:`_AS_TOKEN` where it is the token's), a list of numbers where they spell none,
or nothing.
"""


class TokenLogprobs:
    """The tokens of a reply with their log probabilities and those of their alternatives.

    Args:
        packed: a list for each token, as :attr:`packed` has them.

    Attributes:
        packed: the same, which is JSON.
    """

    __slots__ = ("packed",)

    def __init__(self, packed: list[_Packed]) -> None:
        self.packed = packed

    @classmethod
    def told(cls, entries: Sequence[Mapping[str, Any]]) -> TokenLogprobs:
        """From the ``logprobs.content`` of a chat completion.

        Alternatives of a token that the schema forbids (log probability -9999) are left out.

        Raises:
            ValueError: if it is no such list;
            TypeError: likewise;
            KeyError: likewise;
            AttributeError: likewise.
        """
        return cls([_told(entry) for entry in entries])

    @classmethod
    def of(cls, tokens: Sequence[ChatCompletionTokenLogprob]) -> TokenLogprobs:
        """From AutoGen's objects."""
        return cls([_packed(token) for token in tokens])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TokenLogprobs) and self.packed == other.packed

    __hash__ = None  # type: ignore[assignment]  # what it holds may be changed

    def __len__(self) -> int:
        return len(self.packed)

    def objects(self) -> list[ChatCompletionTokenLogprob]:
        """AutoGen's objects, made anew."""
        return [_object(token) for token in self.packed]

    def pieces(self) -> list[bytes]:
        """The bytes of each token."""
        return [
            token[0].encode("utf-8", "surrogatepass") if token[2] == _AS_TOKEN else _piece(token)
            for token in self.packed
        ]

    def alternatives(self, index: int) -> list[tuple[bytes, float]]:
        """Bytes and log probability of each alternative of a token, and of the token itself if it is not among them."""
        token = self.packed[index]
        piece, tops = _piece(token), token[3] if len(token) > 3 else ()
        values = iter(tops)
        found = [(_raw(utf8), logprob) for logprob, utf8 in zip(values, values, strict=True) if utf8 is not None]
        if all(other != piece for other, _ in found):
            found.append((piece, token[1]))
        return found


def _told(entry: Mapping[str, Any]) -> _Packed:
    text, utf8, tops = entry["token"], entry.get("bytes"), entry.get("top_logprobs")
    own = text if utf8 == _utf8(text) else _spelt(text, utf8)
    packed = [text, float(entry["logprob"]), _AS_TOKEN if own == text else own]
    if tops is not None:
        packed.append(_alternatives(tops))
    return packed


def _alternatives(tops: Sequence[Mapping[str, Any]]) -> list[Any]:
    flat: list[Any] = []
    for top in tops:
        logprob = top["logprob"]
        if logprob > _MASKED:
            text, utf8 = top["token"], top.get("bytes")
            flat.append(float(logprob))
            flat.append(text if utf8 == _utf8(text) else _spelt(text, utf8))
    return flat


def _spelt(text: str, utf8: Sequence[int] | None) -> str | list[int]:
    """The bytes of a token, packed, which are not just those of its text, or are not told."""
    return _text_or_numbers(bytes(list(utf8))) if utf8 else text


@lru_cache(maxsize=1 << 15)
def _utf8(text: str) -> list[int]:
    """The bytes of a token's text; kept, for the same tokens come again and again."""
    return list(text.encode())


def _packed(token: ChatCompletionTokenLogprob) -> _Packed:
    text, tops = token.token, token.top_logprobs
    own = _packed_bytes(token.bytes)
    packed: _Packed = [text, token.logprob, _AS_TOKEN if own == text else own]
    if tops is not None:
        packed.append([value for top in tops for value in (top.logprob, _packed_bytes(top.bytes))])
    return packed


def _packed_bytes(utf8: list[int] | None) -> str | list[int] | None:
    try:
        return None if utf8 is None else _text_or_numbers(bytes(utf8))
    except ValueError:  # numbers that are no bytes
        return utf8


def _text_or_numbers(raw: bytes) -> str | list[int]:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return list(raw)


def _object(packed: _Packed) -> ChatCompletionTokenLogprob:
    """One token as AutoGen has it; to fill in the model's own slots costs a quarter of ``model_construct``."""
    text, logprob, own, *rest = packed
    tops = None
    if rest:
        values = iter(rest[0])
        tops = [TopLogprob(value, _numbers(utf8)) for value, utf8 in zip(values, values, strict=True)]
    values_of = {"token": text, "logprob": logprob, "top_logprobs": tops}
    values_of["bytes"] = list(text.encode()) if own == _AS_TOKEN else _numbers(own)
    made = object.__new__(ChatCompletionTokenLogprob)
    object.__setattr__(made, "__dict__", values_of)
    object.__setattr__(made, "__pydantic_fields_set__", set(_FIELDS))
    object.__setattr__(made, "__pydantic_extra__", None)
    object.__setattr__(made, "__pydantic_private__", None)
    return made


def _numbers(utf8: str | list[int] | None) -> list[int] | None:
    return list(utf8.encode()) if isinstance(utf8, str) else utf8


def _piece(packed: _Packed) -> bytes:
    own = packed[2]
    return (
        bytes(own)
        if isinstance(own, list)
        else str(own if isinstance(own, str) else packed[0]).encode("utf-8", "surrogatepass")
    )


def _raw(utf8: str | list[int]) -> bytes:
    return utf8.encode() if isinstance(utf8, str) else bytes(utf8)
