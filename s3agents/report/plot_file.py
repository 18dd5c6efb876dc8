"""Plots as files: an HTML page that holds all it needs, plotly's script included, and is read without a network."""

from __future__ import annotations

import html
import os
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from s3agents.errors import InputError, explain

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

__all__ = ["check_plot", "plotly", "write_page", "write_plot"]


def plotly(module: str = "plotly.graph_objects") -> ModuleType:
    """A module of plotly, which comes with the extra ``plots``.

    Raises:
        InputError: if it is not installed.
    """
    try:
        return import_module(module)
    except ImportError as exc:
        remedy = "pip install 's3agents[plots]'"
        raise InputError(explain("plot", wanted="plotly", got="an installation without it", remedy=remedy)) from exc


def check_plot(path: Path, *, overwrite: bool) -> None:
    """Say now what would keep a plot from being written later.

    Args:
        path: the file to be.
        overwrite: whether it may be there already.

    Raises:
        InputError: for another suffix than ``.html``, a folder that is not there, a file that is, and without plotly.
    """
    if path.suffix.lower() != ".html":
        got = path.suffix or "no ending"
        raise InputError(explain(f"plot {path}", wanted="a file name that ends in .html", got=got))
    if not os.path.isdir(path.parent):
        raise InputError(explain(f"plot {path}", wanted="a file in a folder that exists", got=f"no {path.parent}"))
    folder = os.path.isdir(path)  # unlike Path.is_dir, it takes names of any length
    if folder or (os.path.exists(path) and not overwrite):
        got, remedy = ("a folder", "") if folder else ("a file that is there", "--overwrite replaces it")
        raise InputError(explain(f"plot {path}", wanted="a new file", got=got, remedy=remedy))
    plotly()


def write_plot(figure: Figure, path: Path) -> None:
    """Write ``figure`` to ``path``, which appears whole or not at all.

    Raises:
        InputError: if it cannot be written.
    """
    page = figure.to_html(include_plotlyjs=True, config={"displaylogo": False}, div_id="plot")
    page = page.replace("<head>", f"<head><title>{html.escape(figure.layout.title.text or path.stem)}</title>", 1)
    write_page(page, path)


def write_page(page: str, path: Path) -> None:
    """Write the HTML ``page`` to ``path``, which appears whole or not at all.

    Raises:
        InputError: if it cannot be written.
    """
    part = path.with_name(f".{path.name}.part-{os.getpid()}")
    try:
        part.write_text(page, encoding="utf-8")
        os.replace(part, path)
    except OSError as exc:
        got = exc.strerror or str(exc)
        raise InputError(explain(f"plot {path}", wanted="a file that can be written", got=got)) from exc
    finally:
        with suppress(OSError):  # there is none where it could not be made, or where it is in place
            part.unlink()
