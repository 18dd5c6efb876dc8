"""Page: a study as one HTML page: the differences in words, small multiples of outcomes and curves, and the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from s3agents import __version__
from s3agents.report.figures.clock import tick_minutes
from s3agents.report.figures.course import Course
from s3agents.report.figures.curves import PANELS, curve_exhibit
from s3agents.report.figures.exhibit import Exhibit
from s3agents.report.figures.look import FONT, legend_above
from s3agents.report.page.drawings import Drawings
from s3agents.report.page.markup import Html, element, join, table
from s3agents.report.page.shell import shell
from s3agents.report.palette import SERIES_COLOURS, plain
from s3agents.report.plot_file import plotly
from s3agents.report.run import Run
from s3agents.studies.paired import Comparison, too_few
from s3agents.studies.plan import Cell
from s3agents.studies.results import Outcome

__all__ = ["StudyPage", "in_words", "outcome_exhibit"]

_ALPHA = 0.05
_NAME = 40
_ACROSS, _ROW = 3, 260
_MOST_CURVES = 8


def in_words(one: Comparison, control: str) -> str:
    """A comparison as a sentence."""
    if one.difference is None or one.control is None or one.mean is None:
        return f"{one.variant}: no replicate has {one.outcome} in both."
    way = "as" if one.difference == 0.0 else "higher than" if one.difference > 0.0 else "lower than"
    by = "" if one.difference == 0.0 else f"{abs(one.difference):.3g} "
    told = f"{one.variant}: {one.outcome} is {by}{way} under {control} ({one.mean:.3g} beside {one.control:.3g}"
    if one.low is None or one.p is None or one.p_holm is None:
        return f"{told}; one replicate, so nothing can be said of chance)."
    told += f"; 95 % interval {one.low:.3g} to {one.high:.3g}, {one.pairs} replicates). "
    if one.p_holm < _ALPHA:
        return told + f"Chance alone is an unlikely reason (p = {one.p_holm:.3g}, corrected)."
    return told + f"Chance may be the reason (p = {one.p_holm:.3g}, corrected; {one.p:.3g} by itself)."


@dataclass(frozen=True, slots=True)
class StudyPage:
    """What a page shows of a study.

    Attributes:
        name: of the study.
        control: the variant that all others are held against.
        outcomes: of all runs that are done.
        compared: variants beside the control.
        runs: by name of their cell; none where minds were only asked.
    """

    name: str
    control: str
    outcomes: Sequence[Outcome]
    compared: Sequence[Comparison]
    runs: Mapping[str, Run]

    def html(self) -> str:
        """The page.

        Raises:
            InputError: if plotly is not installed.
            RecordError: if a record cannot be read.
        """
        drawings = Drawings()
        words = element("ul", *(element("li", in_words(one, self.control)) for one in self.compared))
        outcomes = drawings.add(outcome_exhibit(self.outcomes), wide=True)
        body = join(
            (
                element("header", element("h1", self.name), element("p", self._told(), class_="told")),
                element("section", element("h2", "Differences from the control"), words, _table(self.compared)),
                element("section", element("h2", "Outcomes"), outcomes),
                *([element("section", element("h2", "Curves"), *self._curves(drawings))] if self.runs else []),
                element("footer", f"Made by s3agents {__version__}. This page needs no network."),
            )
        )
        return shell(self.name, body, drawings)

    @property
    def _cells(self) -> list[Cell]:
        return list({one.cell.name: one.cell for one in self.outcomes}.values())

    def _curves(self, drawings: Drawings) -> list[Html]:
        """The curves of each variant, with the band of its replicates."""
        courses = []
        for variant in list(dict.fromkeys(cell.variant for cell in self._cells))[:_MOST_CURVES]:
            found = [self.runs[cell.name] for cell in self._cells if cell.variant == variant and cell.name in self.runs]
            if not found:
                continue
            minutes = tick_minutes(found[0].scenario)
            courses.append(Course(name=variant, minutes=minutes, replicates=tuple(run.curves() for run in found)))
        return [drawings.add(curve_exhibit(name, courses)) for name in PANELS]

    def _told(self) -> str:
        cells = self._cells
        seeds, societies = {cell.seed for cell in cells}, {cell.society for cell in cells}
        kind = "runs" if self.runs else "minds"
        told = f"{len(cells):,} {kind}: {len({cell.variant for cell in cells})} variants, {len(seeds)} seeds"
        told += f", {len(societies)} societies" if len(societies) > 1 else ""
        told += f". The control is {self.control}. Replicates of one society and seed are compared in pairs."
        few = too_few(self.compared)
        return told if few is None else f"{told} {few[0].upper()}{few[1:]}."


def outcome_exhibit(outcomes: Sequence[Outcome]) -> Exhibit:
    """Small multiples: a panel for each outcome, a column of dots for each variant, and its mean."""
    title = "Every run, and the mean of each variant"
    names = list(dict.fromkeys(one.name for one in outcomes))
    variants = list(dict.fromkeys(one.cell.variant for one in outcomes))
    if not any(one.value is not None for one in outcomes):
        return Exhibit(title=title, told="Nothing to draw: no run has come to its end.")
    rows, across = -(-len(names) // _ACROSS), min(_ACROSS, len(names))
    figure = plotly("plotly.subplots").make_subplots(rows=rows, cols=across, subplot_titles=names)
    for number, name in enumerate(names):
        place = {"row": number // _ACROSS + 1, "col": number % _ACROSS + 1}
        for column, variant in enumerate(variants):
            values = [one.value for one in outcomes if (one.name, one.cell.variant) == (name, variant)]
            shown = [value for value in values if value is not None]
            colour = SERIES_COLOURS[column % len(SERIES_COLOURS)]
            dots = {"color": colour, "size": 7, "opacity": 0.6}
            x = [plain(variant, _NAME)] * len(shown)
            figure.add_trace(plotly().Scatter(x=x, y=shown, mode="markers", marker=dots, showlegend=False), **place)
            if shown:
                mean = {"symbol": "line-ew", "size": 26, "line": {"width": 3, "color": colour}}
                y = [float(np.mean(shown))]
                figure.add_trace(plotly().Scatter(x=x[:1], y=y, mode="markers", marker=mean, showlegend=False), **place)
    layout = {"template": "plotly_white", "font": {"family": FONT, "size": 12}, "height": _ROW * rows + 60}
    figure.update_layout(**layout, legend=legend_above())
    return Exhibit(title=title, told="A dot is a run, a dash the mean of its variant.", figure=figure)


def _table(compared: Sequence[Comparison]) -> Html:
    heads = ("variant", "outcome", "pairs", "control", "mean", "difference", "95 % interval", "d", "p", "Holm")
    rows = [
        (
            one.variant,
            one.outcome,
            one.pairs,
            one.control,
            one.mean,
            one.difference,
            _interval(one),
            one.d,
            one.p,
            one.p_holm,
        )
        for one in compared
    ]
    note = (
        "Difference: variant less control, with a bootstrap interval over pairs. d: Cohen's, of paired differences. "
        "p: by flipping signs; Holm: corrected for all rows of this table."
    )
    return join((table(heads, rows), element("p", note, class_="told")))


def _interval(one: Comparison) -> str | None:
    return None if one.low is None else f"{one.low:.3g} to {one.high:.3g}"
