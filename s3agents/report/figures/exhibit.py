"""Exhibit: a figure and the sentence under it, or the sentence alone where there is nothing to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from s3agents.report.palette import plain
from s3agents.report.plot_file import plotly

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

__all__ = ["Exhibit"]

_TOLD = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """What a page or a notebook shows of a run.

    Attributes:
        title: what it is about.
        told: a plain sentence: what is shown and of how many, or why there is nothing to show.
        figure: the drawing, without its title; ``None`` where there is nothing to draw.
    """

    title: str
    told: str
    figure: Figure | None = None

    def shown(self) -> Figure:
        """The drawing under its title, for a notebook; an empty one says why it is empty.

        Raises:
            InputError: if plotly is not installed.
        """
        if self.figure is not None:
            return self.figure.update_layout(title={"text": self.title, "x": 0.02}, margin_t=90)
        note = {"text": plain(self.told, _TOLD), "showarrow": False, "font": {"color": "grey"}}
        empty = plotly().Figure(layout={"template": "plotly_white", "title": {"text": self.title, "x": 0.02}})
        empty.add_annotation(x=0.5, y=0.5, xref="paper", yref="paper", **note)
        return empty.update_xaxes(visible=False).update_yaxes(visible=False)
