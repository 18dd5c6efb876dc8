"""Colours and texts of plots. The colours are those of Okabe and Ito, which the colour-blind can tell apart."""

from __future__ import annotations

import html

from s3agents.prompts.quoting import tidy

__all__ = ["CLASS_COLOURS", "FAINT", "GENDER_COLOURS", "ONE", "OTHER", "SIDE_COLOURS", "plain"]

ONE, OTHER = "#0072B2", "#D55E00"
"""Colours of two things that are compared."""

FAINT = "#B8B8B8"
"""Colour of what stays in the background."""

CLASS_COLOURS = {"influential": "#D55E00", "regular": "#0072B2", "low_impact": FAINT}
SIDE_COLOURS = {"positive": "#0072B2", "negative": "#D55E00", "unknown": FAINT}
GENDER_COLOURS = {"female": "#E69F00", "male": "#56B4E9", "other": "#009E73", "unknown": FAINT}

_CHARS = 60


def plain(text: str) -> str:
    """What users or files say, on one line, so that plots take it for text and not for markup."""
    return html.escape(tidy(text, _CHARS), quote=False)
