"""Markup: the few HTML elements of a report. All text goes through here, so that none of it can be taken for markup."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from s3agents.prompts.quoting import tidy

__all__ = ["Html", "element", "join", "table", "text", "verbatim"]

_CELL = 400


@dataclass(frozen=True, slots=True)
class Html:
    """A piece of HTML that is complete and safe."""

    source: str

    def __str__(self) -> str:
        return self.source


def text(value: object, limit: int = _CELL) -> Html:
    """Anything, as text on one line; HTML stays as it is."""
    return value if isinstance(value, Html) else Html(html.escape(tidy(str(value), limit)))


def verbatim(lines: str) -> Html:
    """Text with all its blanks and line breaks, for an element that keeps them."""
    return Html(html.escape(lines))


def element(tag: str, *content: object, **attributes: str) -> Html:
    """An element; ``class_`` stands for the attribute ``class``."""
    given = "".join(f' {name.rstrip("_")}="{html.escape(value)}"' for name, value in attributes.items())
    return Html(f"<{tag}{given}>{join(content)}</{tag}>")


def join(parts: Iterable[object]) -> Html:
    """One after the other."""
    return Html("".join(str(text(part)) for part in parts))


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, caption: str = "") -> Html:
    """A table that scrolls inside of its own box; numbers stand to the right.

    Args:
        heads: of the columns; none for a table of names and values.
        rows: cells; whole and decimal numbers are written with separators.
        caption: above it.
    """
    top = element("thead", element("tr", *(element("th", head, scope="col") for head in heads))) if heads else ""
    title = element("caption", caption) if caption else ""
    body = element("tbody", *(_row(row, named=not heads) for row in rows))
    # A box that scrolls must be reachable by keyboard.
    return element("div", element("table", title, top, body), class_="scroll", tabindex="0")


def _row(cells: Sequence[object], *, named: bool) -> Html:
    first = element("th", cells[0], scope="row") if named else _cell(cells[0])
    return element("tr", first, *(_cell(cell) for cell in cells[1:]))


def _cell(value: object) -> Html:
    if value is None:
        return element("td", "-", class_="number")
    if isinstance(value, int | float):
        return element("td", f"{value:,}" if isinstance(value, int) else f"{value:,.3g}", class_="number")
    return element("td", value)
