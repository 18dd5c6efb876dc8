"""Which posts can be used: those by somebody, each id once, and no circles of posts that answer one another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from s3agents.network.build.posts import NOBODY, Posts

__all__ = ["break_circles", "usable_posts"]

Mask = NDArray[np.bool_]


def usable_posts(posts: Posts) -> Mask:
    """Which posts can be used; shape ``(posts,)``. Of two with one id the first counts, the other is accounted for."""
    usable: Mask = posts.author != NOBODY
    named, ident = _by_ident(posts, usable)
    again = np.flatnonzero(ident[1:] == ident[:-1]) + 1
    first = np.flatnonzero(np.concatenate([[True], ident[1:] != ident[:-1]]))
    originals = named[first[np.searchsorted(first, again, side="right") - 1]]
    duplicates = named[again]
    for k in np.argsort(duplicates).tolist():
        file, line = posts.places.place(int(duplicates[k]))
        file.drop_row("duplicate id", line, f"as in {posts.places.name(int(originals[k]))}")
    usable[duplicates] = False
    posts.places.count_kept(usable)
    return usable


def break_circles(posts: Posts, usable: Mask) -> Mask:
    """Which posts answer themselves, directly or through others, and thus lose their parent; shape ``(posts,)``."""
    on_circle = np.zeros(len(posts), dtype=np.bool_)
    step = _parents(posts, usable)
    for _ in range(len(posts).bit_length()):
        if not (step >= 0).any():
            return on_circle
        step = np.where(step >= 0, step[step], -1)
    on_circle[step[step >= 0]] = True  # after so many steps, only circles are left to be on
    for k in np.flatnonzero(on_circle).tolist():
        file, line = posts.places.place(k)
        file.drop_value("parent that answers the post itself", line, "a circle")
    return on_circle


def _parents(posts: Posts, usable: Mask) -> NDArray[np.int32]:
    """Number of the post that each one forwards or answers, -1 if none or not in the data."""
    found = np.full(len(posts), -1, dtype=np.int32)
    child = np.flatnonzero(usable & (posts.ident != 0) & (posts.parent != 0)).astype(np.int32)
    if len(child):
        named, ident = _by_ident(posts, usable)
        wanted = posts.parent[child]
        at = np.minimum(np.searchsorted(ident, wanted), len(ident) - 1)
        hit = ident[at] == wanted
        found[child[hit]] = named[at[hit]]
    return found


def _by_ident(posts: Posts, usable: Mask) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The usable posts that have an id, by its fingerprint, then their number; and those fingerprints."""
    named = np.flatnonzero(usable & (posts.ident != 0)).astype(np.int32)
    named = named[np.argsort(posts.ident[named], kind="stable")]
    return named, posts.ident[named]
