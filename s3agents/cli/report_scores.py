"""How ``s3agents report`` tells how near runs come to the truth: the tables of ``evaluate population``, as HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rich.table import Table
from rich.text import Text

from s3agents.cli.population_tables import population_notes, population_tables
from s3agents.errors import InputError
from s3agents.report.page.markup import Html, element, table
from s3agents.report.page.sections import Place
from s3agents.report.population.evaluation import GroupEvaluation, PopulationEvaluation, evaluate_runs
from s3agents.report.population.real_side import Reality
from s3agents.report.run import Run

__all__ = ["score_section"]

_TITLE = "How near to what really happened"


def score_section(runs: Sequence[Run], reality: Reality, *, shift: float, place_of: Callable[[Run], Place]) -> Html:
    """The scores of all runs, or why there are none.

    Args:
        runs: of the report.
        reality: what they are held against.
        shift: minutes from the beginning of the truth to tick 0.
        place_of: finds the society of a run.

    Raises:
        RecordError: if a record cannot be read.
    """
    try:
        found = evaluate_runs(runs, reality, shift=shift, place_of=place_of)
    except InputError as exc:
        return element("section", element("h2", _TITLE), element("p", f"Nothing was scored. {exc}", class_="told"))
    groups = [part for group in found.groups for part in _group(found, group)]
    return element("section", element("h2", _TITLE), *groups)


def _group(found: PopulationEvaluation, group: GroupEvaluation) -> Iterator[Html]:
    if len(found.groups) > 1:
        yield element("h3", group.name)
    yield from (_table(one) for one in population_tables(found, group))
    for line in population_notes(found, group):
        yield element("p", line, class_="told")


def _table(shown: Table) -> Html:
    """A table for the terminal as one for the page."""
    heads = [_words(column.header) for column in shown.columns]
    columns = [[_words(cell) for cell in column.cells] for column in shown.columns]
    caption = "" if shown.caption is None else _words(shown.caption)
    return table(heads, zip(*columns, strict=True), caption=caption)


def _words(cell: object) -> str:
    """A cell's text; what stands under a value there stands in brackets behind it here."""
    value, _, under = (cell.plain if isinstance(cell, Text) else str(cell)).partition("\n")
    return f"{value} ({under})" if under else value
