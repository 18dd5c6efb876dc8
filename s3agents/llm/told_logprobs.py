"""ToldLogprobs: the log probabilities of a reply's tokens as an endpoint told them, read where somebody looks.

With eight alternatives a token they are nineteen twentieths of an answer, and those of three tokens are looked at. So
the alternatives stay the JSON that they came as, on their way to the record too.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from s3agents.errors import ReplyError, explain
from s3agents.llm.failures import GARBAGE
from s3agents.llm.token_logprobs import AS_TOKEN, Packed, TokenLogprobs, text_or_numbers

__all__ = ["ToldLogprobs", "ToldToken"]

_MASKED = -9999.0  # what vLLM writes for a token that the schema forbids: probability nought
_SHOWN_CHARS = 120
_UNTOLD = msgspec.Raw()
_Byte = Annotated[int, msgspec.Meta(ge=0, le=255)]


class ToldToken(msgspec.Struct, gc=False, omit_defaults=True):
    """A token in the ``logprobs.content`` of a chat completion.

    Attributes:
        token: its text.
        logprob: its log probability.
        utf8: JSON of its bytes, a list of numbers or null, if they are told.
        tops: JSON of its alternatives, a list of the same or null, if they are told.
    """

    token: str
    logprob: float
    utf8: msgspec.Raw = msgspec.field(name="bytes", default=_UNTOLD)
    tops: msgspec.Raw = msgspec.field(name="top_logprobs", default=_UNTOLD)


class _Top(msgspec.Struct, gc=False):
    """An alternative of a token."""

    token: str
    logprob: float
    utf8: list[_Byte] | None = msgspec.field(name="bytes", default=None)


class ToldLogprobs(TokenLogprobs):
    """Log probabilities that are read late. Alternatives of log probability -9999 are left out.

    What is wrong with the bytes or the alternatives of a token is found when they are read: then a
    :class:`~s3agents.errors.ReplyError` of cause ``garbage`` is raised.

    Args:
        tokens: as they were told.
    """

    __slots__ = ("_tokens",)

    def __init__(self, tokens: list[ToldToken]) -> None:
        self._tokens = tokens

    @classmethod
    def read(cls, recorded: bytes) -> ToldLogprobs:
        """From JSON of what :attr:`recorded` says.

        Raises:
            msgspec.MsgspecError: if it is no such thing.
        """
        return cls(_read_tokens(recorded))

    @property
    def packed(self) -> list[Packed]:
        """A list for each token, made anew."""
        return [_packed(token) for token in self._tokens]

    @property
    def recorded(self) -> list[Any]:
        """The tokens as they were told."""
        return self._tokens

    def __len__(self) -> int:
        return len(self._tokens)

    def texts(self) -> list[str]:
        """Each token as text."""
        return [token.token for token in self._tokens]

    def pieces(self) -> list[bytes]:
        """The bytes of each token."""
        return [_piece(token) for token in self._tokens]

    def alternatives(self, index: int) -> list[tuple[bytes, float]]:
        """Bytes and log probability of each alternative of a token, and of the token itself if it is not among them."""
        token = self._tokens[index]
        piece, absent = _piece(token), True
        found = []
        for top in _tops(token) or ():
            if (logprob := top.logprob) > _MASKED:
                other = bytes(utf8) if (utf8 := top.utf8) else top.token.encode()
                absent = absent and other != piece
                found.append((other, logprob))
        if absent:
            found.append((piece, token.logprob))
        return found


def _packed(token: ToldToken) -> Packed:
    own = text_or_numbers(_piece(token))
    packed: Packed = [token.token, token.logprob, AS_TOKEN if own == token.token else own]
    if (tops := _tops(token)) is not None:
        packed.append([value for top in tops if top.logprob > _MASKED for value in _pair(top)])
    return packed


def _pair(top: _Top) -> tuple[float, str | list[int]]:
    return top.logprob, text_or_numbers(_spelt(top.token, top.utf8))


def _tops(token: ToldToken) -> list[_Top] | None:
    try:
        return _read_tops(token.tops) if token.tops else None
    except (msgspec.MsgspecError, UnicodeDecodeError) as exc:
        raise _garbage("alternatives", token) from exc


def _piece(token: ToldToken) -> bytes:
    try:
        return _spelt(token.token, _read_utf8(token.utf8) if token.utf8 else None)
    except msgspec.MsgspecError as exc:
        raise _garbage("bytes", token) from exc


def _spelt(text: str, utf8: list[int] | None) -> bytes:
    """The bytes of a token, or those of its text where none are told."""
    return bytes(utf8) if utf8 else text.encode()


def _garbage(what: str, token: ToldToken) -> ReplyError:
    shown = msgspec.json.encode(token).decode("utf-8", "replace")[:_SHOWN_CHARS]
    return ReplyError(explain(f"{what} of a token", wanted="those of a chat completion", got=shown), cause=GARBAGE)


_read_tokens = msgspec.json.Decoder(list[ToldToken]).decode
_read_tops = msgspec.json.Decoder(list[_Top] | None).decode
_read_utf8 = msgspec.json.Decoder(list[_Byte] | None).decode
