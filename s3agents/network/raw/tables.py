"""Tables: users, follow edges and posts in CSV, TSV, JSON lines or Parquet, of whatever columns, line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from s3agents.network.csv_types import Convert, column_types
from s3agents.network.load_report import FileReport, LoadReport
from s3agents.network.raw.base import RawEdge, RawPost, RawUser
from s3agents.network.raw.columns import Columns, Get, Plans
from s3agents.network.raw.dates import moment, usual_moment
from s3agents.network.raw.find_tables import Part, match_files
from s3agents.network.raw.mapping import RawMapping, TableMapping
from s3agents.network.raw.rows import Row, Table, open_table
from s3agents.network.raw.synonyms import FOLLOWS, POSTS, USERS
from s3agents.network.raw.table_posts import Posts, plan_posts
from s3agents.network.raw.table_users import Users, plan_users
from s3agents.network.raw.values import LOST_DIGITS, id_of, why_no_id

__all__ = ["TablesSource"]

_Plan = TypeVar("_Plan")
_DEFAULT = RawMapping.model_construct()


class TablesSource:
    """Raw data in tables; memory does not grow with their rows.

    Users, follows and posts are optional. Times in posts are read by :func:`.dates.moment`; columns such as ``t_min``
    and ``tick`` of our own societies are no times of a calendar and are not read.

    Args:
        folder: of the files, for their names in reports.
        files: of users, follows and posts; see :func:`.find_tables.name_tables`.
        mapping: what somebody says of columns, values and times.
    """

    layout = "tables"

    def __init__(self, folder: Path, files: Mapping[Part, Sequence[Path]], mapping: RawMapping | None = None) -> None:
        self.folder = folder
        self.files = {part: tuple(paths) for part, paths in files.items()}
        self.states_users = bool(files.get("users"))
        self._mapping = mapping or _DEFAULT
        self._when = _clock(self._mapping)

    @classmethod
    def mapped(cls, folder: Path, mapping: RawMapping) -> TablesSource:
        """The tables of ``folder`` that ``mapping`` names.

        Raises:
            SocietyError: if a file is not there.
        """
        parts: Mapping[Part, TableMapping | None] = {
            "users": mapping.users, "follows": mapping.follows, "posts": mapping.posts,
        }  # fmt: skip
        files = {part: match_files(folder, table.file, part) for part, table in parts.items() if table}
        return cls(folder, files, mapping)

    def users(self, report: LoadReport) -> Iterator[RawUser]:
        """The users, in the order of the files."""
        plans = Plans(USERS, self._mapping.users, make=plan_users, needed=("id",))
        for path, file, table in self._tables("users", self._mapping.users, report):
            users = Users(file, self._when, self._types(path, table))
            yield from users.read(plans.rows(path, table))
        plans.check(self.folder)

    def posts(self, report: LoadReport) -> Iterator[RawPost]:
        """The posts, in the order of the files."""
        plans = Plans(POSTS, self._mapping.posts, make=plan_posts, needed=("author", "text"))
        for path, file, table in self._tables("posts", self._mapping.posts, report):
            yield from Posts(file, self._when).read(plans.rows(path, table))
        plans.check(self.folder)

    def follows(self, report: LoadReport) -> Iterator[RawEdge]:
        """The follow edges, in the order of the files."""
        plans = Plans(_numbered(self._mapping.follows), self._mapping.follows, make=_ends, needed=tuple(FOLLOWS))
        for path, file, table in self._tables("follows", self._mapping.follows, report):
            yield from _edges(plans.rows(path, table), file)
        plans.check(self.folder)

    def _tables(
        self, part: Part, table: TableMapping | None, report: LoadReport
    ) -> Iterator[tuple[Path, FileReport, Table]]:
        for path in self.files.get(part, ()):
            file = report.open(path.relative_to(self.folder).as_posix())
            yield path, file, self._open(path, file, table)

    def _open(self, path: Path, file: FileReport, table: TableMapping | None) -> Table:
        encoding = self._mapping.encoding
        if table is None:
            return open_table(path, file, encoding=encoding)
        return open_table(path, file, encoding=encoding, delimiter=table.delimiter, header=table.header)

    def _types(self, path: Path, table: Table) -> Mapping[str, Convert]:
        """What to make of the texts of CSV: only all of a column's values show its type, so the file is read twice."""
        if not table.by_place or not table.columns:
            return {}
        untyped = self._open(path, FileReport(path.name), self._mapping.users)
        return column_types(table.columns, (row for _, row in untyped.rows if isinstance(row, list)))


def _clock(mapping: RawMapping) -> Callable[[object], float | None]:
    """What reads times as ``mapping`` says."""
    if mapping.time_format is None and mapping.zone is UTC:
        return usual_moment
    return partial(moment, time_format=mapping.time_format, timezone=mapping.zone)


def _numbered(table: TableMapping | None) -> Mapping[str, Sequence[str]]:
    """The names of the columns of follow edges; without a header, the first follows the second."""
    return FOLLOWS if table is None or table.header else {"follower": ("1",), "followee": ("2",)}


def _never(row: Any) -> None:
    return None


def _ends(columns: Columns) -> tuple[Get, Get]:
    return columns.get("follower") or _never, columns.get("followee") or _never


def _edges(rows: Iterator[tuple[int, Row, tuple[Get, Get]]], report: FileReport) -> Iterator[RawEdge]:
    for line, row, (first, second) in rows:
        given = first(row), second(row)
        follower, followee = id_of(given[0]), id_of(given[1])
        if follower and followee:
            yield RawEdge(follower, followee, line, report)
        else:
            why = why_no_id(given[1] if follower else given[0])
            report.drop_row(why if why == LOST_DIGITS else "no usable id", line, f"{given[0]},{given[1]}")
