"""Shell: the page around the sections of a report, with all that it needs inside of it."""

from __future__ import annotations

import html
from pathlib import Path
from string import Template

from s3agents.report.page.drawings import Drawings
from s3agents.report.page.markup import Html
from s3agents.report.plot_file import plotly

__all__ = ["shell"]

_TEMPLATE = Path(__file__).with_name("page.html")


def shell(title: str, body: Html, drawings: Drawings) -> str:
    """The whole page; plotly's script is in it where there is anything to draw.

    Args:
        title: of the window.
        body: header and sections.
        drawings: the figures in them.

    Raises:
        InputError: if plotly is not installed.
    """
    script = plotly("plotly.offline").get_plotlyjs() if len(drawings) else ""
    template = Template(_TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute(title=html.escape(title), body=body, figures=drawings.json(), plotly=script)
