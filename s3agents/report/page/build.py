"""Build: the report of one or more runs as one HTML page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from s3agents import __version__
from s3agents.errors import InputError, explain
from s3agents.observed.curve import Truth
from s3agents.report.page.costs import Prices
from s3agents.report.page.drawings import Drawings
from s3agents.report.page.groups import Group, group_runs
from s3agents.report.page.header import header, overview, tiles
from s3agents.report.page.markup import Html, element, join
from s3agents.report.page.sections import Place, curve_section, detail_section
from s3agents.report.page.shell import shell
from s3agents.report.run import Run
from s3agents.report.summary import Summary, summarise

__all__ = ["MOST_DETAILED", "build_page"]

MOST_DETAILED = 4
"""Most scenarios of which a run is shown in detail."""


def build_page(
    runs: Sequence[Run],
    *,
    truth: Truth | None = None,
    place_of: Callable[[Run], Place] = lambda run: Place(),
    prices: Prices | None = None,
    scores: Sequence[Html] = (),
) -> str:
    """The page of ``runs``; runs of one scenario that differ in their seeds alone are its replicates.

    Args:
        runs: at least one, finished or not.
        truth: what really happened, for the curves.
        place_of: finds the society of a run; asked for the runs that are shown in detail.
        prices: of tokens.
        scores: tables of how well the runs meet the truth.

    Raises:
        InputError: without a run, or without plotly.
        RecordError: if a record cannot be read.
    """
    if not runs:
        raise InputError(explain("report", wanted="at least one run", got="none"))
    groups, drawings = group_runs(runs), Drawings()
    summaries = [[summarise(run) for run in group.runs] for group in groups]
    body = join(
        (
            header(groups),
            tiles(summaries[0]) if len(groups) == 1 else "",
            overview(groups, summaries) if len(runs) > 1 else "",
            curve_section([group.course() for group in groups], truth, drawings),
            *scores,
            *_details(groups, summaries, drawings, place_of=place_of, prices=prices),
            element("footer", f"Made by s3agents {__version__}. This page needs no network."),
        )
    )
    return shell(f"{', '.join(group.name for group in groups)}: report", body, drawings)


def _details(
    groups: Sequence[Group],
    summaries: Sequence[Sequence[Summary]],
    drawings: Drawings,
    *,
    place_of: Callable[[Run], Place],
    prices: Prices | None,
) -> list[Html]:
    """The first run of each scenario, of a few scenarios."""
    alone = len(groups) == 1 and len(groups[0].runs) == 1
    parts = [
        detail_section(
            group.runs[0],
            rows[0],
            drawings,
            place=place_of(group.runs[0]),
            prices=prices,
            title="" if alone else f"In detail: {_which(group)}",
        )
        for group, rows in zip(groups[:MOST_DETAILED], summaries, strict=False)
    ]
    if len(groups) > MOST_DETAILED:
        left = ", ".join(group.name for group in groups[MOST_DETAILED:])
        parts.append(element("p", f"Not shown in detail: {left}."))
    return parts


def _which(group: Group) -> str:
    run = group.runs[0]
    name = f"{group.name}, seed {run.scenario['seed']}"
    return name if len(group.runs) == 1 else f"{name} (the first of {len(group.runs)} runs)"
