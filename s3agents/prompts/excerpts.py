"""Excerpts: what users wrote, quoted, with the tokens that it takes, and cut to so many of them."""

from __future__ import annotations

from functools import lru_cache

from s3agents.prompts.quoting import quoted
from s3agents.prompts.token_estimate import Told, first_tokens, text_tokens

__all__ = ["LEVELS", "counted", "excerpt"]

LEVELS = (150, 120, 96, 77, 62, 50, 40, 32, 26, 21, 17, 13, 10, 8, 6, 4, 2)
"""Tokens that texts may be cut to. They are few, so that a text that comes again is cut where it was cut before."""

_ELLIPSIS = "…"


@lru_cache(maxsize=8192)
def counted(text: str, chars: int) -> Told:
    """``text`` quoted, with at most ``chars`` characters; kept for those quoted last."""
    safe = quoted(text, chars)
    return Told(safe, text_tokens(safe))


def excerpt(text: str, chars: int, most: int | None) -> str:
    """``text`` quoted, with at most ``chars`` characters and ``most`` tokens; what is cut off leaves an ellipsis."""
    if most is None:
        return quoted(text, chars)
    told = counted(text, chars)
    return told.text if told.tokens <= most else _cut(told.text, most)


@lru_cache(maxsize=8192)
def _cut(text: str, most: int) -> str:
    return first_tokens(text, most - 1).rstrip() + _ELLIPSIS
