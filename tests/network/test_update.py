"""Filling columns of a users file: what is filled is filled, everything else stays byte for byte."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from arro3.core import Array, DataType, Table
from arro3.io import write_parquet
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents.errors import SocietyError
from s3agents.ids import UserId
from s3agents.network.update import UsersFile, about_bytes, read_about, replace_file
from s3agents.tables import read_parquet_rows

A, B, C = UserId("a"), UserId("b"), UserId("c")
FOUND: Mapping[str, Any] = {"gender": "female", "gender_confidence": 0.75, "gender_method": "m"}


def _file(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def _filled(path: Path, changes: Mapping[UserId, Mapping[str, Any]]) -> str:
    data = UsersFile.read(path).filled(changes)
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode()


@pytest.mark.parametrize("name", ["users.jsonl", "users.jsonl.gz"])
def test_a_json_line_keeps_how_it_was_written(name: str, tmp_path: Path) -> None:
    """Blanks, escapes and numbers of the other members, and of all other lines, broken ones too."""
    text = (
        '\ufeff{ "user_id": "a", "gender": null, "bio": "\\u00e9 \\"x\\"", "n": 1.0, "i": 123456789012345678901 }\r\n'
        "no json\n\n"
        '{"user_id":"b","nested":{"gender":1,"x":[1]}}\n{"id": 7}\n{"user_id": "a", "second": true}'
    )
    path = _file(tmp_path, name, text.encode())
    new = _filled(path, {A: FOUND, B: FOUND, UserId("7"): {"age": 30}})
    assert new.splitlines(keepends=True) == [
        '\ufeff{ "user_id": "a", "gender": "female", "bio": "\\u00e9 \\"x\\"", "n": 1.0, "i": 123456789012345678901,'
        ' "gender_confidence": 0.75, "gender_method": "m" }\r\n',
        "no json\n",
        "\n",
        '{"user_id":"b","nested":{"gender":1,"x":[1]},"gender":"female","gender_confidence":0.75,"gender_method":"m"}\n',
        '{"id": 7, "age": 30}\n',
        '{"user_id": "a", "second": true}',
    ]
    assert _filled(path, {A: {"unknown": None}}) == _filled(path, {}) == text


@pytest.mark.parametrize("name", ["users.csv", "users.csv.gz"])
def test_a_csv_row_keeps_how_it_was_written(name: str, tmp_path: Path) -> None:
    """Quotes, line ends, blank lines and cells of several lines; only new columns are added to every row."""
    text = (
        '\n\ufeffuser_id,gender,bio\r\na,,"x, ""y"""\r\n\r\n"b",male,\nc,"","two\nlines"\n,,nobody\nc,,second'.lstrip(
            "\n"
        )
    )
    path = _file(tmp_path, name, text.encode())
    new = _filled(path, {A: {**FOUND, "gender": 'f,"m'}, C: FOUND})
    assert new == (
        "\ufeffuser_id,gender,bio,gender_confidence,gender_method\r\n"
        'a,"f,""m","x, ""y""",0.75,m\r\n\r\n"b",male,,,\nc,female,"two\nlines",0.75,m\n,,nobody,,\nc,,second,,'
    )


def test_what_is_emptied_needs_no_column(tmp_path: Path) -> None:
    """A column that is not there is not made to be empty; one that is there is emptied."""
    path = _file(tmp_path, "users.csv", b"user_id,gender,gender_method\na,male,m\nb,,\n")
    cleared = {"gender": None, "gender_confidence": None, "gender_method": None}
    assert _filled(path, {A: cleared}) == "user_id,gender,gender_method\na,,\nb,,\n"
    (tmp_path / "users.csv").unlink()
    write_parquet(Table.from_pydict({"user_id": Array(["a"], type=DataType.utf8())}), tmp_path / "users.parquet")
    users = UsersFile.read(tmp_path / "users.parquet")
    users.path.write_bytes(users.filled({A: {**cleared, "age": 30}}))
    assert [row for batch in read_parquet_rows(users.path) for row in batch] == [{"user_id": "a", "age": 30}]


def test_broken_rows_of_csv_are_refused(tmp_path: Path) -> None:
    """A row that is too long could come to life when columns are added."""
    path = _file(tmp_path, "users.csv", b"user_id,bio\na,x,y\nb,z\n")
    with pytest.raises(SocietyError, match=r"wanted no broken rows, got broken line: not 2 columns.*mend or remove"):
        UsersFile.read(path)


cells = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)


