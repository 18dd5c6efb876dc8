"""Curves over time, real against simulated, as in S3's Figures 2 and 3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from s3agents.observed.curve import Curve, Truth
from s3agents.report.figures.clock import Clock
from s3agents.report.figures.course import Course
from s3agents.report.figures.exhibit import Exhibit
from s3agents.report.figures.look import FONT, legend_above, new_figure
from s3agents.report.palette import SERIES_COLOURS, TRUE_COLOUR, plain, see_through
from s3agents.report.plot_file import plotly

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

__all__ = ["PANELS", "Panel", "curve_exhibit", "curves_figure"]

_DASHES = ("solid", "dot", "longdash")
_NAME = 40
_POINTS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One curve of a run as readers meet it.

    Attributes:
        title: of the figure.
        axis: what the vertical axis counts.
        told: what a point of the curve is.
        share: whether it is a share of 1.
        highest: of the axis, where that is fixed.
    """

    title: str
    axis: str
    told: str
    share: bool = False
    highest: float | None = None


PANELS = {
    "aware": Panel(
        title="Spread: users aware of the topic",
        axis="users, so far",
        told="Users who have been exposed to a post or published one, so far",
    ),
    "forwards": Panel(title="Spread: forwards", axis="forwards, so far", told="Forwards so far"),
    "emotion_level": Panel(
        title="Emotion density",
        axis="mean level (0 calm, 2 intense)",
        told="Mean of calm 0, moderate 1 and intense 2 over the turns of each tick",
        highest=2.0,
    ),
    "share_positive": Panel(
        title="Share of positive attitudes",
        axis="share of users",
        told="Share of users whose attitude was positive in their last turn, of those who had one so far",
        share=True,
        highest=1.0,
    ),
}
"""The curves of S3's Figures 2 and 3, in their order."""


def curve_exhibit(name: str, courses: Sequence[Course], truth: Truth | None = None) -> Exhibit:
    """One curve of one or more scenarios, with the real one where ``truth`` has it.

    Args:
        name: one of :data:`PANELS`.
        courses: what was simulated; with several replicates a line is their mean, and a band reaches from the lowest
            to the highest.
        truth: what really happened.
    """
    panel = PANELS[name]
    real = _real(name, truth)
    if not any(len(course.band(name).mean) for course in courses):
        return Exhibit(title=panel.title, told=f"Nothing to draw: {_why(courses)}.")
    clock = _clock(courses, truth)
    figure = new_figure(x=clock.title, y=panel.axis)
    figure.update_xaxes(range=clock.range(_end(courses)))
    _draw(figure, name, courses, real, clock=clock)
    _scale(figure, panel)
    return Exhibit(title=panel.title, told=_told(panel, courses, truth, real), figure=figure)


