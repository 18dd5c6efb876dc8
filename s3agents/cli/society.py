"""How the loading of a society is shown: rows read, kept and dropped, with the reason for each."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from s3agents.cli.console import note, words
from s3agents.network.load_report import ReportRow
from s3agents.preparation import Prepared

__all__ = ["print_preparation"]


def print_preparation(prepared: Prepared) -> None:
    """Say how many users and edges there are, and show whatever was dropped or may surprise."""
    society = prepared.society
    words().print(
        f"society {escape(society.name)}: {len(society.ids):,} users, {society.graph.edges:,} follow edges",
        highlight=False,
    )
    if prepared.roster.sizes:
        words().print(escape(_groups(prepared)), highlight=False)
    rows = list(society.report.rows())
    if any(row.dropped for row in rows):
        words().print(_table(rows))
    for text in prepared.notes:
        note(text)


def _groups(prepared: Prepared) -> str:
    sizes = prepared.roster.sizes
    others = len(prepared.society) - sum(size.members for size in sizes)
    listed = [*(f"{size.name} {size.members:,}" for size in sizes), f"everybody else {others:,}"]
    return f"groups: {', '.join(listed)}"


def _table(rows: list[ReportRow]) -> Table:
    table = Table(
        "file", "rows read", "kept", "left out because", "rows", "for example", title="not all rows were used"
    )
    for row in rows:
        dropped = f"{row.dropped:,}" if row.dropped else ""
        table.add_row(row.file, f"{row.read:,}", f"{row.kept:,}", escape(row.reason), dropped, escape(row.example))
    return table
