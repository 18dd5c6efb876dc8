"""Lists of edges: separators, comments, headers, directions, and what is broken in them."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents.errors import SocietyError
from s3agents.network.raw.open import open_raw
from s3agents.network.read_lines import LINE_BYTES

ReadAll = Callable[..., Any]
WriteFiles = Callable[[dict[str, str | bytes]], Path]

EDGES = [("1", "2"), ("2", "1"), ("1", "3")]
WAYS: dict[str, str | bytes] = {
    "blanks": "1 2\n2 1\n1 3\n",
    "tabs and comments": "# Directed graph: x\n# FromNodeId\tToNodeId\n1\t2\n2\t1\n1\t3\n",
    "commas": "1,2\n2,1\n1,3\n",
    "commas and a header": "source,target\n1,2\n2,1\n1,3\n",
    "another header": "id_1,id_2\n1,2\n2,1\n1,3\n",
    "a header of SNAP": "FromNodeId\tToNodeId\n1\t2\n2\t1\n1\t3\n",
    "weights and times": "1 2 0.5 1289241911\n2 1 3 1289241912\n1 3 -1 1289241913\n",
    "KONECT": "% asym unweighted\n1 2\n2 1\n1 3\n",
    "Windows": b"\xef\xbb\xbf1 2\r\n2 1\r\n\r\n1 3",
    "blanks around": "  1   2  \n2\t1\t\n 1 3\n",
    "comments in between": "1 2\n# half\n2 1\n\n1 3\n",
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_writing_edges(files: WriteFiles, read_all: ReadAll, way: str) -> None:
    """The first column follows the second, whatever stands between and after them."""
    source = open_raw(files({"a.edges": WAYS[way]}) / "a.edges")
    assert (source.layout, source.states_users) == ("snap", False)
    found = read_all(source)
    assert found.edges == EDGES
    assert found.report.clean
    assert (found.users, found.posts) == ([], [])


def test_undirected_graphs(files: WriteFiles, read_all: ReadAll) -> None:
    """What SNAP calls undirected goes both ways; that a comment mentions the word does not make it so."""
    text = "# Undirected graph: ../../data/output/youtube.ungraph.txt\n# Youtube\n# FromNodeId\tToNodeId\n1\t2\n1\t3\n"
    found = read_all(open_raw(files({"com-youtube.ungraph.txt": text})))
    assert found.edges == [("1", "2"), ("2", "1"), ("1", "3"), ("3", "1")]
    assert [(edge.line, file.read) for edge, file in zip(found.follows, found.report.files, strict=False)] == [(4, 4)]
    text = "# Directed graph (each unordered pair of nodes is saved once)\n1\t2\n# Undirected graph\n2\t3\n"
    assert read_all(open_raw(files({"com-youtube.ungraph.txt": text}))).edges == [("1", "2"), ("2", "3")]


def test_a_folder_of_lists(files: WriteFiles, read_all: ReadAll) -> None:
    """All lists of a folder are read, packed or not, in the order of their names."""
    home = files({"12.edges": "a b\n", "2.edges": "b c\n", "3.edges.gz": gzip.compress(b"c d\n"), "2.feat": "1 0 1\n"})
    found = read_all(open_raw(home))
    assert found.edges == [("a", "b"), ("b", "c"), ("c", "d")]
    assert [file.file for file in found.report.files] == ["12.edges", "2.edges", "3.edges.gz"]


def test_broken_lists(files: WriteFiles, read_all: ReadAll) -> None:
    """Lines that are no edge are counted with their number."""
    lines = [b"1 2", b"3", b"1 2 3", b"1.2E+17 2", b"\xff 2", b"4\0 5", b"x" * (LINE_BYTES + 5), b"6.0 7"]
    found = read_all(open_raw(files({"a.edges": b"\n".join(lines)})))
    assert found.edges == [("1", "2"), ("6", "7")]
    assert found.drops == {
        "broken line: not 2 columns": 2, "number that lost digits": 1, "not text in UTF-8": 1, "NUL in a line": 1,
        "line of more than 10 MB": 1,
    }  # fmt: skip
    assert "a.edges:2 '3'; a.edges:3 '1 2 3'" in found.examples


def test_lists_of_one_column(files: WriteFiles, read_all: ReadAll) -> None:
    """Where the first row has one column, no row is an edge."""
    assert read_all(open_raw(files({"a.edges": "1\n2\n"}))).drops == {"broken line: not 2 columns or more": 2}


@pytest.mark.parametrize("content", ["", "# nothing\n", "source,target\n"])
def test_lists_of_nothing(files: WriteFiles, read_all: ReadAll, content: str) -> None:
    """No rows are no edges, and no error."""
    assert read_all(open_raw(files({"a.edges": content}))).edges == []


def test_a_list_that_is_cut_off(files: WriteFiles, read_all: ReadAll) -> None:
    """A packed file that ends too early is refused, for nobody knows what is missing."""
    home = files({"a.edges.gz": gzip.compress(b"1 2\n" * 999)[:-12]})
    with pytest.raises(SocietyError, match=r"a\.edges\.gz: wanted a readable file, .*pack it again"):
        read_all(open_raw(home))


@given(lines=st.lists(st.binary(max_size=12) | st.sampled_from([b"1 2", b"1,2", b"# x", b"1 2 3"]), max_size=8))
@settings(max_examples=100, deadline=None)
def test_any_lines_are_kept_or_dropped(
    tmp_path_factory: pytest.TempPathFactory, read_all: ReadAll, lines: list[bytes]
) -> None:
    """Whatever the lines hold, rows read are rows kept and rows dropped, twice alike."""
    file = tmp_path_factory.mktemp("law") / "a.edges"
    file.write_bytes(b"\n".join(lines))
    first, second = read_all(open_raw(file)), read_all(open_raw(file))
    assert (first.edges, first.report.rows()) == (second.edges, second.report.rows())
