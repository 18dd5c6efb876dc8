"""Feeds: a reader gets exactly the posts of those they follow, in their order."""

from __future__ import annotations

import gc
import time
from collections.abc import Collection

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents.errors import SocietyError
from s3agents.events import Post, Source
from s3agents.ids import UserId, post_id
from s3agents.network.feed import deliveries
from s3agents.network.graph import FollowGraph
from s3agents.network.society import Society
from s3agents.persona import Persona

USERS = 6


def society_of(n: int, edges: Collection[tuple[int, int]]) -> Society:
    """Users u0, u1, ... with these follow edges."""
    graph = FollowGraph.from_edges(n, [a for a, _ in edges], [b for _, b in edges])
    return Society([Persona(id=UserId(f"u{i}")) for i in range(n)], graph)


def post_of(author: int, n: int = 0) -> Post:
    """The n-th post of a user in tick 3."""
    user = UserId(f"u{author}")
    return Post(id=post_id(3, user, n), author=user, tick=3, n=n, text="x", root=post_id(3, user, n))


users = st.integers(0, USERS - 1)
edge_sets = st.sets(st.tuples(users, users).filter(lambda e: e[0] != e[1]))
post_lists = st.lists(users, max_size=8).map(
    lambda authors: sorted((post_of(a, n) for n, a in enumerate(authors)), key=lambda p: p.order)
)
reader_sets = st.one_of(
    st.sets(users), st.lists(users, unique=True), st.builds(range, users, users), st.just(range(USERS - 1, -1, -1))
)


@given(edge_sets, post_lists, reader_sets)
def test_who_sees_what(edges: set[tuple[int, int]], posts: list[Post], readers: Collection[int]) -> None:
    """Everybody among the readers who follows an author gets each of their posts once, in order, and nothing else."""
    inboxes = deliveries(posts, readers, society_of(USERS, edges))
    expected = {reader: [p for p in posts if (reader, int(p.author[1:])) in edges] for reader in readers}
    assert {r: [d.post for d in inbox] for r, inbox in inboxes.items()} == {r: e for r, e in expected.items() if e}


@given(edge_sets, post_lists)
def test_sources_are_those_of_the_graph(edges: set[tuple[int, int]], posts: list[Post]) -> None:
    """Each delivery says where it came from, as the graph does; never the reader's own post."""
    society = society_of(USERS, edges)
    for reader, inbox in deliveries(posts, range(USERS), society).items():
        for delivery in inbox:
            assert delivery.source is society.graph.source(reader, society.position(delivery.post.author))
            assert delivery.source in {Source.FOLLOWEE, Source.MUTUAL}


@given(edge_sets, post_lists, st.integers(1, USERS))
def test_shards_together_make_the_whole(edges: set[tuple[int, int]], posts: list[Post], size: int) -> None:
    """However the readers are divided into shards, the inboxes are the same."""
    society = society_of(USERS, edges)
    parts = [deliveries(posts, range(i, min(i + size, USERS)), society) for i in range(0, USERS, size)]
    assert {r: inbox for part in parts for r, inbox in part.items()} == deliveries(posts, range(USERS), society)


def test_followed_by_nobody_and_by_everybody() -> None:
    """A post of a user without followers reaches nobody; that of one whom all follow reaches all others."""
    society = society_of(4, [(1, 0), (2, 0), (3, 0)])
    assert deliveries([post_of(1)], range(4), society) == {}
    assert set(deliveries([post_of(0)], range(4), society)) == {1, 2, 3}


def test_follower_of_everybody_reads_everybody() -> None:
    """Whoever follows everybody gets the posts of all others, and never their own."""
    society = society_of(4, [(0, 1), (0, 2), (0, 3)])
    inbox = deliveries([post_of(i) for i in range(4)], range(4), society)[0]
    assert [d.post.author for d in inbox] == ["u1", "u2", "u3"]


def test_an_author_from_elsewhere_is_an_error() -> None:
    """A post of somebody who is no user is an error that names them."""
    with pytest.raises(SocietyError, match="'u9'"):
        deliveries([post_of(9)], range(2), society_of(2, []))


def test_a_celebrity_is_quick() -> None:
    """A post to 100,000 followers is delivered in less than half a second of work."""
    n = 100_001
    fans = np.arange(1, n)
    graph = FollowGraph.from_edges(
        n, np.concatenate([fans, np.zeros(50_000)]), np.concatenate([np.zeros(n - 1), fans[::2]])
    )
    society = Society([Persona(id=UserId(f"u{i}"), extra={}) for i in range(n)], graph)
    gc.collect()
    gc.freeze()  # or the collector walks through all that other tests have left, while inboxes are made
    try:
        start = time.thread_time()
        inboxes = deliveries([post_of(0)], range(n), society)
        assert time.thread_time() - start < 0.5
    finally:
        gc.unfreeze()
    assert len(inboxes) == 100_000
    assert inboxes[1][0].source is Source.MUTUAL
    assert inboxes[2][0].source is Source.FOLLOWEE
