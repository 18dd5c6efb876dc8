"""Exhibit: a figure and the sentence under it, or the sentence alone where there is nothing to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from s3agents.report.palette import plain
from s3agents.report.plot_file import plotly

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

__all__ = ["Exhibit"]

_TOLD = 200
_HEIGHT, _TOP, _HEAD = 330, 34, 50


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
            height = (self.figure.layout.height or _HEIGHT) + _HEAD
            return self.figure.update_layout(title=_head(self.title), height=height, margin_t=_TOP + _HEAD)
        note = {"text": plain(self.told, _TOLD), "showarrow": False, "font": {"color": "grey"}}
        empty = plotly().Figure(layout={"template": "plotly_white", "title": _head(self.title)})
        empty.add_annotation(x=0.5, y=0.5, xref="paper", yref="paper", **note)
        return empty.update_xaxes(visible=False).update_yaxes(visible=False)


def _head(title: str) -> dict[str, Any]:
    """A title in the upper left corner, clear of legends."""
    return {"text": plain(title), "x": 0.02, "y": 1.0, "yref": "container", "yanchor": "top", "pad": {"t": 14}}
