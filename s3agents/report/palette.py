"""Colours and texts of plots. The colours are those of Okabe and Ito, which the colour-blind can tell apart."""

from __future__ import annotations

import html

from s3agents.prompts.quoting import tidy

__all__ = [
    "CLASS_COLOURS",
    "EMOTION_COLOURS",
    "FAINT",
    "GENDER_COLOURS",
    "ONE",
    "OTHER",
    "SERIES_COLOURS",
    "SIDE_COLOURS",
    "TRUE_COLOUR",
    "plain",
    "see_through",
]

ONE, OTHER = "#0072B2", "#D55E00"
"""Colours of two things that are compared."""

FAINT = "#B8B8B8"
"""Colour of what stays in the background."""

TRUE_COLOUR = "#1A1A1A"
"""Colour of what really happened."""

SERIES_COLOURS = (ONE, OTHER, "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Colours of several runs."""

CLASS_COLOURS = {"influential": "#D55E00", "regular": "#0072B2", "low_impact": FAINT}
SIDE_COLOURS = {"positive": "#0072B2", "negative": "#D55E00", "unknown": FAINT}
GENDER_COLOURS = {"female": "#E69F00", "male": "#56B4E9", "other": "#009E73", "unknown": FAINT}
EMOTION_COLOURS = {"calm": "#56B4E9", "moderate": "#E69F00", "intense": "#D55E00"}

_CHARS = 60


def plain(text: str, limit: int = _CHARS) -> str:
    """What users or files say, on one line, so that plots take it for text and not for markup."""
    return html.escape(tidy(text, limit), quote=False)


def see_through(colour: str, share: float) -> str:
    """``colour``, given as ``#RRGGBB``, of that opacity."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"
