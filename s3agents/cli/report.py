"""``s3agents report``: one or more runs as a page that anybody can read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from s3agents.cli.console import note
from s3agents.cli.console import out as results
from s3agents.cli.report_scores import score_section
from s3agents.errors import InputError, explain
from s3agents.observed.curve import Curve, Truth
from s3agents.report.figures.clock import tick_minutes
from s3agents.report.page.build import build_page
from s3agents.report.page.costs import Prices
from s3agents.report.plot_file import check_plot, write_page
from s3agents.report.population.real_side import Reality, find_reality
from s3agents.report.run import Run
from s3agents.run_society import SocietyFinder

__all__ = ["register"]

_NAME = "report.html"
_EPILOG = """Examples:

`s3agents report runs/karate_club-20260101-120000`

`s3agents report runs/seed-1 runs/seed-2 --truth data/pheme --case ch-552785375161499649 -o both.html`
"""


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("report", epilog=_EPILOG)(_report)


def _report(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN...", help="Folders of runs; those of one scenario with other seeds are its replicates."
        ),
    ],
    truth: Annotated[
        Path | None,
        typer.Option(help="What really happened: curves, cascades or labelled posts, or another run."),
    ] = None,
    case: Annotated[str | None, typer.Option(help="Which case of --truth, where there are several.")] = None,
    shift: Annotated[
        float, typer.Option(metavar="MINUTES", help="Minutes from the truth's beginning to tick 0.")
    ] = 0.0,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE.html",
            help=f"The page; by default RUN/{_NAME}, made anew each time, or ./{_NAME} for several runs.",
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace the page if it is there.")] = False,
    price_in: Annotated[float | None, typer.Option(help="Price of a million prompt tokens, in any currency.")] = None,
    price_out: Annotated[float | None, typer.Option(help="Price of a million reply tokens.")] = None,
) -> None:
    """Write a report of one or more runs: one HTML file that needs no network."""
    found = [Run(folder) for folder in _distinct(runs)]
    page = out or (found[0].folder / _NAME if len(found) == 1 else Path(_NAME))
    # A page at its own place within the run says nothing that the run does not say.
    check_plot(page, overwrite=overwrite or (out is None and len(found) == 1))
    prices = _prices(price_in, price_out)
    place_of = SocietyFinder()
    real = _reality(truth, case, found[0], place_of)
    scores = [] if real is None else [score_section(found, real, shift=shift, place_of=place_of)]
    drawn = None if real is None else _shifted(real.truth, shift)
    write_page(build_page(found, truth=drawn, place_of=place_of, prices=prices, scores=scores), page)
    note(f"{page.stat().st_size / 1e6:.1f} MB, for any browser; no network is needed to read it")
    results().print(str(page), highlight=False, markup=False, soft_wrap=True)


def _distinct(folders: list[Path]) -> list[Path]:
    """The folders, unless one is given twice: it would be taken for two replicates."""
    known: set[Path] = set()
    for folder in folders:
        if folder.resolve() in known:
            raise InputError(explain("report", wanted="each run once", got=f"{folder} twice"))
        known.add(folder.resolve())
    return folders


def _prices(prompt: float | None, reply: float | None) -> Prices | None:
    return None if prompt is None and reply is None else Prices(prompt=prompt or 0.0, reply=reply or 0.0)


def _reality(path: Path | None, case: str | None, run: Run, place_of: SocietyFinder) -> Reality | None:
    if path is None:
        if case is not None:
            raise InputError(explain("--case", wanted="--truth beside it", got="--case alone"))
        return None
    return find_reality(path, case=case, tick_minutes=tick_minutes(run.scenario), place_of=place_of)


def _shifted(truth: Truth, shift: float) -> Truth:
    """The truth in minutes since tick 0, from there on."""
    curves = {
        name: Curve(name, curve.minutes[kept] - shift, curve.values[kept])
        for name, curve in truth.curves.items()
        if (kept := curve.minutes >= shift).any()
    }
    return Truth(truth.name, truth.split, truth.case, curves)
