"""Shards: the agents of a society in groups that get their mail together, and whom each group follows."""

from __future__ import annotations

from collections.abc import Iterator

from s3agents.bus.base import Shard
from s3agents.ids import UserId
from s3agents.network.society import Society

__all__ = ["authors_of", "plan_shards", "users_of"]


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
    followed = {int(author) for reader in users for author in society.graph.followees(reader)}
    return frozenset(society.ids[author] for author in followed)


def plan_shards(society: Society, size: int) -> Iterator[Shard]:
    """The shards of a society, each with the authors that its agents follow."""
    users = len(society.ids)
    for number in range(-(-users // size)):
        yield Shard(number, authors_of(society, users_of(number, size, users)))
