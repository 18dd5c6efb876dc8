"""The look of all figures of a report: light, quiet, with the legend above, so that it fits a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from s3agents.report.plot_file import plotly

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

__all__ = ["FONT", "legend_above", "new_figure"]

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_INK, _GRID, _AXIS = "#333333", "#EBEBEB", "#999999"


def new_figure(*, x: str, y: str, height: int = 330, **layout: Any) -> Figure:
    """An empty figure that fits the width of whatever it stands in.

    Args:
        x: title of the horizontal axis, with its unit.
        y: title of the vertical axis, with its unit.
        height: in pixels.
        **layout: anything else of plotly's layout.

    Raises:
        InputError: if plotly is not installed.
    """
    axis = {"gridcolor": _GRID, "linecolor": _AXIS, "showline": True, "zeroline": False, "automargin": True}
    small = {"size": 12}
    return plotly().Figure(
        layout={
            "template": "plotly_white",
            "font": {"family": FONT, "size": 12, "color": _INK},
            "height": height,
            "autosize": True,
            "margin": {"l": 54, "r": 14, "t": 34, "b": 48},
            "xaxis": {**axis, "title": {"text": x, "font": small, "standoff": 8}, "showgrid": False},
            "yaxis": {**axis, "title": {"text": y, "font": small, "standoff": 8}},
            "legend": legend_above(),
            "hoverlabel": {"align": "left", "font": {"family": FONT, "size": 12}},
            "dragmode": False,
            **layout,
        }
    )


def legend_above() -> dict[str, Any]:
    """A legend over the drawing, which grows upwards when there is little room."""
    return {"orientation": "h", "x": 0.0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"}
