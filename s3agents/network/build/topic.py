"""Topic: which posts are about what the society is built for: keywords and a span of time (S3 section 4.2.1)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from s3agents.config.build import BuildOptions
from s3agents.network.keywords import keyword_query

__all__ = ["Topic"]


class Topic:
    """The topic of a build.

    Attributes:
        keywords: which a post must match one of; none if all posts do.
        since: posts of the topic are not older, seconds since 1970.
        until: posts of the topic are older.
    """

    def __init__(self, options: BuildOptions) -> None:
        self.keywords = options.keywords
        self.since = -math.inf if options.since is None else options.since.timestamp()
        self.until = math.inf if options.until is None else options.until.timestamp()
        self._query = keyword_query(options.keywords) if options.keywords else None

    @property
    def is_everything(self) -> bool:
        """Whether every post is on the topic."""
        return self._query is None and not self.has_span

    @property
    def has_span(self) -> bool:
        """Whether only posts of some span of time are on the topic; those without a time never are."""
        return self.since > -math.inf or self.until < math.inf

    def matches(self, text: str) -> bool:
        """Whether a post with ``text`` matches the keywords."""
        return self._query is None or self._query.matches(text)

    def within(self, times: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of ``times`` (NaN: unknown) lie in the span; of their shape."""
        if not self.has_span:
            return np.ones(times.shape, dtype=np.bool_)
        return (times >= self.since) & (times < self.until)
