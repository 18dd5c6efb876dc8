"""Refusals: what every bus has to refuse, in the same words."""

from __future__ import annotations

from collections.abc import Sequence

from s3agents.errors import BusError, explain
from s3agents.events import Post

__all__ = ["ROOM_REMEDY", "already_open", "full", "not_open", "refuse_forgotten", "unknown_shard"]


ROOM_REMEDY = "raise limits.bus_mb or lower limits.lookahead: s3agents resume RUN --set limits.lookahead=0"
"""What to do when posts under way are more than a bus may hold."""


def not_open() -> BusError:
    """The refusal of a bus that has not been opened, or was closed."""
    return BusError(explain("bus", wanted="an open bus", got="one not open, or closed", remedy="open it first"))


def already_open(run: str) -> BusError:
    """The refusal to open a bus twice."""
    remedy = "close it first, or use a second bus"
    return BusError(explain("bus", wanted="a bus that is not open", got=f"one open for run {run!r}", remedy=remedy))


def full(max_bytes: int) -> BusError:
    """The refusal of more posts than the bus may hold."""
    wanted, got = f"at most {max_bytes / 1e6:,.0f} MB of posts under way", "more"
    return BusError(explain("bus", wanted=wanted, got=got, remedy=ROOM_REMEDY))


def unknown_shard(shard: int, shards: int) -> BusError:
    """The refusal to receive for a shard that the bus was not opened with."""
    known = f"one of the {shards} shards that the bus was opened with"
    return BusError(explain("shard", wanted=known, got=str(shard)))


def refuse_forgotten(posts: Sequence[Post], forgotten: int) -> None:
    """Refuse posts that come too late: nobody would read them, and they would stay for good.

    Raises:
        BusError: if the tick of a post is not after ``forgotten``.
    """
    for post in posts:
        if post.tick <= forgotten:
            got = f"one of tick {post.tick}, with tick {forgotten} forgotten"
            raise BusError(explain(f"post {post.id!r}", wanted="a post of a tick that is not forgotten", got=got))
