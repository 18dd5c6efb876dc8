"""Quoting: what users wrote is data. Here it is made so that no text can leave the tags it is quoted in.

Prompts quote posts, memories and profiles between tags such as ``<post n="1" ...>`` and ``</post>``. Only the templates
write angle brackets; in what is quoted they become the look-alikes ``‹`` and ``›``. That also takes the meaning from
the control tokens of chat templates (``<|im_start|>``, ``</s>``); those of the other form (``[INST]``,
``[gMASK]``, ``[control_8]``) get round brackets.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["handle", "quoted", "tidy"]

HANDLE_CHARS = 24
"""Most characters of an author's name in a prompt."""

_ELLIPSIS = "…"
# Unicode categories Cc (but for blanks), Cf and Cs, and the fillers and selectors that nobody sees.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    "\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0e\ufeff"
    "\uffa0\ufff0-\uffff\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]+"
)
_ANGLES = str.maketrans("<>＜＞﹤﹥", "‹›‹›‹›")
_CONTROL_TOKEN = re.compile(
    r"\[(/?(?:"
    r"[A-Za-z][A-Za-z0-9]*_[A-Za-z0-9_]*"  # TOOL_CALLS, control_8
    r"|[a-z]?[A-Z]{3,}[0-9]*"  # INST, gMASK
    r"|(?i:inst|sys|[gs]?mask|cls|sep|pad|unk|bos|eos|sop|eop|unused[0-9]+)"
    r"))\]"
)


def tidy(text: str, limit: int) -> str:
    """``text`` on one line, without control and invisible characters, of at most ``limit`` characters.

    Zero-width and bidirectional controls, variation selectors, Unicode tags and lone surrogates go; every run of blanks
    becomes one space. What is cut off leaves an ellipsis.
    """
    plain = text.isascii() and text.isprintable()
    line = " ".join((text if plain else _UNSEEN.sub("", text)).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + _ELLIPSIS


@lru_cache(maxsize=8192)
def quoted(text: str, limit: int) -> str:
    """``text`` for a prompt: tidy, and with no angle bracket or control token left in it.

    Kept for the texts quoted last: a post is quoted to hundreds of readers.
    """
    safe = tidy(text, limit)
    if "<" in safe or ">" in safe or not safe.isascii():
        safe = safe.translate(_ANGLES)
    return _CONTROL_TOKEN.sub(r"(\1)", safe) if "[" in safe else safe


def handle(user: str) -> str:
    """``user`` as an author's name inside a tag: quoted, short, and without double quotes."""
    return quoted(user, HANDLE_CHARS).replace('"', "'")
