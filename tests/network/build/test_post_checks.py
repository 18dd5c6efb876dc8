"""Circles of posts that answer one another, of any size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from s3agents.network.build.post_checks import break_circles
from s3agents.network.build.posts import Posts
from s3agents.network.load_report import FileReport
from s3agents.network.raw.base import RawPost


def _on_circle(parents: Sequence[int]) -> set[int]:
    posts = Posts()
    file = FileReport("posts")
    batch = [
        RawPost(f"p{number}", "a", "x", None, "reply", "" if parent < 0 else f"p{parent}", number, file)
        for number, parent in enumerate(parents)
    ]
    posts.add(batch, authors=[0] * len(batch), times=[None] * len(batch), matches=lambda text: True)
    found = np.flatnonzero(break_circles(posts, np.ones(len(posts), dtype=np.bool_)))
    assert sum(drops.count for drops in file.values.values()) == len(found)
    return set(found.tolist())


def _slowly(parents: Sequence[int]) -> set[int]:
    def comes_back(start: int) -> bool:
        step = start
        for _ in parents:
            step = parents[step] if 0 <= step < len(parents) else -1
            if step == start:
                return True
        return False

    return {number for number in range(len(parents)) if comes_back(number)}


@given(st.lists(st.integers(-1, 12), min_size=1, max_size=12))
def test_circles_are_found(parents: list[int]) -> None:
    """Exactly those posts that answer themselves, directly or through others, are found."""
    assert _on_circle(parents) == _slowly(parents)


def test_long_chains_are_no_circles() -> None:
    """A chain of a hundred thousand answers is sound; closed, it is a circle."""
    length = 100_000
    chain = [n - 1 for n in range(length)]
    assert _on_circle(chain) == set()
    assert _on_circle([length - 1, *chain[1:]]) == set(range(length))
