"""Loading a folder: formats, the account of what was dropped, and how long it takes."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents.errors import SocietyError
from s3agents.ids import UserId
from s3agents.network.society import Society
from s3agents.persona import Persona
from s3agents.tables import Cell, write_table

Folder = Callable[..., Path]

NO_EDGES = "follower,followee\n"
USERS = """\
{"user_id": "ann", "age": 30, "gender": "female", "occupation": "nurse", "description": "hi", "verified": true, "n": 3}
{"user_id": 7, "age": "abc", "bio": "", "location": null, "score": 0.5}
{"user_id": "cyd", "age": -3, "gender": 1, "attitude": "undecided", "tags": ["a"], "place": {"x": 1}}
{"age": 30}
not json
["a", "list"]

{"user_id": "ann", "bio": "a second ann"}
{"user_id": "  "}
{"id": "dan", "attitude": "positive"}
"""
FOLLOWS = """\
follower,followee
ann,7
7,ann
ann,7
cyd,cyd
cyd,nobody
nobody,cyd
ghost,cyd
ann,cyd,extra
ann
,ann
cyd,"ann"
"bad"quote,ann
ann,7

dan,ann
"""
POSTS = """\
{"user_id": "ann", "text": "third", "time": "2015-01-07T12:00:00Z"}
{"user_id": "ann", "text": "second", "time": "2015-01-07T12:30:00+01:00"}
{"user_id": "ann", "text": "first"}
{"user_id": 7, "text": "b", "t_min": 2}
{"user_id": 7, "text": "a", "t_min": 1}
{"user_id": "dan", "text": "x", "time": "yesterday"}
{"user_id": "ghost", "text": "x"}
{"user_id": "ann", "text": ""}
{"text": "x"}
[]
"""


def test_everything_that_is_dropped_is_accounted_for(folder: Folder) -> None:
    """Read, kept and dropped by reason, to the row, with where it stands and what it says."""
    society = Society.load(folder(users__jsonl=USERS, follows__csv=FOLLOWS, posts__jsonl=POSTS))
    value, why = "(value dropped, row kept)", "',' expected after '\"'"
    assert [tuple(row) for row in society.report.rows()] == [
        ("users.jsonl", 9, 4, "no usable id", 2, "users.jsonl:4 None; users.jsonl:9 '  '"),
        ("users.jsonl", 9, 4, "broken line: no JSON", 1, "users.jsonl:5 'not json'"),
        ("users.jsonl", 9, 4, "broken line: no JSON object", 1, "users.jsonl:6 '[\"a\", \"list\"]'"),
        ("users.jsonl", 9, 4, "duplicate id", 1, "users.jsonl:8 'ann'"),
        ("users.jsonl", 9, 4, f"invalid age {value}", 2, "users.jsonl:2 'abc'; users.jsonl:3 -3"),
        ("users.jsonl", 9, 4, f"nested value {value}", 2, "users.jsonl:3 ['a']; users.jsonl:3 {'x': 1}"),
        ("users.jsonl", 9, 4, f"invalid attitude {value}", 1, "users.jsonl:3 'undecided'"),
        ("users.jsonl", 9, 4, f"invalid gender {value}", 1, "users.jsonl:3 1"),
        ("follows.csv", 14, 4, "self-loop", 1, "follows.csv:5 'cyd'"),
        (
            "follows.csv", 14, 4, "unknown user", 3,
            "follows.csv:6 'nobody'; follows.csv:7 'nobody'; follows.csv:8 'ghost'",
        ),
        ("follows.csv", 14, 4, "broken line: not 2 columns", 2, "follows.csv:9 'ann,cyd,extra'; follows.csv:10 'ann'"),
        ("follows.csv", 14, 4, "empty id", 1, "follows.csv:11 ',ann'"),
        ("follows.csv", 14, 4, "broken line: quoting", 1, f"follows.csv:13 {why!r}"),
        ("follows.csv", 14, 4, "duplicate edge", 2, "follows.csv:4 'ann,7'; follows.csv:14 'ann,7'"),
        ("posts.jsonl", 10, 6, "unknown user", 1, "posts.jsonl:7 'ghost'"),
        ("posts.jsonl", 10, 6, "no text", 1, "posts.jsonl:8 ''"),
        ("posts.jsonl", 10, 6, "no usable user_id", 1, "posts.jsonl:9 None"),
        ("posts.jsonl", 10, 6, "broken line: no JSON object", 1, "posts.jsonl:10 '[]'"),
        ("posts.jsonl", 10, 6, f"invalid time {value}", 1, "posts.jsonl:6 'yesterday'"),
    ]  # fmt: skip
    for file in society.report.files:
        assert file.read == file.kept + file.dropped


def test_what_is_kept(folder: Folder) -> None:
    """Users in the order of the file, with the fields that were usable; edges; history, newest last."""
    society = Society.load(folder(users__jsonl=USERS, follows__csv=FOLLOWS, posts__jsonl=POSTS))
    assert society.personas == (
        Persona(
            id=UserId("ann"), gender="female", age=30, occupation="nurse", bio="hi", extra={"verified": True, "n": 3}
        ),
        Persona(id=UserId("7"), extra={"score": 0.5}),
        Persona(id=UserId("cyd")),
        Persona(id=UserId("dan"), attitude="positive"),
    )
    assert {user: society.followees(user) for user in society.ids} == {
        "ann": ("7",), "7": ("ann",), "cyd": ("ann",), "dan": ("ann",),
    }  # fmt: skip
    assert dict(society.history) == {"ann": ("first", "second", "third"), "7": ("a", "b"), "dan": ("x",)}
    assert society.name == "society"


@pytest.mark.parametrize(
    ("lines", "where", "count"),
    [('a,"x"y\nb,z\n', 2, 1), ('b,z\na,"x"y', 3, 1), ('a,"x\nz"y\nb,z\n', 2, 2)],
)
def test_broken_quoting_costs_its_own_lines(folder: Folder, lines: str, where: int, count: int) -> None:
    """A row with broken quotes is dropped, at the end and over several lines too (all count); the next is read."""
    society = Society.load(folder(users__csv="id,bio\n" + lines, follows__csv=NO_EDGES))
    assert society.personas == (Persona(id=UserId("b"), bio="z"),)
    row = society.report.rows()[0]
    assert (row.read, row.kept, row.reason, row.dropped) == (1 + count, 1, "broken line: quoting", count)
    assert row.example.startswith(f"users.csv:{where} ")


def test_examples_are_at_most_three_and_short(folder: Folder) -> None:
    """However many rows are dropped, and however long, the report stays readable."""
    lines = "".join(f"{'g' * 500}{i},a\n" for i in range(9))
    society = Society.load(folder(users__csv="id\na\n", follows__csv=NO_EDGES + lines))
    row = society.report.rows()[-1]
    assert (row.dropped, row.example.count("follows.csv:")) == (9, 3)
    assert len(row.example) < 200


def test_strict_lists_everything_that_would_be_dropped(folder: Folder) -> None:
    """The error of strict loading has a line for each file and reason."""
    home = folder(users__jsonl=USERS, follows__csv=FOLLOWS)
    with pytest.raises(SocietyError) as caught:
        Society.load(home, strict=True)
    message = str(caught.value)
    assert message.count("\n") == 14
    assert "follows.csv: 3 x unknown user, such as follows.csv:6 'nobody'" in message
    assert "users.jsonl: 2 x invalid age" in message


def test_strict_takes_what_is_clean(folder: Folder) -> None:
    """Strict loading takes files without a flaw, further columns of follows among them."""
    society = Society.load(
        folder(users__csv="id,age\na,3\nb,\n", follows__csv="followee,since,follower\na,1,b\n"), strict=True
    )
    assert society.report.clean
    assert society.report.problems() == []
    assert society.followees("b") == ("a",)
    assert [tuple(r) for r in society.report.rows()] == [
        ("users.csv", 2, 2, "", 0, ""),
        ("follows.csv", 1, 1, "", 0, ""),
    ]


@pytest.mark.parametrize("users", ["", "\n\n"])
def test_empty_society(folder: Folder, users: str) -> None:
    """A users file without a row, and a follows file with nothing but its header, are a society of nobody."""
    society = Society.load(folder(users__jsonl=users, follows__csv=NO_EDGES))
    assert (len(society), society.graph.edges) == (0, 0)
    assert Society.load(folder(), strict=True).digest == society.digest


def test_one_user_who_follows_only_themselves(folder: Folder) -> None:
    """One user is a society; a self-follow is dropped and counted."""
    society = Society.load(folder(users__csv="user_id\na\n", follows__csv=NO_EDGES + "a,a\n"))
    assert (len(society), society.graph.edges) == (1, 0)
    assert society.report.rows()[1].reason == "self-loop"


def test_follower_of_everybody_and_follower_of_none(folder: Folder) -> None:
    """Who follows everybody has all followees; nobody need follow them."""
    users = "id\n" + "".join(f"u{i}\n" for i in range(50))
    edges = NO_EDGES + "".join(f"u0,u{i}\n" for i in range(1, 50))
    society = Society.load(folder(users__csv=users, follows__csv=edges), strict=True)
    assert len(society.followees("u0")) == 49
    assert society.followers("u0") == ()


def test_text_conventions_make_no_difference(folder: Folder) -> None:
    """CRLF, a byte order mark, blank lines, quotes and gzip all give the same society."""
    plain = Society.load(
        folder(users__csv='user_id,bio\na,"x, ""y""\nz"\nb,\n', follows__csv=NO_EDGES + "a,b\n"), strict=True
    )
    users = '\ufeffuser_id,bio\r\na,"x, ""y""\nz"\r\n\r\nb,""\r\n'
    home = folder(
        users__csv__gz=gzip.compress(users.encode()), follows__csv__gz=gzip.compress(b"follower,followee\r\na,b")
    )
    (home / "users.csv").unlink()
    (home / "follows.csv").unlink()
    other = Society.load(home, strict=True)
    assert other.personas == plain.personas
    assert other.personas[0].bio == 'x, "y"\nz'
    assert other.digest == plain.digest


def test_preferred_column_names(folder: Folder) -> None:
    """user_id before id, bio before description; the other one is dropped and said so."""
    row = {"id": "x", "user_id": "a", "description": "long", "bio": "short"}
    society = Society.load(folder(users__jsonl=json.dumps(row), follows__csv=NO_EDGES))
    assert society.personas == (Persona(id=UserId("a"), bio="short"),)
    assert [row.reason.partition(" (")[0] for row in society.report.rows()[:2]] == [
        "second column for id",
        "second column for bio",
    ]


def test_long_fields_are_read(folder: Folder) -> None:
    """A text longer than the csv module's own limit of 128 KB is read, and that limit is left as it was."""
    import csv

    before = csv.field_size_limit()
    society = Society.load(folder(users__csv=f"id,bio\na,{'x' * 200_000}\n", follows__csv=NO_EDGES), strict=True)
    assert len(society["a"].bio) == 200_000
    assert csv.field_size_limit() == before


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
columns = {
    "bio": texts,
    "gender": texts,
    "age": st.integers(0, 130),
    "attitude": st.sampled_from(["positive", "negative"]),
    "city": texts.map(lambda t: f"c{t}"),
    "count": st.integers(-(2**62), 2**62),
    "share": st.floats(allow_nan=False, allow_infinity=False),
    "verified": st.booleans(),
}
rows = st.lists(st.fixed_dictionaries({name: st.none() | values for name, values in columns.items()}), max_size=6)


