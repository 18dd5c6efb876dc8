"""Tables: what is written is read back, in all three formats; what has no type is refused."""

from __future__ import annotations

import csv
import json
import tempfile
from enum import StrEnum
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents.errors import InputError, RecordError
from s3agents.tables import Cell, TableFormat, parquet_columns, read_parquet_rows, write_table

FORMATS: tuple[TableFormat, ...] = ("parquet", "csv", "jsonl")

texts = st.text(st.characters(exclude_categories=["Cs"]))
kinds = [texts, st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False), st.booleans()]
tables = st.integers(0, 5).flatmap(
    lambda n: st.dictionaries(
        texts.filter(lambda name: name and "\0" not in name),
        st.one_of(*(st.lists(st.none() | kind, min_size=n, max_size=n) for kind in kinds)),
        min_size=1,
        max_size=4,
    )
)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_parquet_and_json_lines_give_back_what_was_written(table: dict[str, list[Cell]]) -> None:
    """Values, their types, gaps and the names of columns survive."""
    rows = [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
    with tempfile.TemporaryDirectory() as home:
        path = Path(home, "t")
        write_table(path, table, "parquet")
        assert parquet_columns(path) == list(table)
        found = [row for batch in read_parquet_rows(path) for row in batch]
        assert repr(found) == repr(rows)
        write_table(path, table, "jsonl")
        lines = path.read_bytes().split(b"\n")[:-1]
        assert repr([json.loads(line) for line in lines]) == repr(rows)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_csv_holds_the_text_of_each_value(table: dict[str, list[Cell]]) -> None:
    """A gap is an empty cell, a truth value ``true`` or ``false``; any text survives its quoting."""
    with tempfile.TemporaryDirectory() as home:
        path = Path(home, "t.csv")
        write_table(path, table, "csv")
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
    assert header == list(table)
    expected = [
        ["" if v is None else str(v).lower() if isinstance(v, bool) else str(v) for v in row]
        for row in zip(*table.values(), strict=True)
    ]
    assert rows == expected


def test_whole_and_decimal_numbers_share_a_column(tmp_path: Path) -> None:
    """A column of both kinds of numbers is one of decimal numbers."""
    write_table(tmp_path / "t", {"x": [1, 2.5, None]}, "parquet")
    assert next(read_parquet_rows(tmp_path / "t")) == [{"x": 1.0}, {"x": 2.5}, {"x": None}]


def test_nan_is_a_gap_where_the_format_has_no_nan(tmp_path: Path) -> None:
    """NaN stays in Parquet, and is an empty cell in CSV and null in JSON."""
    for fmt in FORMATS:
        write_table(tmp_path / fmt, {"x": [1.5, float("nan")], "y": ["a", "b"]}, fmt)
    assert np.isnan(next(read_parquet_rows(tmp_path / "parquet"))[1]["x"])
    assert (tmp_path / "csv").read_bytes() == b"x,y\r\n1.5,a\r\n,b\r\n"
    assert (tmp_path / "jsonl").read_bytes() == b'{"x":1.5,"y":"a"}\n{"x":null,"y":"b"}\n'


def test_arrays_and_enumerations_are_taken(tmp_path: Path) -> None:
    """Arrays of numpy and text enumerations become plain columns; gaps alone become text."""

    class Colour(StrEnum):
        RED = "red"

    write_table(tmp_path / "t", {"n": np.arange(2), "c": [Colour.RED, None], "e": [None, None]}, "parquet")  # type: ignore[dict-item]  # numpy
    assert next(read_parquet_rows(tmp_path / "t")) == [{"n": 0, "c": "red", "e": None}, {"n": 1, "c": None, "e": None}]


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({}, "wanted one or more, of one length, got none"),
        ({"a": [1], "b": [1, 2]}, "got a of 1, b of 2"),
        ({"a": [1, "x"]}, "column 'a': wanted one of str, int, float and bool, got int, str"),
        ({"a": [True, 1]}, "got bool, int"),
        ({"a": [[1]]}, "got list"),
        ({"a": [2**63]}, "whole numbers of 64 bits"),
        ({"a": ["\ud800"]}, "cannot be written"),
        ({"a\0": [1]}, "name of a column: wanted text without NUL"),
    ],
)
def test_columns_without_a_type_are_refused(
    tmp_path: Path, fmt: TableFormat, columns: dict[str, list[Cell]], message: str
) -> None:
    """The error names the column, and neither a whole nor half a file is left behind."""
    with pytest.raises(RecordError) as caught:
        write_table(tmp_path / "t", columns, fmt)
    assert message in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_json_has_no_infinity(tmp_path: Path) -> None:
    """An infinite number is refused where JSON could only write null."""
    with pytest.raises(RecordError, match="'x' holds an infinite number"):
        write_table(tmp_path / "t", {"x": [float("inf")]}, "jsonl")