def curves_figure(courses: Sequence[Course], truth: Truth | None = None) -> Exhibit:
    """All four curves side by side; the arguments are those of :func:`curve_exhibit`."""
    title = "Simulated and real" if truth is not None else "Simulated"
    if not any(course.ticks for course in courses):
        return Exhibit(title=title, told=f"Nothing to draw: {_why(courses)}.")
    figure = plotly("plotly.subplots").make_subplots(
        rows=2, cols=2, vertical_spacing=0.2, subplot_titles=[panel.title for panel in PANELS.values()]
    )
    clock = _clock(courses, truth)
    for n, (name, panel) in enumerate(PANELS.items()):
        place = {"row": n // 2 + 1, "col": n % 2 + 1}
        _draw(figure, name, courses, _real(name, truth), clock=clock, legend=n == 0, **place)
        _scale(figure, panel, **place)
        figure.update_xaxes(title=clock.title, range=clock.range(_end(courses)), **place)
        figure.update_yaxes(title=panel.axis, **place)
    legend = {**legend_above(), "x": 1.0, "xanchor": "right", "y": 1.05}
    figure.update_layout(template="plotly_white", font={"family": FONT, "size": 12}, height=760, legend=legend)
    return Exhibit(title=title, told=" ".join(_lines(courses, truth)), figure=figure)


def _real(name: str, truth: Truth | None) -> Curve | None:
    curve = None if truth is None else truth.curves.get(name)
    return curve if curve is not None and len(curve) else None


def _clock(courses: Sequence[Course], truth: Truth | None) -> Clock:
    """The unit by what is simulated, for the truth often goes on for much longer."""
    spans = [course.span for course in courses]
    real = () if truth is None else [float(c.minutes[-1]) for c in truth.curves.values() if len(c)]
    return Clock.spanning(spans if any(spans) else real)


def _end(courses: Sequence[Course]) -> float:
    """The last minute of the longest course."""
    return max((course.span for course in courses), default=0.0)


def _draw(
    figure: Figure,
    name: str,
    courses: Sequence[Course],
    real: Curve | None,
    *,
    clock: Clock,
    legend: bool = True,
    **place: int,
) -> None:
    for n, course in enumerate(courses):
        colour, dash = SERIES_COLOURS[n % len(SERIES_COLOURS)], _DASHES[n // len(SERIES_COLOURS) % len(_DASHES)]
        band = course.band(name)
        x = clock.of(band.minutes)
        told = "simulated" if len(courses) == 1 else plain(course.name, _NAME)
        same: dict[str, Any] = {"legendgroup": f"course {n}"}
        if len(course.replicates) > 1:
            around = {"x": np.concatenate([x, x[::-1]]), "y": np.concatenate([band.highest, band.lowest[::-1]])}
            fill = {"fill": "toself", "fillcolor": see_through(colour, 0.2), "line": {"width": 0}}
            quiet = {"mode": "lines", "hoverinfo": "skip", "showlegend": False}
            figure.add_trace(plotly().Scatter(**around, **fill, **quiet, **same), **place)
        line = {"color": colour, "width": 2, "dash": dash}
        mode = "lines" if len(x) > 1 else "markers"
        shown = {"name": told, "mode": mode, "line": line, "showlegend": legend, "marker": {"color": colour}}
        figure.add_trace(plotly().Scatter(x=x, y=band.mean, **shown, **same), **place)
    if real is not None:
        line = {"color": TRUE_COLOUR, "width": 2, "dash": "dash"}
        kept = real.minutes <= _end(courses)
        mode = "lines+markers" if kept.sum() <= _POINTS else "lines"
        shown = {"name": "real", "mode": mode, "marker": {"size": 4, "color": TRUE_COLOUR}}
        x, y = clock.of(real.minutes[kept]), real.values[kept]
        figure.add_trace(plotly().Scatter(x=x, y=y, line=line, legendgroup="real", showlegend=legend, **shown), **place)


def _scale(figure: Figure, panel: Panel, **place: int) -> None:
    span = {"rangemode": "tozero"} if panel.highest is None else {"range": [0, panel.highest * 1.02]}
    figure.update_yaxes(tickformat=".0%" if panel.share else "", **span, **place)


def _why(courses: Sequence[Course]) -> str:
    return "no tick was committed" if not any(course.ticks for course in courses) else "nobody had a turn"


def _told(panel: Panel, courses: Sequence[Course], truth: Truth | None, real: Curve | None) -> str:
    lines = [f"{panel.told}.", *_lines(courses, truth if real is not None else None)]
    if truth is not None and real is None:
        lines.append("The truth has no such curve.")
    return " ".join(lines)


def _lines(courses: Sequence[Course], truth: Truth | None) -> list[str]:
    """What lines and bands are, and of how many runs and ticks."""
    runs = [f"{_of(len(c.replicates), 'run')} of {c.ticks:,} ticks" for c in courses]
    names = [f"{course.name}: {told}" for course, told in zip(courses, runs, strict=True)]
    told = [f"Simulated: {'; '.join(names if len(courses) > 1 else runs)}."]
    if any(len(course.replicates) > 1 for course in courses):
        told.append("A line is the mean of the runs; its band reaches from the lowest to the highest.")
    if truth is not None:
        whose = " ".join(part for part in (truth.name, truth.case) if part)
        told.append(f"Real: {whose}, split {truth.split}, up to the end of the simulation.")
    return told


def _of(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
