"""Users from the rows of tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from s3agents.network.csv_types import Convert
from s3agents.network.load_report import FileReport
from s3agents.network.persona_fields import ID_COLUMNS
from s3agents.network.raw.base import RawUser
from s3agents.network.raw.columns import Columns, Get
from s3agents.network.raw.rows import Row
from s3agents.network.raw.synonyms import TRAITS, USERS
from s3agents.network.raw.values import count_of, id_of, is_absent, truth_of, why_no_id

__all__ = ["UserPlan", "Users", "plan_users"]

_OWN = frozenset(USERS) - frozenset(TRAITS)
_TEXTS = frozenset(TRAITS) - {"age"}
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class UserPlan:
    """Where the parts of a user stand.

    Attributes:
        own: attributes of :class:`RawUser`.
        traits: name, where it stands, and in which column.
        twins: columns whose names another column has by its meaning: name and where it stands.
    """

    own: Mapping[str, Get]
    traits: tuple[tuple[str, Get, str], ...]
    twins: tuple[tuple[str, Get], ...]


def plan_users(columns: Columns) -> UserPlan:
    """The plan for rows of ``columns``; columns without a meaning are traits of their own names."""
    own = {name: get for name, _, get in columns.found() if name in _OWN}
    traits = {name: (get, column) for name, column, get in columns.found() if name not in _OWN}
    twins = []
    for name, get in columns.rest():
        key = "id" if name in ID_COLUMNS else name
        if key in traits or key == "id":
            twins.append((key, get))
        else:
            traits[name] = get, name
    return UserPlan(own, tuple((name, *where) for name, where in traits.items()), tuple(twins))


class Users:
    """Makes users of the rows of one file.

    Args:
        report: the account of the file.
        when: a time as seconds since 1970, ``None`` if it is none.
        types: what to make of the texts of a column.
    """

    def __init__(
        self, report: FileReport, when: Callable[[object], float | None], types: Mapping[str, Convert]
    ) -> None:
        self._report = report
        self._when = when
        self._types = types

    def read(self, rows: Iterable[tuple[int, Row, UserPlan]]) -> Iterator[RawUser]:
        """The users of ``rows``; what is none is dropped and accounted for."""
        for line, row, plan in rows:
            given = plan.own["id"](row) if "id" in plan.own else None
            user = id_of(given)
            if user:
                yield self._user(user, row, plan, line)
            else:
                self._report.drop_row(why_no_id(given), line, given)

    def _user(self, user: str, row: Row, plan: UserPlan, line: int) -> RawUser:
        def value(name: str, convert: Callable[[object], _Value | None]) -> _Value | None:
            given = plan.own[name](row) if name in plan.own else None
            return None if is_absent(given) else self._converted(name, given, convert, line)

        traits = self._traits(row, plan, line)
        for key, get in plan.twins:
            other = get(row)
            if not is_absent(other) and (id_of(other) if key == "id" else other) != (traits | {"id": user}).get(key):
                self._report.drop_value(f"second column for {key}", line, other)
        return RawUser(
            id=user,
            handle=value("handle", _handle),
            traits=traits,
            followers=value("followers", count_of),
            followees=value("followees", count_of),
            posts=value("posts", count_of),
            created=value("created", self._when),
            verified=value("verified", truth_of),
            line=line,
            report=self._report,
        )

    def _converted(self, name: str, given: object, convert: Callable[[object], _Value | None], line: int) -> Any:
        value = convert(given)
        if value is None:
            self._report.drop_value(f"invalid {name}", line, given)
        return value

    def _traits(self, row: Row, plan: UserPlan, line: int) -> dict[str, Any]:
        traits: dict[str, Any] = {}
        for name, get, column in plan.traits:
            value = get(row)
            if is_absent(value):
                continue
            if isinstance(value, str):
                convert = self._types.get(column) if name not in _TEXTS else None
                traits[name] = convert(value) if convert else value
            elif isinstance(value, int | float):
                traits[name] = value
            else:
                nested = isinstance(value, list | tuple | dict)
                reason = "nested value" if nested else f"value of type {type(value).__name__}"
                self._report.drop_value(reason, line, value)
        return traits


def _handle(value: object) -> str | None:
    return str(value).strip().lstrip("@＠") or None if isinstance(value, str | int) else None
