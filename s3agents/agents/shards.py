"""Shards: the agents of a society in groups that get their mail together, and whom each group follows."""

from __future__ import annotations

from collections.abc import Iterator

from s3agents.bus.base import Shard
from s3agents.ids import UserId
from s3agents.network.society import Society

__all__ = ["authors_of", "plan_shards", "shard_size", "users_of"]

_MOST = 128


def shard_size(wanted: int, users: int) -> int:
    """Users that share a shard where one process has them all: ``wanted``, or everybody.

    A shard costs a consumer on the bus, of which a server takes a thousand for a run, and up to a second to make it.
    Of a large society each shard would follow so many that it had to read all posts anyway: then one does.

    Args:
        wanted: users that are to share one.
        users: of the society.
    """
    return wanted if users <= wanted * _MOST else users


def users_of(shard: int, size: int, users: int) -> range:
    """Indices of the users of a shard.

    Args:
        shard: its number.
        size: users that share one.
        users: of the society.
    """
    return range(shard * size, min((shard + 1) * size, users))


def authors_of(society: Society, users: range) -> frozenset[UserId]:
    """Whom ``users`` follow."""
    ids = society.ids
    return frozenset([ids[author] for author in society.graph.followed_by(users).tolist()])


def plan_shards(society: Society, size: int) -> Iterator[Shard]:
    """The shards of a society, each with the authors that its agents follow."""
    users = len(society.ids)
    for number in range(-(-users // size)):
        yield Shard(number, authors_of(society, users_of(number, size, users)))
