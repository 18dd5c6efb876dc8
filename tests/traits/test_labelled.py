"""Labelled data: columns by any of their names, labels as they are meant, and an account of every row."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from s3agents.errors import InputError
from s3agents.tables import write_table
from s3agents.traits.labelled import read_labelled

ROWS: list[dict[str, Any]] = [
    {"id": "a", "gender": "F", "age": 30, "industry": "Law", "bio": "hi", "posts": ["one", "two"]},
    {"id": "b", "gender": " Male ", "age": 41, "industry": "", "bio": "", "posts": ["three"]},
    {"id": "c", "gender": "男", "age": None, "industry": "unknown", "bio": "four", "posts": []},
]


def lines(path: Path, rows: list[Any]) -> Path:
    """A file of JSON lines."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def seen(path: Path, **options: Any) -> list[Any]:
    """What is read of each example."""
    data = read_labelled(path, **options)
    return [(e.evidence.persona.id, e.evidence.persona.bio, e.evidence.posts, dict(e.labels)) for e in data.examples]


EXPECTED = [
    ("a", "hi", ("one", "two"), {"gender": "female", "age": 30, "occupation": "Law"}),
    ("b", "", ("three",), {"gender": "male", "age": 41}),
    ("c", "four", (), {"gender": "male"}),
]


def test_formats_give_the_same_examples(tmp_path: Path) -> None:
    """JSON lines, CSV (posts as JSON), Parquet (posts as JSON), packed or not, are read alike."""
    plain = lines(tmp_path / "x.jsonl", ROWS)
    packed = tmp_path / "x.jsonl.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    table = {name: [row[name] for row in ROWS] for name in ROWS[0]}
    table["posts"] = [json.dumps(posts) for posts in table["posts"]]
    write_table(tmp_path / "x.csv", table, "csv")
    write_table(tmp_path / "x.parquet", table, "parquet")
    for file in (plain, packed, tmp_path / "x.csv", tmp_path / "x.parquet"):
        assert seen(file, strict=True) == EXPECTED


def test_columns_go_by_any_of_their_names(tmp_path: Path) -> None:
    """Synonyms are known, others can be named, and which columns were read is told."""
    file = lines(tmp_path / "x.jsonl", [{"sex": "f", "text": "t", "stance": "Favor", "job": "x", "Alter": "7"}])
    data = read_labelled(file, columns={"age": "Alter"})
    assert dict(data.examples[0].labels) == {"gender": "female", "attitude": "Favor", "occupation": "x", "age": 7}
    assert not data.examples[0].known_id
    assert data.columns == {
        "posts": ("text",),
        "gender": ("sex",),
        "age": ("Alter",),
        "occupation": ("job",),
        "attitude": ("stance",),
    }
    assert dict(read_labelled(file, columns={"gender": "job"}).examples[0].labels)["gender"] == "x"


def test_every_row_is_accounted_for(tmp_path: Path) -> None:
    """Rows without text and broken lines are dropped, values that cannot be used too, each with file and line."""
    rows: list[Any] = [
        {"id": "a", "age": "abc", "text": "t"},
        {"id": "b", "age": 0, "text": "t"},
        {"id": "c", "age": 20, "text": "  "},
        {"id": ["d"], "gender": ["x"], "posts": ["t", 7]},
    ]
    file = lines(tmp_path / "x.jsonl", rows)
    with file.open("a") as stream:
        stream.write("no json\n")
    data = read_labelled(file)
    (account,) = data.report.files
    assert (account.read, account.kept, account.dropped) == (5, 3, 2)
    assert data.report.problems() == [
        "x.jsonl: 1 x no text, such as x.jsonl:3 'c'",
        "x.jsonl: 1 x broken line: no JSON, such as x.jsonl:5 'no json'",
        "x.jsonl: 2 x invalid age (value dropped, row kept), such as x.jsonl:1 'abc'; x.jsonl:2 0",
        "x.jsonl: 1 x post that is no text (value dropped, row kept), such as x.jsonl:4 7",
        "x.jsonl: 1 x no usable id (value dropped, row kept), such as x.jsonl:4 ['d']",
        "x.jsonl: 1 x invalid gender (value dropped, row kept), such as x.jsonl:4 ['x']",
    ]
    with pytest.raises(InputError, match="strict reading found"):
        read_labelled(file, strict=True)


