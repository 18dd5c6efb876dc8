"""Values of raw data: ids, counts, truth values and kinds of posts, as files of all sorts have them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from s3agents.network.persona_fields import user_id
from s3agents.network.raw.base import PostKind

__all__ = ["KINDS", "LOST_DIGITS", "count_of", "id_of", "is_absent", "kind_of", "truth_of", "why_no_id"]

LOST_DIGITS = "number that lost digits"

_ID_CHARS = 256
_SPREADSHEET = re.compile(r"\d(\.\d+)?[eE]\+\d+|\d{16,}\.0+")
_FLOAT = re.compile(r"(\d{1,15})\.0+")
_COUNT = re.compile(r"-?\d{1,18}(\.0+)?")
_TRUE = frozenset({"true", "t", "yes", "y", "1"})
_FALSE = frozenset({"false", "f", "no", "n", "0"})
KINDS: Mapping[str, PostKind] = {
    **dict.fromkeys(("post", "tweet", "status", "source", "original", "quoted", "quote"), "post"),
    **dict.fromkeys(("forward", "retweet", "retweeted", "repost", "reposted", "rt", "share"), "forward"),
    **dict.fromkeys(("reply", "replied_to", "replied", "comment", "answer"), "reply"),
}
"""Kinds of posts by what platforms call them, in small letters."""


def is_absent(value: object) -> bool:
    """Whether there is nothing: no value, empty or blank text, or NaN."""
    if isinstance(value, str):
        return not value or value.isspace()
    return value is None or (isinstance(value, float) and value != value)  # noqa: PLR0124  # only NaN is not itself


def id_of(value: object) -> str:
    """``value`` as an id without blanks around it; empty if it is none.

    Whole numbers become their decimal text, also those that came as ``123.0``; numbers that may have lost digits, such
    as ``1.23E+17`` and decimal numbers from 2**53 on, are no ids, nor are blank text and text of more than 256
    characters.
    """
    if type(value) is str:
        if value.isalnum():
            return value if len(value) <= _ID_CHARS else ""
        text = value.strip()
        if len(text) > _ID_CHARS or "\0" in text or _SPREADSHEET.fullmatch(text):
            return ""
        match = _FLOAT.fullmatch(text)
        return match[1] if match else text
    return user_id(value) or ""


def why_no_id(value: object) -> str:
    """Why ``value`` is no id, as the reason of a drop."""
    damaged = _SPREADSHEET.fullmatch(value.strip()) if isinstance(value, str) else None
    if damaged or (isinstance(value, float) and value.is_integer()):
        return LOST_DIGITS
    return "no usable id"


def count_of(value: object) -> int | None:
    """``value`` as a whole number; ``None`` if it is none."""
    if isinstance(value, str) and _COUNT.fullmatch(value.strip()):
        value = float(value) if "." in value else int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def truth_of(value: object) -> bool | None:
    """``value`` as a truth value, from ``true``, ``yes``, ``1`` and their like; ``None`` if it is none."""
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower() if isinstance(value, str | int | float) else ""
    text = text.removesuffix(".0")
    return True if text in _TRUE else False if text in _FALSE else None


def kind_of(value: object) -> PostKind | None:
    """The kind of post that platforms call ``value``; ``None`` for a word that is not known."""
    return KINDS.get(value.strip().lower()) if isinstance(value, str) else None
