"""From rows to personas: what counts as absent, which values are usable, and in which types."""

from __future__ import annotations

from typing import Any

import pytest

from s3agents.ids import UserId
from s3agents.network.csv_types import column_types
from s3agents.network.load_report import FileReport
from s3agents.network.persona_fields import make_persona, user_id
from s3agents.persona import Persona


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ann", "ann"),
        (" a b ", " a b "),
        (7, "7"),
        (-7, "-7"),
        (7.0, "7"),
        (2**63, "9223372036854775808"),
        (7.5, None),
        (2.0**53, None),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        ("", None),
        (" \t", None),
        (None, None),
        (["a"], None),
        ("x" * 256, "x" * 256),
        ("x" * 257, None),
    ],
)
def test_ids(value: object, expected: str | None) -> None:
    """Numbers become their decimal text; what is blank, inexact or no id at all is refused."""
    assert user_id(value) == expected


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (34, 34),
        ("34", 34),
        (" 34 ", 34),
        (34.0, 34),
        ("34.0", 34),
        (0, 0),
        (130, 130),
        (None, None),
        ("", None),
        (float("nan"), None),
    ],
)
def test_usable_ages(age: object, expected: int | None) -> None:
    """Whole years are taken in any type that a file may give them; absent stays absent."""
    report = FileReport("users")
    persona = make_persona({"id": "a", "age": age}, 1, report)
    assert persona == Persona(id=UserId("a"), age=expected)
    assert not report.values


@pytest.mark.parametrize("age", ["abc", "-3", -3, 131, 34.5, "34.5", True, "1_0", float("inf"), [3]])
def test_unusable_ages_are_left_out(age: object) -> None:
    """The user stays, without the age; the account names the value as it was given."""
    report = FileReport("users")
    assert make_persona({"id": "a", "age": age}, 5, report) == Persona(id=UserId("a"))
    assert report.values["invalid age"].examples == [f"users:5 {age!r}"]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("gender", 1, "invalid gender"),
        ("occupation", True, "invalid occupation"),
        ("bio", 12, "invalid bio"),
        ("attitude", "neutral", "invalid attitude"),
        ("tags", ["x"], "nested value"),
        ("place", {"x": 1}, "nested value"),
        ("raw", b"x", "value of type bytes"),
        ("ratio", float("inf"), "infinite number"),
        ("big", 2**64, "number of more than 64 bits"),
        ("", "x", "column without a name"),
    ],
)
def test_unusable_values_are_left_out(name: str, value: Any, reason: str) -> None:
    """The user and the other values stay; the account counts the value by its reason."""
    report = FileReport("users")
    assert make_persona({"user_id": "a", name: value, "city": "x"}, 1, report) == Persona(
        id=UserId("a"), extra={"city": "x"}
    )
    assert {r: drops.count for r, drops in report.values.items()} == {reason: 1}


def test_extra_keeps_its_types() -> None:
    """Degrees in the graph and all other scalars are kept as they are, absent ones are not."""
    given = {"followees_in_graph": 14, "influence": 0.196, "verified": False, "lang": "en"}
    persona = make_persona({"id": "a", **given, "none": None, "nan": float("nan"), "empty": ""}, 1, FileReport("users"))
    assert persona is not None
    assert persona.extra == given
    assert [type(v) for v in persona.extra.values()] == [int, float, bool, str]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", "", "-20"], [1, None, -20]),
        (["1", "2.5", "1e3"], [1.0, 2.5, 1000.0]),
        (["true", "False"], [True, False]),
        (["true", "1"], ["true", "1"]),
        (["007", "1"], ["007", "1"]),
        (["007", "1.5"], ["007", "1.5"]),
        (["+49", "1"], ["+49", "1"]),
        (["1", "x", "2"], ["1", "x", "2"]),
        (["1.5", "true"], ["1.5", "true"]),
        (["1", "1234567890123456789", "2"], [1, 1234567890123456789, 2]),
        (["1234567890123456789", "1.5"], ["1234567890123456789", "1.5"]),
        (["1.5", "1234567890123456789"], ["1.5", "1234567890123456789"]),
        (["12345678901234567890"], ["12345678901234567890"]),
        (["", ""], [None, None]),
    ],
)
def test_types_of_csv_columns(cells: list[str], expected: list[object]) -> None:
    """A column is typed only if all cells agree; codes and numbers that would lose digits stay text."""
    types = column_types(["x"], [[cell] for cell in cells])
    found = [(types["x"](cell) if "x" in types else cell) if cell else None for cell in cells]
    assert found == expected
    assert [type(v) for v in found] == [type(v) for v in expected]
