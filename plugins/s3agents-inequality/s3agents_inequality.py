"""Inequality: how unequally attention is shared out among those who wrote something."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from s3agents import Run

__all__ = ["gini", "unequal_attention"]


def unequal_attention(run: Run) -> Mapping[str, float | None]:
    """Gini coefficients over the authors of a run: 0 where all have the same, near 1 where one has everything.

    Returns:
        ``reach``: of exposures, ``forwards``: of forwards of one's own posts, ``posts``: of posts written; ``None``
        where nobody has any.
    """
    posts = run.posts()
    own = posts[posts["kind"] != "forward"]
    authors = sorted(set(own["author"]))
    reach = run.exposures()["post"].map(posts.set_index("id")["author"]).value_counts()
    passed = posts[posts["kind"] == "forward"]["root"].map(posts.set_index("id")["author"]).value_counts()
    counts = {"reach": reach, "forwards": passed, "posts": own["author"].value_counts()}
    return {
        name: gini(np.asarray(count.reindex(authors, fill_value=0), dtype=np.float64)) for name, count in counts.items()
    }


def gini(values: NDArray[np.float64]) -> float | None:
    """Gini coefficient of amounts of 0 or more; ``None`` if they sum to nothing."""
    total = float(values.sum())
    if total == 0.0:
        return None
    n, ordered = len(values), np.sort(values)
    return float((2.0 * np.arange(1, n + 1) - n - 1.0) @ ordered / (n * total))
