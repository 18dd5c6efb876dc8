"""Token estimate: how many tokens a text takes, without a tokenizer, and rather too many than too few.

Counted are the pieces into which tokenizers of the GPT kind cut a text before they look words up: a word with the blank
before it, two capitals, a digit, any other sign. A long word counts once for every few letters, a number once more for
the blank before it. ``prompts/README.md`` holds it against real tokenizers.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

__all__ = ["Told", "first_tokens", "prose_tokens", "text_tokens"]

_TEXT = re.compile(r" ?[A-Za-z]?[a-z]{1,6}| ?[A-Z]{1,2}|[^A-Za-z\s]|\n|(?<![0-9])(?=[0-9])")
_PROSE = re.compile(r" ?[A-Za-z]?[a-z]{1,8}| ?[A-Z]{1,2}| ?[!-/:-@[-`{-~]{1,2}|[^A-Za-z\s]|\n|(?<![0-9])(?=[0-9])")
_IDEOGRAPHS = re.compile("[\u4e00-\u9fff]")
_SAVED = 0.35
"""Tokens saved for each ideograph, for words of two and more of them are tokens too."""

_RARE = re.compile("[^\u0000-\u024f\u2000-\u206f\u3000-\u9fff\uff00-\uffef]")
_RARE_TOKENS = 2
"""Tokens more for a sign of other scripts and for an emoji, which are often cut into bytes."""


class Told(NamedTuple):
    """A text of a prompt, and at most how many tokens it takes."""

    text: str
    tokens: int


def text_tokens(text: str) -> int:
    """At most how many tokens ``text`` takes, which somebody may have typed in any way."""
    return _counted(_TEXT, text)


def prose_tokens(text: str) -> int:
    """At most how many tokens ``text`` takes, which is made of common words: that of a pack."""
    return _counted(_PROSE, text)


def first_tokens(text: str, most: int) -> str:
    """The longest beginning of ``text`` that ends with a piece and takes at most ``most`` tokens."""
    if text.isascii():
        last = next(islice(_TEXT.finditer(text), most - 1, None), None) if most else None
        return text[: last.end()] if last is not None else text if most else ""
    tokens, end = 0.0, 0
    for piece in _TEXT.finditer(text):
        found = piece[0]
        tokens += 1.0
        if found > "\u024f":
            tokens -= _SAVED * len(_IDEOGRAPHS.findall(found))
            tokens += _RARE_TOKENS * len(_RARE.findall(found))
        if tokens > most:
            break
        end = piece.end()
    return text[:end]


def _counted(pieces: re.Pattern[str], text: str) -> int:
    count = len(pieces.findall(text))
    if text.isascii():
        return count
    return count - int(_SAVED * len(_IDEOGRAPHS.findall(text))) + _RARE_TOKENS * len(_RARE.findall(text))
