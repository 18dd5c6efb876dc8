"""Columns: where in a row stands what, found once for all rows of the same columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any, Generic, TypeVar

from s3agents.errors import SocietyError, explain
from s3agents.network.raw.mapping import TableMapping
from s3agents.network.raw.rows import Row, Table
from s3agents.network.raw.synonyms import plain_name
from s3agents.network.raw.values import is_absent

_OTHER_DELIMITERS = (";", "\t", "|", ",")
__all__ = ["Columns", "Get", "Plans", "remedy_of"]

Get = Callable[[Any], Any]
"""Takes the value of a column out of a row."""

_Plan = TypeVar("_Plan")
_MOST_PLANS = 1000


class Columns:
    """Which column of one table, or of one row of JSON, has which meaning.

    Args:
        names: of the columns.
        meanings: meaning to the well-known names of its column, the best first.
        table: what somebody says of columns and values; it comes before the well-known names. Where it says that a
            meaning has no column, those of its well-known names are left out.
        by_place: whether rows are lists.
    """

    def __init__(
        self,
        names: Sequence[str],
        meanings: Mapping[str, Sequence[str]],
        table: TableMapping | None,
        *,
        by_place: bool = False,
    ) -> None:
        self.unknown: list[str] = []
        self._place: dict[str, Any] = {name: i if by_place else name for i, name in enumerate(names)}
        self._values = table.values if table else {}
        self._taken: set[str] = set()
        self._found: dict[str, tuple[str, Get]] = {}
        given = table.columns if table else {}
        for meaning, column in given.items():
            if column is not None:
                self._take(meaning, str(column))
        plain: dict[str, str] = {}
        for name in names:
            plain.setdefault(plain_name(name), name)
        for meaning, known in meanings.items():
            if meaning not in given:
                self._search(meaning, known, plain)
            elif given[meaning] is None:
                self._taken.update(plain[name] for name in known if name in plain)

    def __contains__(self, meaning: object) -> bool:
        return meaning in self._found

    def get(self, meaning: str) -> Get | None:
        """What takes the value of ``meaning`` out of a row; ``None`` if there is no such column."""
        return self._found[meaning][1] if meaning in self._found else None

    def found(self) -> Iterator[tuple[str, str, Get]]:
        """Every meaning that has a column, with the column's name, which is empty if its values are translated."""
        for meaning, (column, get) in self._found.items():
            yield meaning, "" if meaning in self._values else column, get

    def rest(self) -> Iterator[tuple[str, Get]]:
        """The columns that have no meaning, by their names."""
        yield from ((name, itemgetter(place)) for name, place in self._place.items() if name not in self._taken)

    def _take(self, meaning: str, column: str) -> None:
        root = column.partition(".")[0]
        if column in self._place:
            self._set(meaning, column, itemgetter(self._place[column]))
        elif root in self._place and root != column:
            self._set(meaning, root, _inner(self._place[root], column.split(".")[1:]))
        else:
            self.unknown.append(column)

    def _search(self, meaning: str, known: Sequence[str], plain: Mapping[str, str]) -> None:
        """Take the first of the ``known`` columns; where nested ones come first, those after them in their absence."""
        options: list[Get] = []
        root = ""
        for name in known:
            column = plain.get(name)
            if column is not None and column not in self._taken:
                options.append(itemgetter(self._place[column]))
                root = root or column
                break
            base, *inner = name.split(".")
            if inner and base in self._place:
                options.append(_inner(self._place[base], inner))
                root = root or base
        if options:
            self._set(meaning, root, options[0] if len(options) == 1 else _first(options))

    def _set(self, meaning: str, column: str, get: Get) -> None:
        self._taken.add(column)
        values = self._values.get(meaning)
        self._found[meaning] = column, _translated(get, values) if values else get


