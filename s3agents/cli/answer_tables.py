"""How answers of agents are shown and kept: a table for people, rows for files."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from s3agents.cli.console import out
from s3agents.cli.safe_text import safe
from s3agents.config.survey import Item
from s3agents.inquiry.interview import Answer
from s3agents.tables import Cell

__all__ = ["answer_columns", "plain_answer", "show_answers"]

_SHOWN = 5
_TEXT = 120


def answer_columns(answers: Sequence[Answer], tick: int) -> dict[str, list[Cell]]:
    """A table with a row for each answer."""
    rows = [plain_answer(answer, tick) for answer in answers]
    names = ("user", "tick", "item", "kind", "answer", "p", "probabilities", "emotion", "attitude", "fault")
    return {name: [row[name] for row in rows] for name in names}


def plain_answer(answer: Answer, tick: int) -> dict[str, Cell]:
    """An answer as plain values: ``p`` is the probability of what was said, ``probabilities`` JSON with all of them."""
    shares = answer.p or {}
    return {
        "user": answer.user,
        "tick": tick,
        "item": answer.item,
        "kind": answer.kind,
        "answer": answer.answer,
        "p": shares.get(answer.answer or ""),
        "probabilities": json.dumps(answer.p, ensure_ascii=False) if answer.p is not None else None,
        "emotion": answer.emotion.value,
        "attitude": answer.attitude.value,
        "fault": answer.fault,
    }


def show_answers(item: Item, answers: Sequence[Answer]) -> None:
    """Show how often each answer to ``item`` was given, or some of those in words."""
    console = out()
    console.print(Text(f"\n{item.question}", style="italic"))
    given = [answer for answer in answers if answer.answer is not None]
    if item.kind == "open":
        table = Table("who", "attitude", "answer")
        for answer in given[:_SHOWN]:
            table.add_row(Text(answer.user), answer.attitude.value, safe(str(answer.answer), _TEXT))
    else:
        table = _counts(item.answers, given)
    console.print(table)
    failed = Counter(answer.fault for answer in answers if answer.fault is not None)
    told = f"{len(given):,} of {len(answers):,} answered"
    told += (
        f", {len(given) - _SHOWN:,} more in the table of --out" if item.kind == "open" and len(given) > _SHOWN else ""
    )
    told += f"; failed: {', '.join(f'{count} x {cause}' for cause, count in failed.items())}" if failed else ""
    if item.kind == "scale" and given:
        told += f"; {_mean([float(str(answer.answer)) for answer in given])}"
    console.print(told, highlight=False)


def _counts(possible: Sequence[str], given: Sequence[Answer]) -> Table:
    table = Table("answer")
    for name in ("said", "share", "mean p", "if positive", "if negative"):
        table.add_column(name, justify="right")
    counts = Counter(answer.answer for answer in given)
    told = [answer.p for answer in given if answer.p is not None]
    for option in possible:
        sides = [[a for a in given if a.attitude.value == side] for side in ("positive", "negative")]
        shares = [_share(sum(a.answer == option for a in side), len(side)) for side in sides]
        mean = f"{math.fsum(p[option] for p in told) / len(told):.1%}" if told else "-"
        table.add_row(Text(option), f"{counts[option]:,}", _share(counts[option], len(given)), mean, *shares)
    return table


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "-"


def _mean(values: Sequence[float]) -> str:
    mean = math.fsum(values) / len(values)
    if len(values) < 2:  # one value has no spread
        return f"mean {mean:.2f}"
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))
    return f"mean {mean:.2f}, standard deviation {spread:.2f}"
