"""``s3agents export``: a run as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from s3agents.cli.console import out as results
from s3agents.cli.options import RunPath
from s3agents.report.export import TABLES, ExportFormat, export
from s3agents.report.run import Run

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("export", epilog="Example: `s3agents export runs/karate_club-20260101-120000 --format csv -o tables`")(
        _export
    )


def _export(
    run: RunPath,
    fmt: Annotated[ExportFormat, typer.Option("--format", "-f", help="parquet, csv, jsonl or graphml.")] = "parquet",
    table: Annotated[
        list[str] | None, typer.Option("--table", "-t", help=f"One of {', '.join(TABLES)}; all by default.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder; RUN/export-FORMAT by default.")] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace files of the same names.")] = False,
) -> None:
    """Write the tables of a run (Parquet, CSV, JSONL), or who forwarded from whom as a graph (GraphML)."""
    folder = out if out is not None else run / f"export-{fmt}"
    for file in export(Run(run), table or [], fmt, folder, overwrite=overwrite):
        results().print(str(file), highlight=False, markup=False, soft_wrap=True)
