"""Budget: what of a turn is told where a prompt may have so many tokens and no more.

All texts are cut to the same number of characters, the largest of a few at which everything fits: that shortens the
longest first, and a text that comes again is cut where it was cut before. Where even the shortest is too long, the
memories are left out that came to mind least, then the oldest posts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from s3agents.cognition.base import Recollection, TurnView
from s3agents.events import Delivery
from s3agents.prompts.lines import Lines, lengths

__all__ = ["FRAME_TOKENS", "LEAST_ROOM", "Fit", "Room"]

FRAME_TOKENS = 16
"""Tokens that a chat template puts around two messages: that of Qwen2.5 has 13."""

LEAST_ROOM = 150
"""Tokens in which a profile and the beginning of a post fit, in most scripts."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What of a turn a prompt tells.

    Attributes:
        view: with the memories and posts that are told.
        chars: most characters of each text.
        shortened: whether that is less than without a budget.
    """

    view: TurnView
    chars: int
    shortened: bool


class Room:
    """Tokens for what users wrote: what a budget leaves beside that which is said in every turn.

    Args:
        lines: what quotes users.
        tokens: of profile, memories, posts and time together.
        none: tokens of what is said in place of memories, and in place of posts.
        least_chars: see :class:`~s3agents.prompts.pack_file.PackFile`.

    Attributes:
        profile: most tokens of a profile; the same in every turn, so that it is told in the same words.
    """

    def __init__(self, lines: Lines, tokens: int, *, none: tuple[int, int], least_chars: int) -> None:
        self.profile = tokens // 3
        self._lines, self._tokens, self._none, self._least_chars = lines, tokens, none, least_chars

    def fit(self, view: TurnView) -> Fit:
        """What of ``view`` fits."""
        chars = view.scene.post_chars
        lines = self._lines
        profile, now = lines.profile(view.persona, chars, self.profile), lines.now_tokens(view.scene, view.tick)
        left = self._tokens - profile.tokens - now
        if self._cost(view, chars) <= left:
            return Fit(view, chars, shortened=False)
        limits = lengths(chars)
        shortest = next((n for n, limit in enumerate(limits) if limit <= self._least_chars), len(limits) - 1)
        view = self._without_the_least(view, limits[shortest], left)
        if self._cost(view, limits[shortest]) > left:
            shortest = len(limits) - 1
        chosen = _first(limits[: shortest + 1], lambda limit: self._cost(view, limit) <= left)
        return Fit(view, chosen, shortened=True)

    def _without_the_least(self, view: TurnView, limit: int, left: int) -> TurnView:
        """``view`` without what does not fit if all texts are cut to ``limit``, but with one post if there are any."""
        posts = self._posts(view.perceived, limit)
        memories = self._memories(view, view.recalled, limit)
        kept = _leading(memories, left - (sum(posts) or self._none[1]))
        told = _leading(posts[::-1], left - (sum(memories[:kept]) or self._none[0]))
        told = max(told, min(1, len(posts)))
        if (kept, told) == (len(memories), len(posts)):
            return view
        return replace(view, recalled=view.recalled[:kept], perceived=view.perceived[len(posts) - told :])

    def _cost(self, view: TurnView, limit: int) -> int:
        memories = sum(self._memories(view, view.recalled, limit)) or self._none[0]
        return memories + (sum(self._posts(view.perceived, limit)) or self._none[1])

    def _memories(self, view: TurnView, memories: Sequence[Recollection], limit: int) -> list[int]:
        cost, scene, tick = self._lines.memory_tokens, view.scene, view.tick
        return [cost(scene, tick, memory, limit) for memory in memories]

    def _posts(self, posts: Sequence[Delivery], limit: int) -> list[int]:
        cost, number = self._lines.post_tokens, 1 + len(str(len(posts)))
        return [cost(read, limit) + number for read in posts]


def _first(choices: Sequence[int], fits: Callable[[int], bool]) -> int:
    """The first of ``choices`` that fits, of which the last does, found by halving."""
    low, high = 0, len(choices) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(choices[middle]) else (middle + 1, high)
    return choices[high]


def _leading(costs: Sequence[int], most: int) -> int:
    """How many of the first ``costs`` together are at most ``most``."""
    for n, cost in enumerate(costs):
        most -= cost
        if most < 0:
            return n
    return len(costs)
