"""Addresses: whether the base address of an OpenAI-compatible endpoint can be one."""

from __future__ import annotations

from urllib.parse import urlsplit

from s3agents.errors import InputError, explain

__all__ = ["checked_endpoint"]


def checked_endpoint(url: str, *, thing: str) -> str:
    """``url`` without a slash at its end.

    Args:
        url: such as ``http://127.0.0.1:8000/v1``.
        thing: how a message calls it.

    Raises:
        InputError: if it is no HTTP address, or holds a user or password.
    """
    wanted = "http://HOST:PORT/v1 or https://..."
    if "@" in url:
        remedy = "give the key in an environment variable"
        raise InputError(explain(thing, wanted=wanted, got="one with '@'", remedy=remedy))
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise InputError(explain(thing, wanted=wanted, got=repr(url)))
    return url.rstrip("/")
