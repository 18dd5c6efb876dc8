"""``s3agents compare``: two runs side by side, and their difference."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from s3agents.cli.console import note, out
from s3agents.report.figures.futures import futures_exhibit
from s3agents.report.futures import QUANTITIES, Futures, Gap, compare_runs
from s3agents.report.plot_file import check_plot, write_plot
from s3agents.report.run import Run

__all__ = ["register"]

_EPILOG = """Example:

`s3agents compare runs/karate_club-20260101-120000 runs/karate_club-20260101-120000-fork-3 --plot both.html`
"""


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("compare", epilog=_EPILOG)(_compare)


def _compare(
    first: Annotated[Path, typer.Argument(help="Folder of a run.", metavar="RUN")],
    second: Annotated[Path, typer.Argument(help="Folder of another, such as a fork of it.", metavar="OTHER")],
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="Draw both and their difference (needs the extra plots).")
    ] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace the plot if it is there.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Show what came of two runs, and where they part."""
    if plot is not None:
        check_plot(plot, overwrite=overwrite)
    futures = compare_runs(Run(first), Run(second))
    if plot is not None:
        write_plot(futures_exhibit(futures).shown(), plot)
        note(f"drawn: {plot}")
    if json:
        out().print_json(data=futures.to_dict())
    else:
        out().print(_table(futures))
        out().print(_told(futures), highlight=False, style="italic")


def _table(futures: Futures) -> Table:
    table = Table()
    table.add_column("at the last tick", no_wrap=True)
    for name in ("first", "second", "difference", "largest", "at tick", "from"):
        table.add_column(name, justify="right")
    for gap in futures.gaps:
        table.add_row(QUANTITIES[gap.curve], *_cells(gap))
    return table


def _cells(gap: Gap) -> list[str]:
    """Figures in the unit of the curve, and ``-`` where there is none."""
    unit = ".1%" if gap.curve == "share_positive" else ".2f" if gap.curve == "emotion_level" else ",.0f"
    values = [_value(gap.first, unit), _value(gap.second, unit)]
    apart = [_value(gap.difference, f"+{unit}"), _value(gap.largest or None, f"+{unit}")]
    where = [str(tick) if gap.begins is not None and tick is not None else "-" for tick in (gap.tick, gap.begins)]
    return [*values, *apart, *where]


def _value(value: float | None, unit: str) -> str:
    return "-" if value is None else format(value, unit)


def _told(futures: Futures) -> str:
    apart = [gap.begins for gap in futures.gaps if gap.begins is not None]
    shared = "" if futures.shared is None else f"; both share the ticks up to {futures.shared}"
    parted = f"they part at tick {min(apart)}" if apart else "they are the same in all of these"
    return f"{futures.ticks:,} ticks that both have{shared}; {parted}."
