"""How figures of ``s3agents bench`` are shown: a society beside the bare loop, and targets beside what was measured."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from s3agents.bench.figures import Unit, pair_figures
from s3agents.bench.passes import Pair
from s3agents.bench.rows import ROWS
from s3agents.bench.targets import RowResult, Target

__all__ = ["pair_table", "row_list", "row_table"]

_SCALES = {"MB": 1e6, "KB": 1e3, "%": 0.01}
_DIGITS = {"ms": 3, "x": 2, "s": 2, "MB": 0, "KB": 1, "%": 1, "/s": 0, "": 1}


def pair_table(pair: Pair) -> Table:
    """A line for each figure that somebody knows."""
    table = Table("", "bare loop", "society", title=escape(pair.title), title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    for figure in pair_figures(pair):
        if figure.bare is not None or figure.society is not None:
            table.add_row(figure.name, _shown(figure.bare, figure.unit), _shown(figure.society, figure.unit))
    return table


def row_table(rows: Sequence[RowResult]) -> Table:
    """A line for each target."""
    table = Table("row", "figure", "wanted", "measured")
    for column in table.columns[2:]:
        column.justify = "right"
    for row in rows:
        for number, target in enumerate(row.targets):
            colour = {True: "green", False: "yellow", None: ""}[target.met]
            measured = Text(_shown(target.measured, target.unit), style=colour)
            table.add_row("" if number else row.row, target.name, _wanted(target), measured)
        if row.note:
            table.add_row("" if row.targets else row.row, Text(row.note, style="dim"), "", "")
    return table


def row_list() -> Table:
    """The rows there are."""
    table = Table("row", "what is measured")
    for name, row in ROWS.items():
        table.add_row(name, row.about)
    return table


def _wanted(target: Target) -> str:
    sign = "≤" if target.better == "most" else "≥"
    return "" if target.wanted is None else f"{sign} {_shown(target.wanted, target.unit)}"


def _shown(value: float | None, unit: Unit) -> str:
    if value is None:
        return "-"
    scaled = value / _SCALES.get(unit, 1.0)
    digits = 0 if unit == "" and float(scaled).is_integer() else _DIGITS[unit]
    return f"{scaled:,.{digits}f}{'' if unit == 'x' else ' ' * bool(unit) + unit}"