def test_predicted_traits_are_no_labels(tmp_path: Path) -> None:
    """A trait with a method was predicted: nothing is learnt from it, and how many there are is told."""
    rows = [
        {"id": "a", "gender": "female", "gender_method": "learnt/x", "age": 20, "text": "t"},
        {"id": "b", "gender": "male", "gender_method": "", "age": 20, "text": "t"},
    ]
    data = read_labelled(lines(tmp_path / "x.jsonl", rows))
    assert [dict(e.labels) for e in data.examples] == [{"age": 20}, {"gender": "male", "age": 20}]
    assert data.predicted == {"gender": 1}


def test_a_society_is_read_with_its_posts(tmp_path: Path) -> None:
    """The users of a society are examples, their histories the posts; those who say nothing are dropped."""
    users = [
        {"user_id": "a", "gender": "female", "bio": "hi", "stance": "favor"},
        {"user_id": "b", "age": 20, "age_method": "learnt/x"},
        {"user_id": "c"},
    ]
    lines(tmp_path / "users.jsonl", users)
    lines(tmp_path / "posts.jsonl", [{"user_id": "b", "text": "one"}, {"user_id": "b", "text": "two"}])
    (tmp_path / "follows.csv").write_text("follower,followee\na,b\n")
    data = read_labelled(tmp_path)
    assert seen(tmp_path) == [("a", "hi", (), {"gender": "female", "attitude": "favor"}), ("b", "", ("one", "two"), {})]
    assert data.predicted == {"age": 1}
    assert any("no text" in problem for problem in data.report.problems())


def test_only_the_named_texts_are_read(tmp_path: Path) -> None:
    """Rows without one of the named texts are dropped."""
    file = lines(tmp_path / "x.jsonl", ROWS)
    assert [row[:3] for row in seen(file, texts=("bio",))] == [("a", "hi", ()), ("c", "four", ())]
    assert [row[:3] for row in seen(file, texts=("posts",))] == [("a", "", ("one", "two")), ("b", "", ("three",))]


def test_a_cell_in_brackets_may_be_just_a_text(tmp_path: Path) -> None:
    """Only a JSON list is a list of posts."""
    write_table(tmp_path / "x.csv", {"text": ['["a", "b"]', "[a] b", "[1"]}, "csv")
    assert [row[2] for row in seen(tmp_path / "x.csv")] == [("a", "b"), ("[a] b",), ("[1",)]


BAD: dict[str, tuple[str, bytes, dict[str, Any], str]] = {
    "no such file": ("x.jsonl", b"", {}, "No such file"),
    "another kind": ("x.txt", b"a", {}, "ends in"),
    "an empty file": ("x.jsonl", b"\n", {}, "no rows"),
    "no text": ("x.csv", b"id,gender\na,f\n", {}, "--map bio=COLUMN"),
    "only blank texts": ("x.csv", b"id,text\na,\n", {}, "no text"),
    "a column that is not there": ("x.csv", b"id,text\na,b\n", {"columns": {"age": "Alter"}}, "'Alter'"),
    "a field that is not there": ("x.csv", b"id,text\na,b\n", {"columns": {"shoes": "x"}}, "field 'shoes'"),
    "no Parquet": ("x.parquet", b"abc", {}, "Parquet"),
    "no UTF-8": ("x.csv", b"id,text\na,\xff\n", {}, "UTF-8"),
}


@pytest.mark.parametrize("kind", sorted(BAD))
def test_what_cannot_be_read_is_one_clear_error(kind: str, tmp_path: Path) -> None:
    """The message names the file and what is wrong with it."""
    name, data, options, message = BAD[kind]
    if kind != "no such file":
        (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=message):
        read_labelled(tmp_path / name, **options)
