"""Budget: what of a turn is told where a prompt may have so many tokens and no more.

All texts are cut to the same number of tokens, the largest of a few at which everything fits: that shortens the longest
first, and a text that comes again is cut where it was cut before. Where even the shortest is too long, the memories are
left out that came to mind least, then the oldest posts.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace

from s3agents.cognition.base import TurnView
from s3agents.prompts.excerpts import LEVELS, counted
from s3agents.prompts.lines import Lines

__all__ = ["FRAME_TOKENS", "LEAST_ROOM", "Fit", "Room"]

FRAME_TOKENS = 16
"""Tokens that a chat template puts around two messages: that of Qwen2.5 has 13."""

LEAST_ROOM = 150
"""Tokens in which a profile and the beginning of a post fit, in most scripts."""


Sizes = list[tuple[int, int]]
"""Of each line, at most how many tokens stand around its text, and in it."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What of a turn a prompt tells.

    Attributes:
        view: with the memories and posts that are told.
        most: most tokens of each text; ``None`` where all are whole.
    """

    view: TurnView
    most: int | None


class Room:
    """Tokens for what users wrote: what a budget leaves beside that which is said in every turn.

    Args:
        lines: what quotes users.
        tokens: of profile, memories, posts and time together.
        described: tokens of these that the description of a group takes.
        none: tokens of what is said in place of memories, and in place of posts.
        least: tokens; no text is cut to less as long as another can be left out.

    Attributes:
        profile: most tokens of a profile, beside that description; the same in every turn, so that it is told in the
            same words.
    """

    def __init__(self, lines: Lines, tokens: int, *, none: tuple[int, int], least: int, described: int = 0) -> None:
        self.profile = (tokens - described) // 3
        self._lines, self._tokens, self._none = lines, tokens, none
        self._least = next(level for level in LEVELS if level <= max(least, LEVELS[-1]))

    def fit(self, view: TurnView) -> Fit:
        """What of ``view`` fits."""
        lines, scene, tick, chars = self._lines, view.scene, view.tick, view.scene.post_chars
        left = self._tokens - lines.now_tokens(scene, tick) - lines.profile(scene, view.persona, self.profile).tokens
        number = 1 + len(str(len(view.perceived)))
        memories = [(lines.around_memory(scene, tick, m), counted(m.text, chars).tokens) for m in view.recalled]
        posts = [(lines.around_post(r) + number, counted(r.post.text, chars).tokens) for r in view.perceived]
        if self._cost(memories, posts, left) <= left:
            return Fit(view, None)
        kept, told = self._kept(memories, posts, left)
        if (kept, told) != (len(memories), len(posts)):
            memories, posts = memories[:kept], posts[len(posts) - told :]
            view = replace(view, recalled=view.recalled[:kept], perceived=view.perceived[len(view.perceived) - told :])
        return Fit(view, self._level(memories, posts, left))

    def _level(self, memories: Sizes, posts: Sizes, left: int) -> int:
        """The largest level at which everything takes at most ``left``; the smallest if there is none."""
        found = bisect_left(LEVELS, True, key=lambda level: self._cost(memories, posts, level) <= left)
        return LEVELS[min(found, len(LEVELS) - 1)]

    def _kept(self, memories: Sizes, posts: Sizes, left: int) -> tuple[int, int]:
        """How many memories, and how many of the last posts, fit when they are short; of posts one in any case."""
        no_memories, no_posts = self._none
        kept = _leading(memories, self._least, left - (_sum(posts, self._least) or no_posts))
        told = _leading(posts[::-1], self._least, left - (_sum(memories[:kept], self._least) or no_memories))
        return kept, max(told, min(1, len(posts)))

    def _cost(self, memories: Sizes, posts: Sizes, most: int) -> int:
        return (_sum(memories, most) or self._none[0]) + (_sum(posts, most) or self._none[1])


def _sum(sizes: Sizes, most: int) -> int:
    return sum([around + (tokens if tokens < most else most) for around, tokens in sizes])


def _leading(sizes: Sizes, most: int, left: int) -> int:
    """How many of the first lines together take at most ``left``, with at most ``most`` tokens of each text."""
    for n, (around, tokens) in enumerate(sizes):
        left -= around + min(tokens, most)
        if left < 0:
            return n
    return len(sizes)