@settings(max_examples=40, deadline=None)
@given(rows, st.randoms(use_true_random=False))
def test_formats_give_equal_societies(rows: list[dict[str, Cell]], random: object) -> None:
    """CSV, JSON lines and Parquet of one table give equal personas and one digest, in any order of rows."""
    table: dict[str, list[Cell]] = {name: [row[name] for row in rows] for name in columns}
    table["user_id"] = [f"u{i}" for i in range(len(rows))]
    ends: dict[str, list[Cell]] = {"follower": table["user_id"][1:], "followee": table["user_id"][:-1]}
    with tempfile.TemporaryDirectory() as home:
        loaded = []
        for fmt in ("csv", "jsonl", "parquet"):
            folder = Path(home, fmt)
            folder.mkdir()
            write_table(folder / f"users.{fmt}", table, fmt)
            write_table(folder / "follows.csv", ends, "csv")
            loaded.append(Society.load(folder, strict=True))
        order = list(range(len(rows)))
        random.shuffle(order)  # type: ignore[attr-defined]  # a random.Random
        write_table(Path(home, "csv", "users.csv"), {n: [v[i] for i in order] for n, v in table.items()}, "csv")
        shuffled = Society.load(Path(home, "csv"))
    assert loaded[0].personas == loaded[1].personas == loaded[2].personas
    assert len({society.digest for society in [*loaded, shuffled]}) == 1


PROBE = """
import json, re, sys, time
from s3agents.network.society import Society
start = time.perf_counter()
society = Society.load(sys.argv[1], strict=True)
seconds = time.perf_counter() - start
# Not ru_maxrss: a child begins with its parent's.
peak = int(re.search("VmHWM:[^0-9]*([0-9]+)", open("/proc/self/status").read())[1]) / 1024
print(json.dumps([len(society), society.graph.edges, seconds, peak]))
"""


def test_a_real_society_loads_quickly() -> None:
    """55,147 users and 94,515 edges: under 5 s, under 500 MB for the whole process, nothing dropped."""
    data = os.environ.get("S3AGENTS_DATA")
    if not data or not Path(data, "pheme").is_dir():
        pytest.skip("S3AGENTS_DATA names no folder with the PHEME data")
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(Path(data, "pheme"))], capture_output=True, text=True, check=True, timeout=60
    )
    users, edges, seconds, megabytes = json.loads(done.stdout)
    assert (users, edges) == (55_147, 94_515)
    assert seconds < 5
    assert megabytes < 500
