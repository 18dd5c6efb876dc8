"""Seen: which recent posts have reached which readers, themselves or as forwards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from s3agents.events import Post
from s3agents.ids import PostId
from s3agents.record.base import TurnRecord
from s3agents.steering.platform import Platform

__all__ = ["Seen"]

_NOTHING: frozenset[PostId] = frozenset()


class Seen:
    """What readers have been delivered of the posts of the last ticks.

    Args:
        platform: what a forward shows.
        window: ticks whose posts anybody asks for.
    """

    def __init__(self, platform: Platform, *, window: int) -> None:
        self._platform, self.window = platform, window
        self._by: dict[int, set[PostId]] = {}
        self._index = platform.society.index

    def by(self, reader: int) -> Set[PostId]:
        """The posts that have reached ``reader``."""
        return self._by.get(reader, _NOTHING)

    def observe(self, tick: int, turns: Sequence[TurnRecord]) -> None:
        """Take in what was delivered in ``tick``, of the posts before it."""
        for turn in turns:
            if turn.exposures:
                shown = map(self._platform.shown, [exposure.post for exposure in turn.exposures])
                self._by.setdefault(self._index[turn.user], set()).update(shown)
        if tick and tick % self.window == 0:
            self._forget(self._platform.originals, tick)

    def _forget(self, originals: Iterable[Post], tick: int) -> None:
        """Let go of posts that nobody recommends any more; as often as they can have doubled."""
        recent = {post.id for post in originals if post.tick > tick - self.window}
        for reader, posts in list(self._by.items()):
            kept = posts & recent
            if kept:
                self._by[reader] = kept
            else:
                del self._by[reader]
