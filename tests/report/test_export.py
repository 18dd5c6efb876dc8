"""Exports: other programs read back what the tables say, and nothing half written is ever left."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pytest
from arro3.io import read_parquet

from s3agents.errors import InputError, RecordError
from s3agents.ids import PostId, UserId
from s3agents.record.base import TickRecord
from s3agents.report import export as module
from s3agents.report.export import TABLES, export
from s3agents.report.run import Run

WriteRun = Callable[..., Run]


def _parquet(path: Path) -> dict[str, list[Any]]:
    table = read_parquet(path).read_all()
    return {name: table[name].to_pylist() for name in table.column_names}


def _csv(path: Path) -> dict[str, list[Any]]:
    table = pd.read_csv(path)
    return {name: table[name].tolist() for name in table.columns}


def _jsonl(path: Path) -> dict[str, list[Any]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}


def _plain(values: list[Any]) -> list[Any]:
    return [None if pd.isna(value) else value for value in values]


@pytest.mark.parametrize(("fmt", "read"), [("parquet", _parquet), ("csv", _csv), ("jsonl", _jsonl)])
def test_tables_are_read_back(run: Run, tmp_path: Path, fmt: Any, read: Callable[[Path], dict[str, list[Any]]]) -> None:
    """Each file holds its table, value by value, gaps as gaps."""
    files = export(run, (), fmt, tmp_path / "out")
    assert [file.name for file in files] == [f"{name}.{fmt}" for name in TABLES]
    for name, file in zip(TABLES, files, strict=True):
        table = getattr(run, name)()
        found = read(file)
        if len(table):
            assert list(found) == list(table.columns)
            assert {key: _plain(values) for key, values in found.items()} == {
                key: _plain(table[key].tolist()) for key in table.columns
            }


def test_a_column_of_gaps_keeps_its_type(run: Run, tmp_path: Path) -> None:
    """Numbers that no turn of a run has are still numbers in its Parquet file."""
    (file,) = export(run, ["turns"], "parquet", tmp_path / "out")
    schema = read_parquet(file).schema
    assert "Float64" in str(schema.field("p_forward").type)
    assert "Int64" in str(schema.field("calls").type)


def test_only_what_was_asked_for_is_written(run: Run, tmp_path: Path) -> None:
    """Two tables, two files, no other trace."""
    export(run, ["curves", "posts", "curves"], "csv", tmp_path / "deep" / "out")
    assert sorted(file.name for file in (tmp_path / "deep" / "out").iterdir()) == ["curves.csv", "posts.csv"]
    assert [file.name for file in (tmp_path / "deep").iterdir()] == ["out"]


def test_the_network_of_forwards_is_read_back(run: Run, tmp_path: Path) -> None:
    """Nodes are those who had a turn; edges lead from the author to who passed it on."""
    (file,) = export(run, (), "graphml", tmp_path / "out")
    graph = nx.read_graphml(file)
    assert dict(graph.nodes["ann"]) == {
        "label": "ann",
        "tick": 0,
        "emotion": "moderate",
        "attitude": "negative",
        "p_positive": 0.25,
    }
    assert dict(graph.nodes["cat"]) == {"label": "cat", "tick": 1}
    assert set(graph) == {"ann", "bob", "cat", "dan"}
    assert list(graph.edges(data=True)) == [
        ("ann", "bob", {"tick": 1, "weight": 1}),
        ("bob", "dan", {"tick": 2, "weight": 1}),
    ]


def test_forwards_add_up_and_answers_do_not(
    tmp_path: Path, write_run: WriteRun, story: tuple[TickRecord, ...], sequel: TickRecord
) -> None:
    """An edge weighs as much as it was used, since its first time; an answer passes nothing on."""
    again = replace(sequel.posts[0], id=PostId("4.1.cat"), n=1)
    posts = (sequel.posts[0], again, *sequel.posts[1:])
    run = write_run(tmp_path / "run", (*story, replace(sequel, posts=posts)))
    graph = nx.read_graphml(export(run, (), "graphml", tmp_path / "out")[0])
    assert graph.edges["bob", "cat"] == {"tick": 4, "weight": 2}
    assert set(graph.edges) == {("ann", "bob"), ("bob", "dan"), ("bob", "cat"), ("bob", "eve")}


def test_names_that_xml_cannot_hold_are_escaped(
    tmp_path: Path, write_run: WriteRun, story: tuple[TickRecord, ...]
) -> None:
    """A control character in an id does not make the file unreadable."""
    turn = replace(story[0].turns[0], user=UserId("a\x00<&"))
    run = write_run(tmp_path / "run", [replace(story[0], posts=(), turns=(turn,))])
    (file,) = export(run, (), "graphml", tmp_path / "out")
    assert list(nx.read_graphml(file)) == ["a\\x00<&"]


def test_a_folder_with_files_is_left_alone(run: Run, tmp_path: Path) -> None:
    """Nothing is overwritten unless that is asked for, and then only files of the same names."""
    (tmp_path / "posts.csv").write_text("mine")
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="wanted a new folder, got a folder with files in it"):
        export(run, ["posts"], "csv", tmp_path)
    assert (tmp_path / "posts.csv").read_text() == "mine"
    export(run, ["posts"], "csv", tmp_path, overwrite=True)
    assert (tmp_path / "posts.csv").read_text().startswith("id,")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["notes.txt", "posts.csv"]
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_an_empty_folder_is_used(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also the current one."""
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path / "out")
    assert export(run, ["ticks"], "csv", ".") == (Path("ticks.csv"),)
    assert Path("ticks.csv").is_file()


def test_a_file_is_no_folder(run: Run, tmp_path: Path) -> None:
    """A file in the way is refused, even with leave to overwrite."""
    (tmp_path / "out").write_text("mine")
    with pytest.raises(InputError, match="got a file"):
        export(run, ["ticks"], "csv", tmp_path / "out")
    with pytest.raises(InputError, match="a folder that can be written to"):
        export(run, ["ticks"], "csv", tmp_path / "out", overwrite=True)
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize("overwrite", [False, True])
def test_nothing_half_written_is_left(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, overwrite: bool
) -> None:
    """When the second table cannot be written, the first is not there either."""
    written: list[Path] = []

    def write_once(path: Path, columns: Any, fmt: Any) -> None:
        if written:
            raise RecordError("no space left")
        path.write_text("half")
        written.append(path)

    monkeypatch.setattr(module, "write_table", write_once)
    if overwrite:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "posts.csv").write_text("old")
    with pytest.raises(RecordError, match="no space left"):
        export(run, ["posts", "turns"], "csv", tmp_path / "out", overwrite=overwrite)
    assert written
    left = {file.relative_to(tmp_path).as_posix(): file.read_text() for file in tmp_path.rglob("*") if file.is_file()}
    assert left == ({"out/posts.csv": "old"} if overwrite else {})


def test_unknown_tables_and_formats_are_refused(run: Run, tmp_path: Path) -> None:
    """The message lists what there is."""
    with pytest.raises(InputError, match="table: wanted one of posts, exposures"):
        export(run, ["likes"], "csv", tmp_path / "out")
    with pytest.raises(InputError, match="format: wanted parquet, csv, jsonl, graphml, got 'xls'"):
        export(run, (), "xls", tmp_path / "out")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
