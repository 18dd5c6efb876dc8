"""Export: the tables and the diffusion network of a run as files that other programs read."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from s3agents.errors import InputError, explain
from s3agents.report.diffusion import write_diffusion
from s3agents.report.run import Run
from s3agents.tables import write_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TABLES", "ExportFormat", "export"]

ExportFormat = Literal["parquet", "csv", "jsonl", "graphml"]

_QUERIES: dict[str, Callable[[Run], pd.DataFrame]] = {
    "posts": Run.posts,
    "exposures": Run.exposures,
    "turns": Run.turns,
    "memories": Run.memories,
    "intentions": Run.intentions,
    "faults": Run.faults,
    "steered": Run.steered,
    "marks": Run.marks,
    "ticks": Run.ticks,
    "curves": Run.curves,
}
TABLES = tuple(_QUERIES)
"""The tables that can be exported."""


def export(
    run: Run, what: Sequence[str], fmt: ExportFormat, out: str | Path, *, overwrite: bool = False
) -> tuple[Path, ...]:
    """Write tables of ``run``, a file each, or its diffusion network, into a folder; after a failure nothing is there.

    Args:
        run: what to export.
        what: names of tables, see :data:`TABLES`; none for all. Without meaning for ``graphml``.
        fmt: ``parquet``, ``csv`` or ``jsonl`` for tables; ``graphml`` for the network, see :mod:`.diffusion`.
        out: the folder, made if there is none.
        overwrite: whether files of the same names in a folder that is not empty may be replaced.

    Returns:
        The files, in the order of ``what``.

    Raises:
        InputError: for an unknown table or format, a folder that is not empty, or one that cannot be written to.
        RecordError: if the record cannot be read, or a table cannot be written.
    """
    names = _checked(what, fmt)
    target = Path(out)
    if not overwrite and target.exists() and (not target.is_dir() or any(target.iterdir())):
        got = "a folder with files in it" if target.is_dir() else "a file"
        remedy = "name another, or have its files overwritten"
        raise InputError(explain(str(target), wanted="a new folder", got=got, remedy=remedy))
    with _whole(target) as part:
        if fmt == "graphml":
            write_diffusion(run, part / "diffusion.graphml")
            return (target / "diffusion.graphml",)
        for name in names:
            write_table(part / f"{name}.{fmt}", _columns(_QUERIES[name](run)), fmt)
    return tuple(target / f"{name}.{fmt}" for name in names)


def _checked(what: Sequence[str], fmt: str) -> tuple[str, ...]:
    if fmt not in get_args(ExportFormat):
        raise InputError(explain("format", wanted=", ".join(get_args(ExportFormat)), got=repr(fmt)))
    for name in what:
        if name not in TABLES:
            raise InputError(explain("table", wanted=f"one of {', '.join(TABLES)}", got=repr(name)))
    return tuple(dict.fromkeys(what)) or TABLES


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """A folder beside ``target`` that takes its place at the end, or gives its files to it if it is there."""
    place = target.resolve()
    part = place.with_name(f".{place.name}.part-{os.getpid()}")
    try:
        part.mkdir(parents=True)
        yield part
        if target.is_dir():
            for file in part.iterdir():
                os.replace(file, target / file.name)
        else:
            part.replace(target)
    except OSError as exc:
        got = exc.strerror or str(exc)
        raise InputError(explain(str(target), wanted="a folder that can be written to", got=got)) from exc
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _columns(table: pd.DataFrame) -> dict[str, Sequence[Any]]:
    return {str(name): _cells(table[name]) for name in table.columns}


def _cells(column: pd.Series[Any]) -> Sequence[Any]:
    """Plain values with ``None`` for gaps; numbers that are all gaps stay NaN, so that their type is not lost."""
    from pandas.api.types import is_numeric_dtype

    gaps = column.isna()
    if len(column) and gaps.all() and is_numeric_dtype(column.dtype):
        return [float("nan")] * len(column)
    return column.astype(object).where(~gaps, None).tolist()
