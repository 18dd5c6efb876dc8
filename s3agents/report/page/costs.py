"""Costs: turns and tokens by mode of cognition, and what they cost at a given price."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from s3agents.errors import InputError, explain
from s3agents.report.modes import ModeCost, mode_costs
from s3agents.report.page.markup import Html, table

__all__ = ["Prices", "mode_table"]

_MILLION = 1_000_000
_HEADS = (
    "mode",
    "users",
    "turns",
    "forward",
    "post",
    "failed",
    "calls",
    "prompt tokens",
    "reply tokens",
    "tokens a turn",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Prices of a million tokens, in any currency.

    Attributes:
        prompt: of prompts.
        reply: of replies.

    Raises:
        InputError: for one that is negative or not finite.
    """

    prompt: float = 0.0
    reply: float = 0.0

    def __post_init__(self) -> None:
        for name, price in (("prompt", self.prompt), ("reply", self.reply)):
            if not 0.0 <= price < float("inf"):
                wanted = "a number of 0 or more for a million tokens"
                raise InputError(explain(f"price of {name} tokens", wanted=wanted, got=f"{price:g}"))

    def cost(self, prompt_tokens: int, reply_tokens: int) -> float:
        """Of these tokens."""
        return (prompt_tokens * self.prompt + reply_tokens * self.reply) / _MILLION

    def told(self) -> str:
        """In words."""
        return f"at {self.prompt:g} a million prompt tokens and {self.reply:g} a million reply tokens"


def mode_table(db: sqlite3.Connection, prices: Prices | None) -> Html | None:
    """One row a mode; ``None`` where nobody had a turn. A seed post is a turn of mode ``seed``."""
    modes = mode_costs(db)
    if not modes:
        return None
    rows = [_row(one) for one in modes]
    if prices is None:
        return table(_HEADS, rows)
    costs = [prices.cost(one.prompt_tokens, one.reply_tokens) for one in modes]
    return table((*_HEADS, "cost"), [(*row, f"{cost:,.4g}") for row, cost in zip(rows, costs, strict=True)])


def _row(one: ModeCost) -> tuple[str | int, ...]:
    done = (one.mode, one.users, one.turns, one.forwards, one.posts, one.faults)
    return (*done, one.calls, one.prompt_tokens, one.reply_tokens, f"{one.tokens_per_turn:,.0f}")
