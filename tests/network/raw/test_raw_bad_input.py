"""How raw tables can be broken: the loss is counted with file and line, or there is one clear error."""

from __future__ import annotations

import gzip
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s3agents.errors import SocietyError
from s3agents.network.load_report import LoadReport
from s3agents.network.raw.mapping import RawMapping
from s3agents.network.raw.open import open_raw
from s3agents.network.read_lines import LINE_BYTES
from s3agents.tables import write_table

ReadAll = Callable[..., Any]
WriteFiles = Callable[[dict[str, str | bytes]], Path]

GOOD = b'{"user_id": "z", "text": "good"}\n'
POST = b"user_id,text,created_at\n"
LONG = b"a" * (LINE_BYTES + 5)
ROW = "(value dropped, row kept)"

# Of each kind: the file, its contents, the drops, and an example of them. A good row stands around what is broken.
BROKEN: dict[str, tuple[str, bytes, dict[str, int], str]] = {
    "a row too narrow": ("posts.csv", POST + b"a,x\nz,good,\n", {"broken line: not 3 columns": 1}, "posts.csv:2 'a,x'"),
    "a row too wide": (
        "posts.csv", POST + b"a,x,,\nz,good,\n", {"broken line: not 3 columns": 1}, "posts.csv:2 'a,x,,'",
    ),
    "broken quoting": (
        "posts.csv", POST + b'a,"x" y,\nz,good,\n', {"broken line: quoting": 1}, "expected after",
    ),
    "Latin-1 in CSV": (
        "posts.csv", POST + b"a,caf\xe9,\nz,good,\n", {"not text in UTF-8": 1}, "posts.csv:2 'a,caf\ufffd,'",
    ),
    "Latin-1 in a field of two lines": (
        "posts.csv", POST + b'a,"one\ncaf\xe9\nthree",\nz,good,\n', {"not text in UTF-8": 1}, "posts.csv:3 'a,one",
    ),
    "NUL in CSV": ("posts.csv", POST + b"a,x\0y,\nz,good,\n", {"NUL in a line": 1}, r"posts.csv:2 'a,x\x00y,'"),
    "a long line of CSV": (
        "posts.csv", POST + b"a," + LONG + b",\nz,good,\n", {"line of more than 10 MB": 1}, "posts.csv:2 ''",
    ),
    "a blank author": ("posts.csv", POST + b" ,x,\nz,good,\n", {"no usable author": 1}, "posts.csv:2 ' '"),
    "an author of a spreadsheet": (
        "posts.csv", POST + b"1.23E+17,x,\nz,good,\n", {"number that lost digits": 1}, "posts.csv:2 '1.23E+17'",
    ),
    "an author as a long decimal": (
        "posts.csv", POST + b"552783667052167168.0,x,\nz,good,\n", {"number that lost digits": 1}, "posts.csv:2 '5527",
    ),
    "a bad date": (
        "posts.csv", POST + b"a,x,03/04/2015\nz,good,\n", {f"invalid time {ROW}": 1}, "posts.csv:2 '03/04/2015'",
    ),
    "no JSON": ("posts.jsonl", b'{"user_id": \n' + GOOD, {"broken line: no JSON": 1}, "posts.jsonl:1 '{\"user_id\":'"),
    "no object": ("posts.jsonl", b'"a"\n[1]\nnull\n' + GOOD, {"broken line: no JSON object": 3}, ":3 'null'"),
    "NaN": ("posts.jsonl", b'{"user_id": NaN}\n' + GOOD, {"broken line: no JSON": 1}, "posts.jsonl:1"),
    "half a character pair": ("posts.jsonl", b'{"user_id": "\\ud800"}\n' + GOOD, {"broken line: no JSON": 1}, ":1"),
    "depth without end": ("posts.jsonl", GOOD + b"[" * 100_000 + b"\n", {"broken line: no JSON": 1}, "posts.jsonl:2"),
    "Latin-1 in JSON": (
        "posts.jsonl", b'{"user_id": "a", "text": "\xe9"}\n' + GOOD, {"not text in UTF-8": 1}, "posts.jsonl:1",
    ),
    "NUL in JSON": ("posts.jsonl", b'{"user_id": "a\0"}\n' + GOOD, {"NUL in a line": 1}, "posts.jsonl:1"),
    "a long line of JSON": (
        "posts.jsonl", b'{"user_id": "' + LONG + b'"}\n' + GOOD, {"line of more than 10 MB": 1}, "posts.jsonl:1 ''",
    ),
    "a long last line": (
        "posts.jsonl", GOOD + b'{"user_id": "' + LONG, {"line of more than 10 MB": 1}, "posts.jsonl:2 ''",
    ),
    "no author": ("posts.jsonl", b'{"text": "x"}\n' + GOOD, {"no usable author": 1}, "posts.jsonl:1 None"),
    "an author that lost digits": (
        "posts.jsonl", b'{"user_id": 1.23e17, "text": "x"}\n' + GOOD, {"number that lost digits": 1}, "1.23e+17",
    ),
    "an author of too many digits": (
        "posts.jsonl", b'{"user_id": 12345678901234567890123, "text": "x"}\n' + GOOD,
        {"number that lost digits": 1}, "posts.jsonl:1",
    ),
    "authors of other types": (
        "posts.jsonl",
        b'{"user_id": true, "text": "x"}\n{"user_id": ["b"], "text": "x"}\n{"user_id": 1.5, "text": "x"}\n' + GOOD,
        {"no usable author": 3}, "posts.jsonl:2 ['b']",
    ),
    "an endless author": (
        "posts.jsonl", b'{"user_id": "' + b"b" * 257 + b'", "text": "x"}\n' + GOOD, {"no usable author": 1}, "bbb",
    ),
    "texts that are none": (
        "posts.jsonl", b'{"user_id": "a", "text": " "}\n{"user_id": "a", "text": 5}\n{"user_id": "a"}\n' + GOOD,
        {"no text": 3}, "posts.jsonl:1 ' '; posts.jsonl:2 5; posts.jsonl:3 None",
    ),
    "a date that is a truth value": (
        "posts.jsonl", b'{"user_id": "a", "text": "x", "time": true}\n' + GOOD, {f"invalid time {ROW}": 1}, "True",
    ),
    "an unknown kind": (
        "posts.jsonl", b'{"user_id": "a", "text": "x", "kind": "ad"}\n' + GOOD, {f"unknown kind {ROW}": 1}, "'ad'",
    ),
    "ids of posts that lost digits": (
        "posts.jsonl", b'{"user_id": "a", "text": "x", "id": 5.5e17, "parent_id": "5.5E+17"}\n' + GOOD,
        {f"id of the {what}: number that lost digits {ROW}": 1 for what in ("post", "parent")}, "5.5E+17",
    ),
    "packed": (
        "posts.jsonl.gz", gzip.compress(b"oops\n" + GOOD), {"broken line: no JSON": 1},
        "posts.jsonl.gz:1 'oops'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_row_costs_itself(files: WriteFiles, read_all: ReadAll, kind: str) -> None:
    """What is around a broken row is kept; the row, or its value, is counted with file, line and what it says."""
    name, content, drops, example = BROKEN[kind]
    found = read_all(open_raw(files({name: content})))
    assert found.drops == drops
    assert any(example in shown for shown in found.examples)
    assert ("z", "good") in [(post.author, post.text) for post in found.posts]
    kept = [post for post in found.posts if post.author != "z"]
    assert len(kept) == (1 if all(reason.endswith(ROW) for reason in drops) else 0)


def test_broken_users(files: WriteFiles, read_all: ReadAll) -> None:
    """Of a user, what cannot be used is left out and counted."""
    rows = b"""\
{"user_id": "a", "followers_count": "many", "friends_count": 1.5, "created_at": "soon", "verified": "perhaps"}
{"user_id": "b", "screen_name": ["x"], "tags": ["x"], "home": {"city": "Rom"}, "bio": null, "age": ""}
{"user_id": "", "bio": "nobody"}
{"user_id": 1e17}
{"user_id": "c", "id": "d", "bio": "first", "followers_count": "12.0", "verified": 1, "created_at": 1420628768}
{"user_id": 7.0, "id": 7}
"""
    found = read_all(open_raw(files({"users.jsonl": rows})))
    assert [user.id for user in found.users] == ["a", "b", "c", "7"]
    assert (found.users[2].followers, found.users[2].verified) == (12, True)
    assert [dict(user.traits) for user in found.users] == [{}, {}, {"bio": "first"}, {}]
    assert found.drops == {
        "no usable id": 1,
        "number that lost digits": 1,
        f"invalid followers {ROW}": 1,
        f"invalid followees {ROW}": 1,
        f"invalid created {ROW}": 1,
        f"invalid verified {ROW}": 1,
        f"invalid handle {ROW}": 1,
        f"nested value {ROW}": 2,
        f"second column for id {ROW}": 1,
    }


def test_broken_edges(files: WriteFiles, read_all: ReadAll) -> None:
    """Edges without two ids are counted; ids written as decimals are those that others write as whole numbers."""
    text = "source,target\n1.0,2\n,b\na, \n1.23E+17,b\n b , c\na\n"
    found = read_all(open_raw(files({"edges.csv": text})))
    assert found.edges == [("1", "2"), ("b", "c")]
    assert found.drops == {"no usable id": 2, "number that lost digits": 1, "broken line: not 2 columns": 1}
    assert "edges.csv:3 ',b'; edges.csv:4 'a, '" in found.examples


def test_parquet_with_damaged_ids(files: WriteFiles, read_all: ReadAll) -> None:
    """Decimal numbers of Parquet are ids while they are exact."""
    home = files({})
    write_table(home / "posts.parquet", {"user_id": [5.0, 1.23e17, None], "text": ["a", "b", "c"]}, "parquet")
    found = read_all(open_raw(home))
    assert [post.author for post in found.posts] == ["5"]
    assert found.drops == {"number that lost digits": 1, "no usable author": 1}


FATAL: dict[str, tuple[str, bytes, list[str]]] = {
    "a quote that never ends": (
        "posts.csv", POST + b'a,x,\nb,"y,\n' + b"c,z,\n" * 9, ["posts.csv: line 3", "a quoted field that does not end"],
    ),
    "a column twice": ("posts.csv", b"user_id,text,text\na,x,y\n", ["distinct columns", "text twice"]),
    "a header in Latin-1": ("posts.csv", b"user_id,text,caf\xe9\n", ["header", "got not text in UTF-8"]),
    "no author": ("posts.csv", b"who,text\na,x\n", ["columns: wanted author, got who, text", "say in a mapping"]),
    "neither author nor text": ("posts.tsv", b"who\twhat\n", ["wanted author and text, got who, what"]),
    "lines that end in CR": ("posts.csv", b"user_id,text\ra,x\r", ["lines that end in LF or CRLF"]),
    "edges of one end": ("follows.csv", b"user_id\n1\n", ["wanted followee, got user_id"]),
    "users without ids": ("users.csv", b"name,age\nx,3\n", ["wanted id, got name, age"]),
    "packed and cut off": ("posts.csv.gz", gzip.compress(POST * 99)[:-12], ["posts.csv.gz", "pack it again"]),
    "not packed": ("posts.jsonl.gz", GOOD, ["posts.jsonl.gz", "BadGzipFile", "pack it again"]),
    "no Parquet": ("posts.parquet", b"user_id,text\na,x\n", ["posts.parquet", "a Parquet file", "PAR1"]),
    "Parquet cut off": ("posts.parquet", b"PAR1" + b"\0" * 50, ["begin and end with PAR1"]),
    "Parquet of no bytes": ("posts.parquet", b"", ["posts.parquet", "0 bytes"]),
    "Parquet of no sense": ("posts.parquet", b"PAR1" + b"\x15" * 60 + b"\x20\0\0\0PAR1", ["damaged contents"]),
    "an array": ("posts.json", b'[{"user_id": "a"},\n{"user_id": "b"}]', ["posts.json", "one array", "jq -c"]),
    "an array in one line": ("posts.jsonl", b'[{"user_id": "a"}, {"user_id": "b"}]', ["one array", "jq -c"]),
    "an array, spread out": ("posts.json", b'\n[\n  {\n    "user_id": "a"\n  }\n]', ["one array", "jq -c"]),
    "an object, spread out": ("posts.json", b'{\n  "user_id": "a"\n}', ["one object over several lines"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", FATAL)
def test_unusable_files_end_in_one_clear_error(files: WriteFiles, read_all: ReadAll, kind: str) -> None:
    """What cannot be read at all is one SocietyError that names the file, what was wanted and what came."""
    name, content, fragments = FATAL[kind]
    with pytest.raises(SocietyError) as caught:
        read_all(open_raw(files({name: content})))
    for fragment in fragments:
        assert fragment in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_parquet_without_the_columns(files: WriteFiles, read_all: ReadAll) -> None:
    """Even without a row, the columns of a Parquet file must include author and text."""
    home = files({})
    write_table(home / "posts.parquet", {"name": []}, "parquet")
    with pytest.raises(SocietyError, match="wanted author and text, got name"):
        read_all(open_raw(home))


def _mapped(**posts: Any) -> RawMapping:
    return RawMapping.model_validate({"posts": {"file": "posts.*", **posts}})


@pytest.mark.parametrize("text", ["user_id,text\na,x\n", '{"user_id": "a", "text": "x"}\n'])
def test_a_mapped_column_that_is_not_there(files: WriteFiles, read_all: ReadAll, text: str) -> None:
    """A column of the mapping that no row has is an error, not a column of nothing."""
    home = files({"posts.csv" if text[0] == "u" else "posts.jsonl": text})
    with pytest.raises(SocietyError, match="columns: wanted created, got user_id, text"):
        read_all(open_raw(home, mapping=_mapped(columns={"time": "created"})))


def test_a_mapped_column_that_some_rows_lack(files: WriteFiles, read_all: ReadAll) -> None:
    """In JSON lines a column need not be in every row, or in every file."""
    home = files(
        {
            "posts.1.jsonl": '{"user_id": "a", "text": "x"}\n',
            "posts.2.jsonl": '{"user_id": "a", "text": "x", "created": 5}\n{"user_id": "a", "text": "x"}\n',
        }
    )
    found = read_all(open_raw(home, mapping=_mapped(columns={"time": "created"})))
    assert [post.time for post in found.posts] == [None, 5.0, None]


@pytest.mark.parametrize("pattern", ["gone.csv", "*.tsv", "**.csv", "a\0b", "x" * 300])
def test_a_pattern_that_matches_nothing(files: WriteFiles, pattern: str) -> None:
    """The message says what was looked for; a pattern that is none is no crash."""
    home = files({"posts.csv": POST})
    with pytest.raises(SocietyError, match=r"raw: posts: wanted files "):
        open_raw(home, mapping=_mapped(file=pattern))


def test_an_unknown_suffix_needs_a_delimiter(files: WriteFiles, read_all: ReadAll) -> None:
    """A file of any suffix is read as CSV where the mapping says how."""
    home = files({"posts.dat": "user_id|text\na|x\n"})
    with pytest.raises(SocietyError, match=r"posts\.dat: wanted a name that ends in .*give a delimiter"):
        read_all(open_raw(home, mapping=_mapped()))
    assert len(read_all(open_raw(home, mapping=_mapped(delimiter="|"))).posts) == 1


def test_a_wrong_encoding_is_counted(files: WriteFiles, read_all: ReadAll) -> None:
    """Lines in another encoding than the stated one are dropped with the name of the stated one."""
    home = files({"posts.csv": "user_id,text\na,中文\nb,x\n".encode()})
    mapping = RawMapping.model_validate({"posts": {"file": "posts.csv"}, "encoding": "gb18030"})
    found = read_all(open_raw(home, mapping=mapping))
    assert found.drops in ({"not text in GB18030": 1}, {})  # some texts are both, and then nobody can tell
    home = files({"posts.csv": "user_id,text\na,中文\nb,x\n".encode("gb18030")})
    found = read_all(open_raw(home))
    assert (found.drops, [post.text for post in found.posts]) == ({"not text in UTF-8": 1}, ["x"])


def test_utf_16_with_a_broken_character(files: WriteFiles, read_all: ReadAll) -> None:
    """Half a character, and half a byte pair at the end, cost their lines."""
    data = (
        "user_id,text\na,x\n".encode("utf-16") + b"b\0,\0\x00\xd8\n\0" + "c,good\nd,cut".encode("utf-16-le") + b"\xff"
    )
    found = read_all(open_raw(files({"posts.csv": data})))
    assert [post.author for post in found.posts] == ["a", "c"]
    assert found.drops == {"not text in UTF-16": 2}


@pytest.mark.parametrize("name", ["posts.csv", "posts.jsonl", "posts.parquet"])
def test_folder_in_place_of_a_file(files: WriteFiles, read_all: ReadAll, name: str) -> None:
    """A folder with the name of a mapped file is refused, whatever the format."""
    home = files({})
    (home / name).mkdir()
    with pytest.raises(SocietyError, match=f"{name}: wanted a file, got a folder"):
        read_all(open_raw(home, mapping=_mapped(file=name)))


def test_pipe_in_place_of_a_file(files: WriteFiles, read_all: ReadAll) -> None:
    """A named pipe is refused rather than waited on."""
    home = files({})
    os.mkfifo(home / "posts.csv")
    with pytest.raises(SocietyError, match="no regular file"):
        read_all(open_raw(home, mapping=_mapped(file="posts.csv")))


@pytest.mark.parametrize("packed", [False, True])
def test_a_line_of_100_mb_is_not_read_into_memory(files: WriteFiles, read_all: ReadAll, packed: bool) -> None:
    """A line without end is counted as one, and no more than a few lines' worth is ever held."""
    home = files({})
    with gzip.open(home / "posts.jsonl.gz", "wb", 1) if packed else (home / "posts.jsonl").open("wb") as file:
        for _ in range(100):
            file.write(b"x" * 1_000_000)
        file.write(b"\n" + GOOD)
    tracemalloc.start()
    try:
        found = read_all(open_raw(home))
        assert tracemalloc.get_traced_memory()[1] < 4 * LINE_BYTES
    finally:
        tracemalloc.stop()
    assert (len(found.posts), found.drops) == (1, {"line of more than 10 MB": 1})
    assert found.posts[0].line == 2


def test_memory_does_not_grow_with_rows(files: WriteFiles) -> None:
    """Five times the rows take no more memory."""
    peaks = []
    long = GOOD.replace(b"good", b"good" * 100)
    for rows in (10_000, 50_000):
        home = files({"posts.jsonl": long * rows})
        tracemalloc.start()
        assert sum(1 for _ in open_raw(home).posts(LoadReport())) == rows
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]