def _inner(place: Any, path: Sequence[str]) -> Get:
    def step_in(row: Any) -> Any:
        value = row[place]
        for step in path:
            if type(value) is dict:
                value = value.get(step)
            elif type(value) is list and step.isdecimal() and int(step) < len(value):
                value = value[int(step)]
            else:
                return None
        return value

    def one_step(row: Any) -> Any:  # nearly all of them, in half the time
        value = row[place]
        return value.get(only) if type(value) is dict else None

    only = path[0]
    return step_in if len(path) > 1 or only.isdecimal() else one_step


def _first(options: Sequence[Get]) -> Get:
    def get(row: Any) -> Any:
        for option in options:
            value = option(row)
            if value is not None and not is_absent(value):
                return value
        return None

    return get


def _translated(get: Get, values: Mapping[str, Any]) -> Get:
    def translate(row: Any) -> Any:
        value = get(row)
        if type(value) is bool:
            return values.get(str(value).lower(), value)
        return values.get(str(value), value) if isinstance(value, str | int | float) else value

    return translate


class Plans(Generic[_Plan]):
    """What to do with the rows of the files of one kind: a plan for each set of columns, made when it is first met.

    Args:
        meanings: see :class:`Columns`.
        table: likewise.
        make: makes a plan of the columns.
        needed: meanings without which a table is of no use.
    """

    def __init__(
        self,
        meanings: Mapping[str, Sequence[str]],
        table: TableMapping | None,
        *,
        make: Callable[[Columns], _Plan],
        needed: Sequence[str],
    ) -> None:
        self._meanings = meanings
        self._table = table
        self._make = make
        self._needed = needed
        self._plans: dict[tuple[str, ...], _Plan] = {}
        self._never: set[str] | None = None

    def rows(self, path: Path, table: Table) -> Iterator[tuple[int, Row, _Plan]]:
        """The rows of ``table`` with their first lines, and what to do with each.

        Raises:
            SocietyError: if a column that is needed, or named, is not there.
        """
        if table.columns is None:
            known = self._plans
            for line, row in table.rows:
                names = tuple(row)
                yield line, row, known.get(names) or self._of_row(names)
        elif table.columns:
            plan = self._of_table(path, table.columns, by_place=table.by_place)
            for line, row in table.rows:
                yield line, row, plan

    def check(self, path: Path) -> None:
        """Nothing, unless a column that somebody names was in no row of JSON.

        Raises:
            SocietyError: naming it.
        """
        if self._never:
            raise self._lacks(path, sorted(self._never), next(iter(self._plans)))

    def _of_table(self, path: Path, columns: Sequence[str], *, by_place: bool) -> _Plan:
        found = Columns(columns, self._meanings, self._table, by_place=by_place)
        missing = found.unknown or [meaning for meaning in self._needed if meaning not in found]
        if missing:
            raise self._lacks(path, missing, columns)
        return self._make(found)

    def _of_row(self, names: tuple[str, ...]) -> _Plan:
        columns = Columns(names, self._meanings, self._table)
        self._never = set(columns.unknown) & (set(columns.unknown) if self._never is None else self._never)
        if len(self._plans) >= _MOST_PLANS:
            self._plans.clear()
        plan = self._plans[names] = self._make(columns)
        return plan

    def _lacks(self, path: Path, missing: Sequence[str], columns: Sequence[str]) -> SocietyError:
        shown = ", ".join(columns[:20]) + (" ..." if len(columns) > 20 else "")
        wanted = " and ".join(missing)
        return SocietyError(explain(f"{path}: columns", wanted=wanted, got=shown, remedy=remedy_of(columns)))


def remedy_of(columns: Sequence[str]) -> str:
    """What to do about a table whose columns tell nothing."""
    if len(columns) == 1 and (between := next((mark for mark in _OTHER_DELIMITERS if mark in columns[0]), None)):
        return f"say in a mapping that they are separated otherwise: delimiter: {between!r}"
    return "say in a mapping which column holds what"