def test_unknown_format(tmp_path: Path) -> None:
    """An unknown format is an error that lists the known ones."""
    with pytest.raises(RecordError, match="wanted one of csv, jsonl, parquet, got 'xlsx'"):
        write_table(tmp_path / "t", {"x": [1]}, "xlsx")  # type: ignore[arg-type]  # the point of the test


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_place_that_cannot_be_written(tmp_path: Path, fmt: TableFormat) -> None:
    """A folder that is not there is an error of ours in every format."""
    with pytest.raises(RecordError, match="No such file or directory"):
        write_table(tmp_path / "nowhere" / "t", {"x": [1]}, fmt)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
def test_a_full_disk_is_an_error(tmp_path: Path) -> None:
    """The Parquet library panics when it cannot write; that, too, becomes an error of ours, and the old file stays."""
    write_table(tmp_path / "t", {"x": [1]}, "parquet")
    (tmp_path / "t.part").symlink_to("/dev/full")
    with pytest.raises(RecordError, match="No space left"):
        write_table(tmp_path / "t", {"x": [2] * 1000}, "parquet")
    assert next(read_parquet_rows(tmp_path / "t")) == [{"x": 1}]


def test_many_rows_come_in_batches(tmp_path: Path) -> None:
    """A long file is not read in one piece."""
    write_table(tmp_path / "t", {"x": range(40_000)}, "parquet")
    batches = [len(batch) for batch in read_parquet_rows(tmp_path / "t")]
    assert sum(batches) == 40_000
    assert max(batches) < 20_000


@pytest.mark.parametrize("content", [b"", b"PAR1", b"user_id,x\n", b"PAR1" + b"\x15" * 60 + b"\x20\0\0\0PAR1"])
def test_what_is_no_parquet_is_an_input_error(tmp_path: Path, content: bytes) -> None:
    """Nothing, too little, text and nonsense are all refused as no Parquet file."""
    (tmp_path / "t").write_bytes(content)
    with pytest.raises(InputError, match="wanted a Parquet file"):
        parquet_columns(tmp_path / "t")


def test_damaged_pages_are_an_input_error(tmp_path: Path) -> None:
    """Damage behind an intact footer shows when the rows are read."""
    write_table(tmp_path / "t", {"x": [f"text {i}" for i in range(1000)]}, "parquet")
    data = bytearray((tmp_path / "t").read_bytes())
    data[4:64] = bytes(b ^ 0xFF for b in data[4:64])
    (tmp_path / "t").write_bytes(bytes(data))
    with pytest.raises(InputError, match="damaged contents"):
        list(read_parquet_rows(tmp_path / "t"))


def test_missing_file_and_folder_are_input_errors(tmp_path: Path) -> None:
    """A file that is not there, or is a folder, is an error of ours."""
    with pytest.raises(InputError, match="No such file"):
        list(read_parquet_rows(tmp_path / "nowhere"))
    with pytest.raises(InputError, match="Is a directory"):
        list(read_parquet_rows(tmp_path))


def test_files_of_pyarrow_are_read(tmp_path: Path) -> None:
    """Every type that pyarrow and pandas write for plain tables is read as a plain value; nested ones stay nested."""
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    from datetime import UTC, date, datetime, timedelta
    from decimal import Decimal

    columns = {
        "string": pa.array(["a", None]),
        "large": pa.array(["x", "y"], pa.large_string()),
        "view": pa.array(["x", None], pa.string_view()),
        "dictionary": pa.array(["p", "q"]).dictionary_encode(),
        "int8": pa.array([1, None], pa.int8()),
        "uint64": pa.array([2**64 - 1, 0], pa.uint64()),
        "float32": pa.array([0.5, None], pa.float32()),
        "bool": pa.array([True, None]),
        "naive": pa.array([datetime(2020, 1, 2, 3, 4, 5), None]),
        "aware": pa.array([datetime(2020, 1, 2, tzinfo=UTC), None]),
        "date": pa.array([date(2020, 1, 1), None]),
        "duration": pa.array([timedelta(minutes=1), None]),
        "decimal": pa.array([Decimal("1.50"), None]),
        "null": pa.nulls(2),
        "list": pa.array([[1, 2], None]),
    }
    pq.write_table(pa.table(columns), tmp_path / "t")
    ((first, second),) = read_parquet_rows(tmp_path / "t")
    assert first == {
        "string": "a", "large": "x", "view": "x", "dictionary": "p", "int8": 1, "uint64": 2**64 - 1, "float32": 0.5,
        "bool": True, "naive": "2020-01-02T03:04:05", "aware": "2020-01-02T00:00:00+00:00", "date": "2020-01-01",
        "duration": 60.0, "decimal": 1.5, "null": None, "list": [1, 2],
    }  # fmt: skip
    assert second == {**dict.fromkeys(columns), "large": "y", "dictionary": "q", "uint64": 0}


def test_pandas_reads_what_was_written(tmp_path: Path) -> None:
    """A Parquet file of ours opens with pandas, where its engine is installed, with the types it was given."""
    pytest.importorskip("pyarrow")
    import pandas as pd

    write_table(tmp_path / "t", {"s": ["a", "b"], "n": [1, 2], "f": [0.5, 1.0], "b": [True, False]}, "parquet")
    frame = pd.read_parquet(tmp_path / "t")
    assert [kind.kind for kind in frame[["n", "f", "b"]].dtypes] == ["i", "f", "b"]
    assert frame["s"].tolist() == ["a", "b"]
