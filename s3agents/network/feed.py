"""Feeds: who sees what. A post reaches those who follow its author, and nobody else."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
from numpy.typing import NDArray

from s3agents.events import Delivery, Post, Source
from s3agents.network.changed_edges import ChangedEdges
from s3agents.network.graph import FollowGraph, Ints, distinct
from s3agents.network.society import Society

__all__ = ["deliveries"]


def deliveries(
    posts: Iterable[Post],
    readers: Collection[int] | None,
    society: Society,
    *,
    edges: FollowGraph | ChangedEdges | None = None,
) -> dict[int, list[Delivery]]:
    """The inboxes that ``posts`` fill (S3 section 4.2.1: messages pass along follow edges only).

    Args:
        posts: each once, in their total order; an inbox keeps that order.
        readers: indices of the users whose inboxes are wanted, each once, such as those of one shard; ``None`` for all.
        society: the users, and who follows whom.
        edges: who follows whom where that is no longer as it is in ``society``.

    Returns:
        Index of a reader to what reached them; readers without mail are absent.

    Raises:
        SocietyError: if an author is no user of the society.
    """
    wanted = None if readers is None else _ascending(readers)
    inboxes: dict[int, list[Delivery]] = {}
    graph = society.graph if edges is None else edges
    for post in posts:
        author = society.position(post.author)
        followers = graph.followers(author)
        followers = followers if wanted is None else _common(followers, wanted)
        if not len(followers):
            continue
        # Deliveries are immutable: two objects serve all the readers of a post.
        ways = (Delivery(post=post, source=Source.FOLLOWEE), Delivery(post=post, source=Source.MUTUAL))
        mutual = _member(followers, graph.followees(author))
        for reader, way in zip(followers.tolist(), mutual.tolist(), strict=True):
            inboxes.setdefault(reader, []).append(ways[way])
    return inboxes


def _ascending(readers: Collection[int]) -> Ints:
    if isinstance(readers, range):
        return np.sort(np.arange(readers.start, readers.stop, readers.step, dtype=np.int32))
    return distinct(np.fromiter(readers, dtype=np.int32, count=len(readers)))


def _common(a: Ints, b: Ints) -> Ints:
    """What both hold; both ascending. Costs as much as the shorter one, whichever it is."""
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    return short[_member(short, long)]


def _member(items: Ints, among: Ints) -> NDArray[np.bool_]:
    """For each of ``items``, whether ``among`` (ascending) holds it."""
    if not len(among):
        return np.zeros(len(items), dtype=np.bool_)
    at = np.minimum(among.searchsorted(items), len(among) - 1)
    found: NDArray[np.bool_] = among[at] == items
    return found
