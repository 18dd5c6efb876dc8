"""Frames: several pieces of bytes as one message, so that who needs one of them need not read the others."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from s3agents.errors import BusError, explain

__all__ = ["join", "split"]


def join(pieces: Sequence[bytes]) -> bytes:
    """``pieces`` as one: their lengths as JSON, a line feed, and then they themselves."""
    return b"".join((orjson.dumps([len(piece) for piece in pieces]), b"\n", *pieces))


def split(data: bytes) -> list[bytes]:
    """Inverse of :func:`join`.

    Raises:
        BusError: if ``data`` was not joined so.
    """
    head, mark, rest = data.partition(b"\n")
    try:
        lengths = orjson.loads(head)
        pieces, at = [], 0
        for length in lengths:
            pieces.append(rest[at : at + length])
            at += length
    except (ValueError, TypeError) as exc:
        raise _unreadable(str(exc)) from exc
    if not mark or at != len(rest):
        raise _unreadable(f"{len(rest)} bytes where {at} were announced")
    return pieces


def _unreadable(got: str) -> BusError:
    return BusError(explain("message of a worker", wanted="pieces with their lengths before them", got=got))
