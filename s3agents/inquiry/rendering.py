"""Rendering: the prompts that an agent got in a turn, with their tokens, and how much of them others got as well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from s3agents.ids import UserId
from s3agents.inquiry.moment import Past
from s3agents.inquiry.retake import Exchange, Retaken, retake
from s3agents.record.connection import reading

__all__ = ["Rendered", "render"]

_OTHERS = 8
_NEIGHBOURS = """
SELECT user FROM turns WHERE tick = ? AND mode = ? AND user <> ? AND calls > 0 ORDER BY user LIMIT ?
"""
_EARLIER = "SELECT max(tick) FROM turns WHERE user = ? AND tick < ? AND mode = ? AND calls > 0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One prompt.

    Attributes:
        exchange: the prompt, and what came of it.
        chars: of all messages.
        shared_chars: from the beginning, that others got as well in the same tick.
        own_chars: from the beginning, that the agent had got already in its turn before; 0 if there was none.
        others: agents that were looked at.
    """

    exchange: Exchange
    chars: int
    shared_chars: int
    own_chars: int
    others: int

    @property
    def shared_tokens(self) -> int:
        """Tokens of what is shared, in proportion to its characters."""
        return _part(self.exchange.prompt_tokens, self.shared_chars, self.chars)

    @property
    def own_tokens(self) -> int:
        """Tokens of what the agent had got already, in proportion to its characters."""
        return _part(self.exchange.prompt_tokens, self.own_chars, self.chars)


async def render(past: Past, user: UserId, tick: int) -> tuple[Retaken, list[Rendered]]:
    """The turn of ``user`` in ``tick``, and the prompts that it got in it, exactly as they were.

    Shared is what the first agents of the same tick and mode have in their prompts as well: what a prefix cache holds.

    Raises:
        RunFolderError: if there was no such turn.
        RecordError: if the turn does not come out as recorded.
    """
    turn = await retake(past, user, tick)
    mode = turn.result.record.mode
    with reading(past.folder.record) as db:
        others = [UserId(row[0]) for row in db.execute(_NEIGHBOURS, (tick, mode, user, _OTHERS))]
        earlier = db.execute(_EARLIER, (user, tick, mode)).fetchone()[0]
    beside = [await retake(past, other, tick) for other in others] if turn.exchanges else []
    before = [] if earlier is None or not turn.exchanges else [await retake(past, user, earlier)]
    return turn, [_rendered(exchange, n, beside, before) for n, exchange in enumerate(turn.exchanges)]


def _rendered(exchange: Exchange, number: int, beside: Sequence[Retaken], before: Sequence[Retaken]) -> Rendered:
    text = _text(exchange)
    return Rendered(
        exchange=exchange,
        chars=len(text),
        shared_chars=_longest(text, (_text(other) for turn in beside for other in turn.exchanges[number : number + 1])),
        own_chars=_longest(text, (_text(other) for turn in before for other in turn.exchanges[number : number + 1])),
        others=len(beside),
    )


def _longest(text: str, others: Iterable[str]) -> int:
    return max((_common(text, other) for other in others), default=0)


def _common(one: str, other: str) -> int:
    """Characters from the beginning that both have."""
    apart = (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(apart, min(len(one), len(other)))


def _text(exchange: Exchange) -> str:
    return "\n".join(str(message.content) for message in exchange.messages)


def _part(tokens: int, part: int, whole: int) -> int:
    return round(tokens * part / whole) if whole else 0
