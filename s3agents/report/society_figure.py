"""The figure of a society: its degrees, its classes, ages and genders, and a drawing of the network."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from s3agents.network.power_law_fit import PowerLaw, zeta
from s3agents.network.society import Society
from s3agents.network.ties import count_ties
from s3agents.persona import Persona
from s3agents.report.description import Description
from s3agents.report.network_panel import add_network
from s3agents.report.palette import CLASS_COLOURS, GENDER_COLOURS, ONE, OTHER, plain
from s3agents.report.plot_file import plotly

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

__all__ = ["society_figure"]

_LEFT = "female"
_OLD = 90
_POINTS = 400


def society_figure(society: Society, description: Description) -> Figure:
    """Four panels: degrees (log-log, with the fitted power laws), classes of users, ages by gender, the network.

    Args:
        society: of any size; of a large one some hundred users are drawn.
        description: of this society.

    Raises:
        InputError: if plotly is not installed.
    """
    figure = plotly("plotly.subplots").make_subplots(
        rows=3,
        cols=2,
        specs=[[{}, {"rowspan": 3}], [{}, None], [{}, None]],
        column_widths=[0.4, 0.6],
        row_heights=[0.46, 0.18, 0.36],
        horizontal_spacing=0.05,
        vertical_spacing=0.11,
        subplot_titles=["degrees", "the network", "classes of users", "ages and genders"],
    )
    _add_degrees(figure, society, description)
    _add_classes(figure, description)
    _add_ages(figure, society)
    add_network(figure, society, description, row=1, col=2)
    sizes = f"{description.users:,} users, {description.relations:,} relations, {description.posts:,} posts"
    figure.update_layout(
        template="plotly_white",
        title={"text": f"{plain(society.name)}: {sizes}", "x": 0.02},
        height=900,
        margin={"l": 80, "r": 20, "t": 100, "b": 50},
        barmode="relative",
        bargap=0.15,
        legend=_corner(0.38, 1.0),
        legend2=_corner(0.38, 0.29),
        legend3={"x": 1.0, "y": 1.03, "xanchor": "right", "yanchor": "bottom", "orientation": "h"},
    )
    return figure


def _add_degrees(figure: Figure, society: Society, description: Description) -> None:
    """The share of users with at least so many followers or followees; straight where a power law holds."""
    ties, shape = count_ties(society.graph), description.structure
    go, place = plotly(), {"row": 1, "col": 1}
    for name, counts, law, colour, symbol in (
        ("followers", ties.followers, shape.followers.power_law, ONE, "circle"),
        ("followees", ties.followees, shape.followees.power_law, OTHER, "circle-open"),
    ):
        degrees, share = _at_least(counts)
        dots = {"color": colour, "size": 5 if symbol == "circle" else 9, "symbol": symbol}
        figure.add_trace(go.Scatter(x=degrees, y=share, name=name, mode="markers", marker=dots), **place)
        if law is not None:
            x, y = _line(law, counts)
            title = f"exponent {law.exponent:.2f} from {law.xmin:,}"
            line = {"color": colour, "width": 1.5, "dash": "dash"}
            figure.add_trace(go.Scatter(x=x, y=y, name=title, mode="lines", line=line), **place)
    figure.update_xaxes(type="log", dtick=1, exponentformat="power", title="followers or followees", row=1, col=1)
    figure.update_yaxes(
        type="log", dtick=1, exponentformat="power", title="share of users with at least so many", row=1, col=1
    )


def _at_least(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Each degree above 0, and the share of all users who have at least it."""
    degrees, users = np.unique(counts, return_counts=True)
    share = np.cumsum(users[::-1])[::-1] / max(len(counts), 1)
    return degrees[degrees > 0], share[degrees > 0]


def _line(law: PowerLaw, counts: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x = np.unique(np.geomspace(law.xmin, counts.max(), _POINTS).round())
    share = law.tail / len(counts) * zeta(law.exponent, x) / zeta(law.exponent, law.xmin)
    shown = share >= 0.5 / len(counts)
    return x[shown], share[shown]


def _add_classes(figure: Figure, description: Description) -> None:
    rows = description.classes[::-1]
    told = [f"{row.users:,} ({row.share:.1%})" if row.share is not None else "" for row in rows]
    bars = plotly().Bar(
        y=[row.name.replace("_", "-") for row in rows],
        x=[row.share or 0.0 for row in rows],
        text=told,
        textposition="outside",
        cliponaxis=False,
        orientation="h",
        marker_color=[CLASS_COLOURS[row.name] for row in rows],
        showlegend=False,
        hoverinfo="skip",
    )
    figure.add_trace(bars, row=2, col=1)
    figure.update_xaxes(tickformat=".0%", range=[0, 1.25], tickvals=[0, 0.25, 0.5, 0.75, 1], row=2, col=1)


def _add_ages(figure: Figure, society: Society) -> None:
    """A population pyramid: women to the left, all others to the right."""
    users = Counter((_decade(p), _gender(p)) for p in society if p.age is not None or p.gender is not None)
    if not users:
        note = {"text": "neither ages nor genders are known", "showarrow": False, "font": {"color": "grey"}}
        figure.add_annotation(x=0.5, y=0.5, **note, row=3, col=1)
        figure.update_xaxes(visible=False, range=[0, 1], row=3, col=1)
        figure.update_yaxes(visible=False, range=[0, 1], row=3, col=1)
        return
    decades = sorted({decade for decade, _ in users})
    for gender, colour in GENDER_COLOURS.items():
        counts = [users[decade, gender] for decade in decades]
        if any(counts):
            bars = plotly().Bar(
                y=[_span(decade) for decade in decades],
                x=[-count if gender == _LEFT else count for count in counts],
                customdata=counts,
                hovertemplate=f"{gender}, %{{y}}: %{{customdata:,}}<extra></extra>",
                name=gender,
                orientation="h",
                marker_color=colour,
                legend="legend2",
            )
            figure.add_trace(bars, row=3, col=1)
    figure.update_yaxes(type="category", row=3, col=1)
    most = _round(max(users.values()))
    ticks = sorted({-most, -(most // 2), 0, most // 2, most})
    labels = [f"{abs(tick):,}" for tick in ticks]
    figure.update_xaxes(title="users", tickvals=ticks, ticktext=labels, row=3, col=1)


def _decade(persona: Persona) -> int:
    """The first year of a user's decade, or 90 beyond; -1 where the age is unknown."""
    return -1 if persona.age is None else min(persona.age // 10 * 10, _OLD)


def _span(decade: int) -> str:
    return "unknown" if decade < 0 else f"{decade}+" if decade == _OLD else f"{decade}-{decade + 9}"


def _gender(persona: Persona) -> str:
    if persona.gender is None:
        return "unknown"
    return persona.gender if persona.gender in GENDER_COLOURS else "other"


def _round(number: int) -> int:
    """The largest of 1, 2, 5, 10, 20, 50, ... that ``number`` reaches."""
    power = int(f"1{'0' * (len(str(number)) - 1)}")
    return max(step * power for step in (1, 2, 5) if step * power <= number)


def _corner(x: float, y: float) -> dict[str, object]:
    """A legend whose upper right corner is there."""
    return {"x": x, "y": y, "xanchor": "right", "yanchor": "top", "bgcolor": "rgba(255,255,255,0.7)"}
