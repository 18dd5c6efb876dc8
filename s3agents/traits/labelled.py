"""Labelled data: users or texts whose traits are known, from a table or a society; owns the names of their columns.

Only what the data give is a label: a trait that was predicted (its column ``TRAIT_method`` has a value) is none.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from s3agents.errors import InputError, explain
from s3agents.ids import UserId
from s3agents.network.load_report import FileReport, LoadReport
from s3agents.network.persona_fields import user_id
from s3agents.network.read_csv import open_csv
from s3agents.network.read_jsonl import read_jsonl
from s3agents.network.read_lines import check_regular
from s3agents.network.society import Society
from s3agents.persona import Persona
from s3agents.tables import read_parquet_rows
from s3agents.traits.base import Evidence, Trait

__all__ = ["COLUMNS", "Example", "Labelled", "read_labelled"]

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("user_id", "id"),
    "bio": ("bio", "description"),
    "posts": ("posts", "texts", "text", "tweet", "post"),
    "gender": ("gender", "sex"),
    "age": ("age",),
    "occupation": ("occupation", "industry", "job", "profession"),
    "attitude": ("attitude", "stance", "label"),
    "target": ("target", "topic"),
}
"""Field to the columns that may hold it; the first that a row has counts."""

_LABELS: tuple[Trait, ...] = ("gender", "age", "occupation", "attitude")
_GENDERS = {"f": "female", "woman": "female", "女": "female", "m": "male", "man": "male", "男": "male"}
_NO_LABEL = frozenset({"unknown", "unk", "indunk", "n/a", "na", "nan", "null", "?"})
_AGES = range(1, 131)
_WHOLE = re.compile(r"\d{1,3}(\.0+)?")
_Rows = Iterator[tuple[int, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Example:
    """A user, or the author of a text, with what is known of them.

    Attributes:
        evidence: what they wrote; of the persona only ``id`` (their own, or one made of the line) and ``bio``.
        labels: the known traits: text, or whole years for age. An attitude is the label as the data spell it.
        target: what the attitude is about; empty if the data do not say.
        known_id: whether the data give the id, so that two examples of one id are of one user.
    """

    evidence: Evidence
    labels: Mapping[Trait, str | int]
    target: str = ""
    known_id: bool = True


@dataclass(frozen=True, slots=True)
class Labelled:
    """Examples, and the account of how they were read.

    Attributes:
        path: where they came from.
        examples: in the order of the data; each has a text.
        columns: field to the columns that it was read from.
        predicted: labels that are none, since they were predicted: how many of each trait.
        report: rows and values that were dropped.
    """

    path: Path
    examples: tuple[Example, ...]
    columns: Mapping[str, tuple[str, ...]]
    predicted: Mapping[Trait, int]
    report: LoadReport


def read_labelled(
    path: Path | str,
    *,
    columns: Mapping[str, str] | None = None,
    texts: Sequence[str] = ("bio", "posts"),
    strict: bool = False,
) -> Labelled:
    """The examples of a file or a society.

    Args:
        path: CSV or JSON lines (also packed with gzip), Parquet, or the folder of a society.
        columns: field to column, where :data:`COLUMNS` does not name it.
        texts: which of ``bio`` and ``posts`` to read. ``posts`` holds a list of texts (in CSV as JSON) or one text.
        strict: whether anything that would be dropped is an error.

    Raises:
        InputError: if it cannot be read, a named column is not there, no row has a text, or ``strict`` finds something.
    """
    source = Path(path)
    names = _names(columns or {})
    reader = _Reader(names, frozenset(texts))
    report = LoadReport()
    examples = tuple(reader.examples(source, report))
    _check_columns(source, reader, columns or {})
    if strict and not report.clean:
        raise InputError("\n  ".join([f"{source}: strict reading found what cannot be used:", *report.problems()]))
    if not examples:
        got = "; ".join(report.problems()) or "no rows"
        raise InputError(explain(str(source), wanted="users or texts", got=got))
    used = {field: tuple(n for n in names[field] if n in reader.used[field]) for field in names if reader.used[field]}
    return Labelled(source, examples, used, reader.predicted, report)


def _names(columns: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    if strange := sorted(set(columns) - set(COLUMNS)):
        raise InputError(explain(f"field {strange[0]!r}", wanted=f"one of {', '.join(COLUMNS)}", got="another"))
    return {field: (columns[field],) if field in columns else names for field, names in COLUMNS.items()}


def _check_columns(path: Path, reader: _Reader, columns: Mapping[str, str]) -> None:
    """Raise if a column that is needed is in no row."""
    found = ", ".join(sorted(reader.seen)) or "none"
    for field, column in columns.items():
        if reader.seen and column not in reader.seen:
            raise InputError(explain(f"{path}: column for {field}", wanted=repr(column), got=found))
    wanted = [name for field in ("bio", "posts") if field in reader.texts for name in reader.names[field]]
    if reader.seen and not reader.seen.intersection(wanted):
        remedy = f"name the column, such as --map {min(reader.texts)}=COLUMN"
        raise InputError(explain(f"{path}: columns of text", wanted=" or ".join(wanted), got=found, remedy=remedy))


class _Reader:
    """Turns rows into examples and notes which columns they had.

    Args:
        names: field to columns.
        texts: which of ``bio`` and ``posts`` to read.
    """

    def __init__(self, names: Mapping[str, tuple[str, ...]], texts: frozenset[str]) -> None:
        self.names = names
        self.texts = texts
        self.seen: set[str] = set()
        self.used: dict[str, set[str]] = {field: set() for field in names}
        self.predicted: Counter[Trait] = Counter()

    def examples(self, path: Path, report: LoadReport) -> Iterator[Example]:
        file, rows = _society_rows(path, report) if path.is_dir() else _file_rows(path, report)
        for where, row in rows:
            self.seen |= row.keys()
            example = self._example(row, where, file)
            if example is None:
                file.drop_row("no text", where, self._cell(row, "id") or "")
            else:
                file.kept += 1
                yield example

    def _example(self, row: Mapping[str, Any], where: int, file: FileReport) -> Example | None:
        bio = self._bio(row, where, file) if "bio" in self.texts else ""
        posts = self._posts(row, where, file) if "posts" in self.texts else ()
        if not bio.strip() and not posts:
            return None
        given = self._cell(row, "id")
        known = user_id(given)
        if known is None and given is not None:
            file.drop_value("no usable id", where, given)
        persona = Persona(id=known or UserId(f"{file.file}:{where}"), bio=bio)
        labels = {trait: label for trait in _LABELS if (label := self._label(trait, row, where, file)) is not None}
        target = self._cell(row, "target")
        return Example(Evidence(persona, posts), labels, str(target or "").strip(), known is not None)

    def _cell(self, row: Mapping[str, Any], field: str) -> Any:
        """The value of ``field``; ``None`` if it is blank or the row has no such column."""
        name = next((name for name in self.names[field] if name in row), None)
        if name is None:
            return None
        self.used[field].add(name)
        value = row[name]
        blank = value is None or (isinstance(value, str) and not value.strip())
        return None if blank or (isinstance(value, float) and math.isnan(value)) else value

    def _bio(self, row: Mapping[str, Any], where: int, file: FileReport) -> str:
        value = self._cell(row, "bio")
        if value is None or isinstance(value, str):
            return value or ""
        file.drop_value("bio that is no text", where, value)
        return ""

    def _posts(self, row: Mapping[str, Any], where: int, file: FileReport) -> tuple[str, ...]:
        value = self._cell(row, "posts")
        posts = _listed(value) if isinstance(value, str) else value
        texts = []
        for post in posts if isinstance(posts, list | tuple) else [posts]:
            if isinstance(post, str):
                texts += [post] if post.strip() else []
            elif post is not None:
                file.drop_value("post that is no text", where, post)
        return tuple(texts)

    def _label(self, trait: Trait, row: Mapping[str, Any], where: int, file: FileReport) -> str | int | None:
        value = self._cell(row, trait)
        if value is None or (isinstance(value, str) and value.strip().lower() in _NO_LABEL):
            return None
        if row.get(f"{trait}_method") not in (None, ""):
            self.predicted[trait] += 1
            return None
        label = _age(value) if trait == "age" else _word(value)
        if label is None:
            file.drop_value(f"invalid {trait}", where, value)
        return _GENDERS.get(str(label).lower(), str(label).lower()) if trait == "gender" and label else label


def _listed(cell: str) -> str | list[Any]:
    """A cell that holds a JSON list as that list; any other as it is."""
    if not cell.lstrip().startswith("["):
        return cell
    try:
        found = orjson.loads(cell)
    except orjson.JSONDecodeError:
        return cell
    return found if isinstance(found, list) else cell


def _age(value: Any) -> int | None:
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value in _AGES else None


def _word(value: Any) -> str | None:
    """``value`` as a label."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _society_rows(path: Path, report: LoadReport) -> tuple[FileReport, _Rows]:
    """The users of a society as rows; numbers are their positions."""
    society = Society.load(path)
    report.files += society.report.files
    file = report.open(f"users of {path.name}")
    return file, _users(society, file)