@settings(deadline=None, max_examples=60)
@given(rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=5), data=st.data())
def test_no_other_value_changes(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], data: st.DataObject
) -> None:
    """In JSON lines and CSV, whatever the other values are, and whoever is filled."""
    folder = tmp_path_factory.mktemp("society")
    some = data.draw(st.sets(st.integers(0, len(rows) - 1)))
    changes = {UserId(f"u{i}"): FOUND for i in some}
    before = [{"user_id": f"u{i}", "gender": "", "bio": bio, "x": x} for i, (bio, x) in enumerate(rows)]
    lines = _file(folder, "users.jsonl", b"".join(orjson.dumps(row) + b"\n" for row in before))
    wanted = [{**row, **FOUND} if i in some else row for i, row in enumerate(before)]
    assert [json.loads(line) for line in _filled(lines, changes).split("\n") if line] == wanted

    table = io.StringIO()
    writer = csv.writer(table, quoting=data.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])))
    writer.writerows([["user_id", "gender", "bio", "x"], *([r["user_id"], "", r["bio"], r["x"]] for r in before)])
    file = _file(folder, "users.csv", table.getvalue().encode())
    new = list(csv.DictReader(io.StringIO(_filled(file, changes), newline="")))
    empty = {"gender_confidence": "", "gender_method": ""} if some else {}
    assert new == [{**empty, **{name: str(value) for name, value in row.items()}} for row in wanted]


def test_parquet_keeps_other_columns_and_types(tmp_path: Path) -> None:
    """Filled columns keep their type where it takes the values; over several row groups."""
    table = Table.from_pydict(
        {
            "user_id": Array(["a", "b", "c"], type=DataType.utf8()),
            "age": Array([None, 20.0, float("nan")], type=DataType.float64()),
            "gender": Array([None, None, None], type=DataType.int32()),
            "occupation": Array(["x", None, None], type=DataType.large_utf8()),
            "years": Array(["30", None, None], type=DataType.utf8()),
            "small": Array([1, 2, 3], type=DataType.int8()),
        }
    )
    path = tmp_path / "users.parquet"
    write_parquet(table, path, max_row_group_size=2)
    changes = {A: {"age": 30, **FOUND}, C: {"occupation": "y", "years": 40, "gender_confidence": None}}
    path.write_bytes(UsersFile.read(path).filled(changes))
    rows = [row for batch in read_parquet_rows(path) for row in batch]
    assert [row["age"] for row in rows[:2]] == [30.0, 20.0]
    assert rows[2]["age"] != rows[2]["age"]
    assert [(r["gender"], r["occupation"], r["years"], r["small"]) for r in rows] == [
        ("female", "x", "30", 1),
        (None, None, None, 2),
        (None, "y", "40", 3),
    ]
    assert [(row["gender_confidence"], row["gender_method"]) for row in rows] == [
        (0.75, "m"),
        (None, None),
        (None, None),
    ]


def test_a_parquet_column_that_cannot_be_filled_is_named(tmp_path: Path) -> None:
    """Ages that are no numbers beside a new one that is."""
    table = Table.from_pydict(
        {"user_id": Array(["a", "b"], type=DataType.utf8()), "age": Array([True, None], type=DataType.bool())}
    )
    path = tmp_path / "users.parquet"
    write_parquet(table, path)
    with pytest.raises(SocietyError, match="column 'age': wanted a column that can be filled"):
        UsersFile.read(path).filled({B: {"age": 30}})


def test_a_file_that_was_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    """Nobody's work is overwritten."""
    path = _file(tmp_path, "users.jsonl", b'{"user_id": "a"}\n')
    users = UsersFile.read(path)
    path.write_bytes(b'{"user_id": "a", "gender": "male"}\n')
    with pytest.raises(SocietyError, match="changed meanwhile"):
        users.filled({A: FOUND})


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permissions and links stay; when it cannot be replaced, the old one is there and nothing beside it."""
    real = tmp_path / "real.jsonl"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link = tmp_path / "users.jsonl"
    link.symlink_to(real)
    replace_file(link, b"new")
    assert link.is_symlink()
    assert (real.read_bytes(), real.stat().st_mode & 0o777) == (b"new", 0o640)

    def refuse(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(SocietyError, match=r"users\.jsonl: wanted a file that can be written, got No space"):
        replace_file(link, b"newer")
    assert real.read_bytes() == b"new"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["real.jsonl", "users.jsonl"]


def test_society_json_is_read_and_kept(tmp_path: Path) -> None:
    """It may be absent; what is no object is refused."""
    assert read_about(tmp_path) == {}
    facts = {"built": {"of": "raw"}, "inferred": {"gender": {"m": {}}}}
    (tmp_path / "society.json").write_bytes(about_bytes(facts))
    assert read_about(tmp_path) == facts
    for text in ("[1]", "{"):
        (tmp_path / "society.json").write_text(text)
        with pytest.raises(SocietyError, match=r"society\.json: wanted a JSON object"):
            read_about(tmp_path)
