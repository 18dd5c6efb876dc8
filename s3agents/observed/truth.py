"""Truth files: what a population really did, read from whatever tells it; owns how such a file is recognised."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from s3agents.errors import InputError, explain
from s3agents.observed.cascades import is_observed, read_cascades
from s3agents.observed.curve import CURVES, Curve, Truth
from s3agents.observed.derived_truth import derived_curves
from s3agents.observed.rows import Row, RowTable, read_rows
from s3agents.observed.truth_curves import curves_of_table, is_curve_table
from s3agents.observed.truth_posts import curves_of_posts, is_post_table

__all__ = ["Curve", "Truth", "read_truth"]

T = TypeVar("T")
_SHOWN = 5
_WHOLE = "all"


def read_truth(
    path: Path | str, *, case: str | None = None, tick_minutes: float | None = None, bin_minutes: float | None = None
) -> Truth:
    """What really happened, as curves over minutes.

    What ``path`` may be is told by its columns: a ``truth.csv`` of cascades (``case_id``, ``t_min``, ``n_forward``,
    ``n_aware``, ...), an ``event_truth.csv`` (``event``, ``scope``, ...), any CSV with a time and columns named as the
    curves, or labelled posts over time, CSV or JSON lines (see :func:`.truth_curves.curves_of_table` and
    :func:`.truth_posts.curves_of_posts`); or a folder of cascades, whose ``truth.csv`` lie in it or in its splits,
    with the labels of ``posts.jsonl`` beside them, and whose events are in its ``event_truth.csv``. Without a
    ``truth.csv`` the curves of a cascade are counted from its posts, adoptions and exposures.

    Args:
        path: the file or folder.
        case: which cascade or event (``EVENT`` or ``EVENT/SCOPE``), where there are several.
        tick_minutes: how long a tick is, where times are ticks.
        bin_minutes: width of the bins of labelled posts.

    Raises:
        InputError: if there is nothing to read, it cannot be told what it is, or the case is not in it; the message
            names file, line and column.
    """
    place = Path(path)
    if place.is_dir():
        return _of_folder(place, case, tick_minutes, bin_minutes)
    table, case = _pick(_cases(read_rows(place)), case, place)
    curves = _curves(table, tick_minutes, bin_minutes)
    return Truth(place.stem, _split(place, table), case, _not_empty(curves, place, case))


def _of_folder(folder: Path, case: str | None, tick_minutes: float | None, bin_minutes: float | None) -> Truth:
    names = (folder / "truth.csv", *sorted(folder.glob("*/truth.csv")), folder / "event_truth.csv")
    files = [file for file in names if file.is_file()]
    if not files:
        return _derived(folder, case, tick_minutes, bin_minutes)
    table, case = _pick({k: v for file in files for k, v in _cases(read_rows(file)).items()}, case, folder)
    labels = _labels(table.path.with_name("posts.jsonl"), case, tick_minutes, bin_minutes)
    curves = {**labels, **curves_of_table(table, tick_minutes)}
    return Truth(folder.resolve().name, _split(table.path, table), case, _not_empty(curves, table.path, case))


def _derived(folder: Path, case: str | None, tick_minutes: float | None, bin_minutes: float | None) -> Truth:
    """Curves counted from the posts, adoptions and exposures of a folder of cascades."""
    if not is_observed(folder):
        wanted = "a folder of cascades: truth.csv or posts.jsonl in it or in its splits"
        raise InputError(explain(str(folder), wanted=wanted, got="a folder without"))
    cascades = read_cascades(folder)
    splits = {str(name): str(split) for name, split in cascades.cases["split"].items()}
    split, name = _pick(splits, case, folder)
    file = next((f for f in (folder / "posts.jsonl", folder / split / "posts.jsonl") if f.is_file()), folder)
    curves = {**_labels(file, name, tick_minutes, bin_minutes), **derived_curves(cascades, name)}
    said = cascades.splits[0] if len(cascades.splits) == 1 else split
    return Truth(cascades.name, said, name, _not_empty(curves, folder, name))


def _labels(file: Path, case: str, tick_minutes: float | None, bin_minutes: float | None) -> Mapping[str, Curve]:
    """Curves of emotion and attitude from the labelled posts of a case, where there are any."""
    if not file.is_file():
        return {}
    table = _cases(read_rows(file)).get(case)
    if table is None or not is_post_table(table):
        return {}
    curves = curves_of_posts(table, tick_minutes, bin_minutes)
    return {name: curve for name, curve in curves.items() if not curve.is_count}


def _cases(table: RowTable) -> dict[str, RowTable]:
    """The rows of each case; those of an event by ``EVENT/SCOPE`` where there are scopes."""
    rows: dict[str, list[Row]] = {}
    for row in table.rows:
        rows.setdefault("/".join(_key(row, table)), []).append(row)
    return {case: table.only(found) for case, found in rows.items()}


def _key(row: Row, table: RowTable) -> Iterator[str]:
    column = table.first_of(("case_id", "case", "event"))
    if column is not None:
        yield row.text(column)
    if column == "event" and "scope" in table.columns:
        yield row.text("scope")


def _pick(cases: Mapping[str, T], case: str | None, place: Path) -> tuple[T, str]:
    """What there is of ``case``, and what it is called."""
    named = list(cases) if case is None else _named(case, cases)
    if len(named) == 1:
        return cases[named[0]], named[0]
    listed = ", ".join(list(cases)[:_SHOWN]) + (f" and {len(cases) - _SHOWN:,} more" if len(cases) > _SHOWN else "")
    if case is not None:
        raise InputError(explain(f"case {case!r}", wanted=f"one of {listed}", got=f"no such case in {place}"))
    remedy = "name one with --case"
    raise InputError(explain(str(place), wanted="one case", got=f"{len(cases):,}: {listed}", remedy=remedy))


def _named(case: str, cases: Collection[str]) -> list[str]:
    """The case of that name, or the event: with the scope of all, or with its only one."""
    for name in (case, f"{case}/{_WHOLE}"):
        if name in cases:
            return [name]
    scopes = [name for name in cases if name.startswith(f"{case}/")]
    return scopes if len(scopes) == 1 else []


def _curves(table: RowTable, tick_minutes: float | None, bin_minutes: float | None) -> dict[str, Curve]:
    if is_curve_table(table):
        return curves_of_table(table, tick_minutes)
    if is_post_table(table):
        return curves_of_posts(table, tick_minutes, bin_minutes)
    wanted = (
        f"a time and columns of curves ({', '.join(CURVES)}, n_forward, n_aware), or posts with emotion or attitude"
    )
    raise InputError(explain(str(table.path), wanted=wanted, got=f"columns {', '.join(sorted(table.columns))}"))


def _not_empty(curves: Mapping[str, Curve], place: Path, case: str) -> Mapping[str, Curve]:
    if not curves:
        got = f"nothing but blanks{f' for case {case}' if case else ''}"
        raise InputError(explain(str(place), wanted="curves with values", got=got))
    return {name: curves[name] for name in CURVES if name in curves}


def _split(file: Path, table: RowTable) -> str:
    """The split: what the rows say, or the folder of a file that lies beside nothing, below the list of cases."""
    for column in ("split", "scope"):
        if said := _only({row.text(column) for row in table.rows if column in table.columns}):
            return said
    below = (file.resolve().parent.parent / "cases.csv").is_file()
    return file.resolve().parent.name if below else _WHOLE


def _only(names: Sequence[str] | set[str]) -> str:
    return next(iter(names)) if len(names) == 1 else ""
