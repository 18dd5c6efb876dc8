"""Drawings: the figures of a report as data in its page, which its script draws one after the other."""

from __future__ import annotations

from s3agents.report.figures.exhibit import Exhibit
from s3agents.report.page.markup import Html, element

__all__ = ["Drawings"]

# Inside of a script element only these could end it or begin another; in JSON they may be written so.
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


class Drawings:
    """Collects the figures of a page."""

    def __init__(self) -> None:
        self._figures: list[str] = []

    def add(self, exhibit: Exhibit, *, wide: bool = False) -> Html:
        """The place of a figure in the page, with its title above and its sentence below.

        Args:
            exhibit: what to show; without a figure, the sentence alone.
            wide: over the whole width, where two figures would fit side by side.
        """
        kind = "exhibit wide" if wide else "exhibit"
        title, told = element("h3", exhibit.title), element("figcaption", exhibit.told, class_="told")
        if exhibit.figure is None:
            return element("figure", title, told, class_=f"{kind} nothing")
        n = len(self._figures)
        self._figures.append(exhibit.figure.to_json())
        height = f"height:{exhibit.figure.layout.height or 330}px"
        label = f"{exhibit.title}. {exhibit.told}"
        place = element("div", id=f"figure-{n}", class_="drawing", style=height, role="img", aria_label=label)
        return element("figure", title, Html(str(place).replace("aria_label", "aria-label", 1)), told, class_=kind)

    def __len__(self) -> int:
        return len(self._figures)

    def json(self) -> str:
        """All of them as a JSON list of figures that is safe inside of a script element."""
        return f"[{','.join(self._figures)}]".translate(_ESCAPES)
