"""Which layout is found in a folder or file, and what is said where there is none."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s3agents.errors import SocietyError
from s3agents.network.raw.mapping import RawMapping
from s3agents.network.raw.open import open_raw

WriteFiles = Callable[[dict[str, str | bytes]], Path]

POSTS = '{"user_id": "a", "text": "x"}\n'
GRAPHML = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="directed"/></graphml>'
FOLDERS: dict[str, tuple[dict[str, str | bytes], str]] = {
    "tables": ({"users.csv": "id\n1\n"}, "tables"),
    "tables beside a graph": ({"users.csv": "id\n1\n", "g.graphml": GRAPHML}, "tables"),
    "edges alone": ({"edges.csv": "source,target\n1,2\n"}, "tables"),
    "cascades": ({"cases.csv": "case_id,t0_utc\n", "users.jsonl": "", "dev/posts.jsonl": POSTS}, "cascades"),
    "a graph": ({"g.gexf": "<gexf/>", "README.txt": "1 2 many\nnodes"}, "graph"),
    "lists of edges": ({"1.edges": "1 2\n", "2.edges": "1 2\n", "1.circles": "c 1 2\n"}, "snap"),
    "a packed list of edges": ({"soc-Epinions1.txt.gz": gzip.compress(b"# x\n1\t2\n")}, "snap"),
    "a list of edges as text": ({"twitter_combined.txt": "# x\n214328887 34428380\n", "notes.txt": "a b\n"}, "snap"),
    "PHEME": ({"threads/en/ottawa/1/source-tweets/1.json": "{}"}, "pheme"),
    "PHEME, an event": ({"rumours/1/source-tweet/1.json": "{}", "README": "x"}, "pheme"),
    "PHEME, a thread": ({"source-tweets/1.json": "{}"}, "pheme"),
}


@pytest.mark.parametrize("kind", FOLDERS)
def test_the_layout_of_a_folder_is_found(files: WriteFiles, kind: str) -> None:
    """What is in a folder says what its layout is; asking for that layout gives the same."""
    contents, layout = FOLDERS[kind]
    home = files(contents)
    assert open_raw(home).layout == layout
    assert open_raw(home, layout=layout).layout == layout  # type: ignore[arg-type]  # one of them


@pytest.mark.parametrize(
    ("name", "content", "layout"),
    [
        ("posts.jsonl", POSTS, "tables"), ("g.graphml", GRAPHML, "graph"), ("G.GML", "graph []", "graph"),
        ("a.edges", "1 2\n", "snap"), ("a.txt", "# x\n1\t2\n", "snap"), ("a.txt", "1,2\n", "snap"),
    ],
)  # fmt: skip
def test_the_layout_of_a_file_is_found(files: WriteFiles, name: str, content: str, layout: str) -> None:
    """The suffix of a file says what it is, of a text file its first row."""
    assert open_raw(files({name: content}) / name).layout == layout


def test_a_file_of_edges_by_any_name(files: WriteFiles) -> None:
    """Asked for as such, any file is a list of edges."""
    assert open_raw(files({"higgs.dat": "1 2\n"}) / "higgs.dat", layout="snap").layout == "snap"


NOTHING: dict[str, tuple[dict[str, str | bytes], str, str]] = {
    "an empty folder": ({}, "auto", "got nothing"),
    "files of no known kind": ({"a.pdf": "x", "b.doc": "y"}, "auto", "got a.pdf, b.doc"),
    "many files": ({f"{i}.pdf": "x" for i in range(10, 30)}, "auto", r"got 10.pdf, .* \.\.\."),
    "hidden files": ({".users.csv": "id\n"}, "auto", "one of the layouts"),
    "two graphs": ({"a.gml": "", "b.gml": ""}, "auto", "got a.gml, b.gml"),
    "text of no edges": ({"README.txt": "users 5\n"}, "auto", "got README.txt"),
    "no tables": ({"a.edges": "1 2\n"}, "tables", "raw data in the layout tables, got a.edges"),
    "no graph": ({"a.edges": "1 2\n"}, "graph", "raw data in the layout graph, got a.edges"),
    "no edges": ({"users.csv": "id\n"}, "snap", r"files such as \*.edges"),
    "no threads": ({"users.csv": "id\n"}, "pheme", "threads, folders with source-tweets"),
    "no cases": ({"users.csv": "id\n"}, "cascades", r"cases.csv and a folder such as dev"),
    "cases without a split": ({"cases.csv": "case_id\n"}, "cascades", r"cases.csv and a folder such as dev"),
}


@pytest.mark.parametrize("kind", NOTHING)
def test_where_there_are_no_data(files: WriteFiles, kind: str) -> None:
    """The message says what was found, and which layouts there are."""
    contents, layout, message = NOTHING[kind]
    with pytest.raises(SocietyError, match=message) as caught:
        open_raw(files(contents), layout=layout)  # type: ignore[arg-type]  # one of them
    if layout == "auto":
        for name in ("tables", "cascades", "graph", "snap", "pheme", "mapping"):
            assert name in str(caught.value)


@pytest.mark.parametrize("layout", ["auto", "tables", "pheme", "cascades", "snap", "graph"])
def test_a_path_that_is_not_there(tmp_path: Path, layout: Any) -> None:
    """A missing path is named, with the advice to check it."""
    with pytest.raises(
        SocietyError, match=r"nowhere: wanted a folder or file of raw data, got nothing \(check the path"
    ):
        open_raw(tmp_path / "nowhere", layout=layout)


@pytest.mark.parametrize("layout", ["auto", "tables", "pheme", "cascades", "graph"])
def test_a_file_of_another_layout(files: WriteFiles, layout: Any) -> None:
    """A file that cannot be what was asked for is refused."""
    with pytest.raises(SocietyError, match=r"a\.pdf: wanted"):
        open_raw(files({"a.pdf": "x"}) / "a.pdf", layout=layout)


@pytest.mark.parametrize("name", ["a\0b", "x" * 300])
def test_a_path_that_cannot_be(tmp_path: Path, name: str) -> None:
    """A path that no file can have is refused like one that is not there."""
    with pytest.raises(SocietyError, match="wanted a folder or file of raw data"):
        open_raw(tmp_path / name)


def test_a_folder_without_permission(files: WriteFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal of the operating system, which no test can provoke as root, is translated."""

    def refuse(_: Path) -> object:
        raise PermissionError(13, "Permission denied")

    home = files({"users.csv": "id\n"})
    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(SocietyError, match="raw: wanted a folder or file of raw data, got Permission denied"):
        open_raw(home)


def test_an_unknown_layout(tmp_path: Path) -> None:
    """A layout of another name is refused with the names there are."""
    with pytest.raises(SocietyError, match=r"layout: wanted one of auto, tables, pheme, .*got 'table'"):
        open_raw(tmp_path, layout="table")  # type: ignore[arg-type]


def test_a_mapping_is_for_tables_in_a_folder(files: WriteFiles) -> None:
    """A mapping with another layout, or with a file, is refused."""
    home = files({"x.csv": "id\n1\n"})
    mapping = RawMapping.model_validate({"users": {"file": "x.csv"}})
    assert open_raw(home, mapping=mapping, layout="tables").layout == "tables"
    with pytest.raises(SocietyError, match="wanted tables, where there is a mapping, got snap"):
        open_raw(home, mapping=mapping, layout="snap")
    with pytest.raises(SocietyError, match="wanted a folder, where there is a mapping, got a file"):
        open_raw(home / "x.csv", mapping=mapping)
