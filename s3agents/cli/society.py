"""How the loading of a society is shown: rows read, kept and dropped, with the reason for each."""

from __future__ import annotations

from rich.table import Table

from s3agents.cli.console import words
from s3agents.network.load_report import ReportRow
from s3agents.network.society import Society

__all__ = ["print_load_report"]


def print_load_report(society: Society) -> None:
    """Say how many users and edges there are, and show whatever was dropped."""
    words().print(
        f"society [bold]{society.name}[/bold]: {len(society.ids):,} users, {society.graph.edges:,} follow edges",
        highlight=False,
    )
    rows = list(society.report.rows())
    if any(row.dropped for row in rows):
        words().print(_table(rows))


def _table(rows: list[ReportRow]) -> Table:
    table = Table("file", "rows read", "kept", "left out because", "rows", "for example", title="not all rows were used")
    for row in rows:
        dropped = f"{row.dropped:,}" if row.dropped else ""
        table.add_row(row.file, f"{row.read:,}", f"{row.kept:,}", row.reason, dropped, row.example)
    return table
