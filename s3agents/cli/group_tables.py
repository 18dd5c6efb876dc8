"""How the groups of a run are shown: who did what, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from s3agents.inquiry.by_group import GroupOutcome

__all__ = ["group_table"]


def group_table(outcomes: Sequence[GroupOutcome]) -> Table:
    """A row a group, with a column for each act that anybody did."""
    acts = sorted({act for outcome in outcomes for act in outcome.acts})
    tokens, faults = any(outcome.tokens for outcome in outcomes), any(outcome.faults for outcome in outcomes)
    table = Table("group", "users", "awake", "turns", *acts, "were forwarded", "emotion", "positive at the end")
    for name in [*(["tokens"] if tokens else []), *(["failed"] if faults else [])]:
        table.add_column(name)
    for column in table.columns[1:]:
        column.justify = "right"
    for outcome in outcomes:
        counts = [outcome.users, outcome.awake, outcome.turns, *(outcome.acts.get(act, 0) for act in acts)]
        row = [f"{count:,}" for count in [*counts, outcome.forwarded]]
        row += ["" if outcome.emotion is None else f"{outcome.emotion:.2f}"]
        row += ["" if outcome.positive is None else f"{outcome.positive:.0%}"]
        row += [f"{outcome.tokens:,}"] if tokens else []
        row += [f"{outcome.faults:,}"] if faults else []
        table.add_row(escape(outcome.group), *row)
    return table