def _users(society: Society, report: FileReport) -> _Rows:
    for where, persona in enumerate(society.personas, start=1):
        report.read += 1
        own = {name: persona.attribute(name) for name in ("gender", "age", "occupation", "bio", "attitude")}
        row = {**persona.extra, **{name: value for name, value in own.items() if value is not None}}
        yield where, {**row, "user_id": persona.id, "posts": list(society.history.get(persona.id, ()))}


def _file_rows(path: Path, report: LoadReport) -> tuple[FileReport, _Rows]:
    file = report.open(path.name)
    name = path.name.lower().removesuffix(".gz")
    if name.endswith(".csv"):
        return file, _csv_rows(path, file)
    if name.endswith((".jsonl", ".ndjson")):
        return file, read_jsonl(path, file)
    if path.name.lower().endswith(".parquet"):
        return file, _parquet_rows(path, file)
    wanted = "a file that ends in .csv, .jsonl (both also .gz) or .parquet, or the folder of a society"
    raise InputError(explain(str(path), wanted=wanted, got="another name" if path.exists() else "nothing"))


def _csv_rows(path: Path, report: FileReport) -> _Rows:
    header, rows = open_csv(path, report)
    for line, values in rows:
        yield line, dict(zip(header, values, strict=True))


def _parquet_rows(path: Path, report: FileReport) -> _Rows:
    check_regular(path)
    for batch in read_parquet_rows(path):
        for row in batch:
            report.read += 1
            yield report.read, row
