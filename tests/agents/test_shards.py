"""Shards: everybody is in one, and each knows whom its agents follow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents.agents.shards import authors_of, plan_shards, shard_size, users_of
from s3agents.testing.societies import society_of

edges = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda e: e[0] != e[1]), max_size=40)


@given(pairs=edges, size=st.integers(1, 15))
def test_a_shard_follows_whom_its_agents_follow(pairs: list[tuple[int, int]], size: int) -> None:
    """All users are in one shard each; its authors are their followees, and nobody else."""
    society = society_of(12, pairs)
    shards = list(plan_shards(society, size))
    assert [user for shard in shards for user in users_of(shard.number, size, 12)] == list(range(12))
    for shard in shards:
        members = users_of(shard.number, size, 12)
        wanted = {followee for i in members for followee in society.followees(society.ids[i])}
        assert shard.authors == wanted == authors_of(society, members)


@pytest.mark.parametrize(
    ("wanted", "users", "size"), [(256, 0, 256), (256, 17_945, 256), (256, 32_768, 256), (256, 1_000_000, 1_000_000)]
)
def test_a_large_society_is_one_shard(wanted: int, users: int, size: int) -> None:
    """A server takes a thousand consumers for a run, and each takes its time."""
    assert shard_size(wanted, users) == size
