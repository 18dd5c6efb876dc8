"""Identifiers: how posts, texts and bus subjects are named, so that the same thing gets the same name every time.

Ids are derived, never drawn: the same scenario gives the same ids on any bus, with any number of workers, after any
crash. That is what makes a repeated publish harmless.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import NewType

__all__ = ["PostId", "TextId", "UserId", "author_of", "post_id", "subject_token", "text_id"]

UserId = NewType("UserId", str)
PostId = NewType("PostId", str)
TextId = NewType("TextId", str)

_OTHER = re.compile(r"[^A-Za-z0-9_-]+")
_SHORT = 1000


def post_id(tick: int, author: UserId, n: int) -> PostId:
    """Id of the ``n``-th post (from 0) that ``author`` publishes in ``tick``."""
    return PostId(f"{tick}.{n}.{author}")


def author_of(post: PostId) -> UserId:
    """Who published ``post``.

    Raises:
        ValueError: if that is no id that :func:`post_id` made.
    """
    _, _, author = post.split(".", 2)
    return UserId(author)


def text_id(text: str) -> TextId:
    """Content address of a text: equal texts share one id, hence one embedding (32 hex digits)."""
    return _short_text_id(text) if len(text) <= _SHORT else _text_id(text)


def _text_id(text: str) -> TextId:
    return TextId(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest())


_short_text_id = lru_cache(1 << 16)(_text_id)
"""A post's text is asked for its id by each of its readers, several times in a turn."""


def subject_token(user: UserId) -> str:
    """``user`` as one token of a NATS subject: reversible, without dots, blanks or wildcards.

    Ids of letters, digits, ``-`` and ``_`` stay as they are; any other byte becomes ``=XX``.
    """
    return _OTHER.sub(_escaped, user)


def _escaped(found: re.Match[str]) -> str:
    return "".join([f"={byte:02X}" for byte in found[0].encode("utf-8")])
