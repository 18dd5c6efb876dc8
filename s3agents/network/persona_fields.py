"""From a row of data to a Persona: names of columns, what counts as absent, and which values cannot be used."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from s3agents.errors import SocietyError
from s3agents.ids import UserId
from s3agents.network.load_report import FileReport, shown
from s3agents.persona import Persona, Scalar

__all__ = ["ID_COLUMNS", "TEXT_COLUMNS", "make_persona", "user_id"]

ID_COLUMNS = ("user_id", "id")
_ID_CHARS = 256
_FIELDS = {
    "user_id": "id",
    "id": "id",
    "bio": "bio",
    "description": "bio",
    "gender": "gender",
    "age": "age",
    "occupation": "occupation",
    "attitude": "attitude",
}
TEXT_COLUMNS = frozenset(_FIELDS) - {"age"}
_PREFERRED = ("user_id", "bio")
_WHOLE_AGE = re.compile(r"\d{1,3}(\.0+)?")
_EXACT_FLOAT = 2**53
_WHOLE = range(-(2**63), 2**63)
_NOTHING: MappingProxyType[str, Scalar] = MappingProxyType({})


def user_id(value: object) -> UserId | None:
    """``value`` as the id of a user; ``None`` if it cannot be one.

    A whole number becomes its decimal text; a decimal number that may have lost digits, blank text, text of more than
    256 characters and truth values are no ids.
    """
    if isinstance(value, str):
        return UserId(value) if value.strip() and len(value) <= _ID_CHARS else None
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return UserId(str(int(value))) if value.is_integer() and abs(value) < _EXACT_FLOAT else None
    return UserId(str(value)) if isinstance(value, int) else None


def make_persona(row: Mapping[str, Any], where: int, report: FileReport) -> Persona | None:
    """The user that ``row`` describes; ``None``, and an entry in ``report``, if it has no usable id.

    ``None``, empty text and NaN count as absent. A value that cannot be used is left out and accounted for.

    Args:
        row: column to value; ``user_id`` or ``id``, ``bio`` or ``description``, the other fields of a persona under
            their names; any other column becomes an extra attribute.
        where: the row's line.
        report: the account of its file.
    """
    own, extra = _sort_columns(row, where, report)
    given = own.pop("id", None)
    user = user_id(given)
    if user is None:
        report.drop_row("no usable id", where, given)
        return None
    if "age" in own:
        given = own.pop("age")
        own["age"] = _age(given)
        if own["age"] is None:
            report.drop_value("invalid age", where, given)
    return _validated(user, own, extra=extra or _NOTHING, where=where, report=report)


def _sort_columns(row: Mapping[str, Any], where: int, report: FileReport) -> tuple[dict[str, Any], dict[str, Scalar]]:
    own: dict[str, Any] = {}
    extra: dict[str, Scalar] = {}
    for name, value in row.items():
        if value is None or value == "" or value != value:  # noqa: PLR0124  # only NaN differs from itself
            continue
        field = _FIELDS.get(name)
        if field is None:
            if reason := _unusable(name, value):
                report.drop_value(reason, where, value)
            else:
                extra[name] = value
        elif field not in own:
            own[field] = value
        else:
            loser, own[field] = (own[field], value) if name in _PREFERRED else (value, own[field])
            report.drop_value(f"second column for {field}", where, loser)
    return own, extra


def _unusable(name: str, value: object) -> str:
    """Why ``value`` can be no extra attribute; empty if it can."""
    kind = type(value)
    if not name:
        return "column without a name"
    if kind is str or kind is bool:
        return ""
    if kind is int:
        return "" if value in _WHOLE else "number of more than 64 bits"
    if kind is float:
        return "infinite number" if math.isinf(value) else ""  # type: ignore[arg-type]  # a float by its type
    return "nested value" if isinstance(value, list | tuple | dict | set) else f"value of type {kind.__name__}"


def _age(value: object) -> int | None:
    """``value`` as whole years, in whichever type the file has them; ``None`` if it is no such number."""
    if isinstance(value, str) and _WHOLE_AGE.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _validated(
    user: UserId, own: dict[str, Any], *, extra: Mapping[str, Scalar], where: int, report: FileReport
) -> Persona:
    try:
        return Persona(id=user, extra=extra, **own)  # type: ignore[arg-type]  # a dict or a mapping proxy
    except ValidationError as exc:
        wrong = {str(error["loc"][0]) for error in exc.errors()} & own.keys()
        if not wrong:
            raise SocietyError(f"{report.file}:{where}: user {shown(user)} cannot be used: {exc}") from exc
        for field in sorted(wrong):
            report.drop_value(f"invalid {field}", where, own.pop(field))
        return _validated(user, own, extra=extra, where=where, report=report)
