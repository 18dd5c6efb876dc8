"""Opening raw data: which layout a folder or file has, from what is in it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from s3agents.errors import SocietyError, explain
from s3agents.network.raw.base import RawSource
from s3agents.network.raw.cascades import CascadesSource, is_cascades
from s3agents.network.raw.find_tables import listed, name_tables, table_part
from s3agents.network.raw.graph import GRAPH_SUFFIXES, GraphSource
from s3agents.network.raw.mapping import RawMapping
from s3agents.network.raw.pheme import PhemeSource, is_pheme
from s3agents.network.raw.rows import is_table
from s3agents.network.raw.snap import SnapSource, edge_lists, is_edge_list
from s3agents.network.raw.tables import TablesSource

__all__ = ["Layout", "open_raw"]

Layout = Literal["auto", "tables", "pheme", "cascades", "snap", "graph"]
"""Layouts of raw data; ``auto`` is whichever of the others is found."""

_ABOUT = (
    "tables (users, follows or posts in .csv, .tsv, .jsonl or .parquet), cascades (cases.csv and dev/posts.jsonl), "
    "graph (one .graphml, .gexf or .gml), snap (.edges, .edgelist or .txt of edges), pheme (folders with source-tweets)"
)


def open_raw(path: Path, *, layout: Layout = "auto", mapping: RawMapping | None = None) -> RawSource:
    """The raw data in the folder or file ``path``.

    Args:
        path: a folder, or for the layouts ``tables``, ``snap`` and ``graph`` perhaps a file.
        layout: how the data are laid out; the one found is the ``layout`` of what is returned.
        mapping: which files and columns hold what, for tables.

    Raises:
        SocietyError: if there are no data of that layout, or of any.
    """
    layouts = get_args(Layout)
    if layout not in layouts:
        raise SocietyError(explain("layout", wanted=f"one of {', '.join(layouts)}", got=repr(layout)))
    try:
        return _open(path, layout, mapping)
    except (OSError, ValueError) as exc:  # a ValueError from a path with a NUL
        got = getattr(exc, "strerror", None) or str(exc)
        raise SocietyError(explain(str(path), wanted="a folder or file of raw data", got=got)) from exc


def _open(path: Path, layout: Layout, mapping: RawMapping | None) -> RawSource:
    if not path.exists():
        got, remedy = "nothing", "check the path"
        raise SocietyError(explain(str(path), wanted="a folder or file of raw data", got=got, remedy=remedy))
    if mapping is not None:
        return _mapped(path, layout, mapping)
    if path.is_dir():
        return _open_folder(path, sorted(entry.name for entry in path.iterdir()), layout)
    return _open_file(path, layout)


def _mapped(path: Path, layout: Layout, mapping: RawMapping) -> RawSource:
    if layout not in {"auto", "tables"}:
        raise SocietyError(explain("layout", wanted="tables, where there is a mapping", got=layout))
    if not path.is_dir():
        raise SocietyError(explain(str(path), wanted="a folder, where there is a mapping", got="a file"))
    return TablesSource.mapped(path, mapping)


def _open_folder(folder: Path, names: list[str], layout: Layout) -> RawSource:
    if layout == "cascades" or (layout == "auto" and is_cascades(folder)):
        return CascadesSource(folder)
    if layout in {"auto", "tables"}:
        tables = name_tables(folder, [name for name in names if (folder / name).is_file()])
        if tables:
            return TablesSource(folder, tables)
    graphs = [name for name in names if name.lower().endswith(GRAPH_SUFFIXES)]
    if layout in {"auto", "graph"} and len(graphs) == 1:
        return GraphSource(folder / graphs[0])
    if layout == "snap" or (layout == "auto" and edge_lists(folder)):
        return SnapSource(folder)
    if layout == "pheme" or (layout == "auto" and is_pheme(folder)):
        return PhemeSource(folder)
    raise _nothing(folder, listed(names), layout)


def _open_file(file: Path, layout: Layout) -> RawSource:
    if layout == "graph" or (layout == "auto" and file.name.lower().endswith(GRAPH_SUFFIXES)):
        return GraphSource(file)
    if layout in {"auto", "tables"} and is_table(file):
        return TablesSource(file.parent, {table_part(file): [file]})
    if layout == "snap" or (layout == "auto" and is_edge_list(file)):
        return SnapSource(file)
    raise _nothing(file, "another file" if layout == "auto" else "a file", layout)


def _nothing(path: Path, got: str, layout: Layout) -> SocietyError:
    if layout == "auto":
        remedy = "or say in a mapping which files hold what"
        return SocietyError(explain(str(path), wanted=f"one of the layouts {_ABOUT}", got=got, remedy=remedy))
    return SocietyError(explain(str(path), wanted=f"raw data in the layout {layout}", got=got))
