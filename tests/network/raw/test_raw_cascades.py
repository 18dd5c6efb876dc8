"""Cascades: posts and adoptions of cases, in time."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s3agents.errors import SocietyError
from s3agents.network.load_report import LoadReport
from s3agents.network.raw.open import open_raw

ReadAll = Callable[..., Any]
WriteFiles = Callable[[dict[str, str | bytes]], Path]

START = 1420628871
CASES = f"case_id,split,t0_utc\nc1,dev,{START}\nc2,heldout,2015-01-07T11:07:51Z\nc3,dev,soon\n"
POSTS = [
    {
        "post_id": "p1",
        "case_id": "c1",
        "kind": "source",
        "user_id": "a",
        "t_min": 0.0,
        "parent_id": None,
        "text": "fire",
    },
    {"post_id": "p2", "case_id": "c1", "kind": "reply", "user_id": "b", "t_min": 1.5, "parent_id": "p1", "text": "no"},
    {"post_id": "p3", "case_id": "c1", "kind": "reply", "user_id": None, "t_min": 2, "parent_id": "p1", "text": "who?"},
]
ADOPTIONS = "case_id,user_id,t_min,kind\nc1,c,0.5,forward\nc1,b,1.5,reply\nc1,d,10,engage\n"
FILES: dict[str, str | bytes] = {
    "README.md": "x",
    "cases.csv": CASES,
    "users.jsonl": '{"user_id": "a", "followers_count": 5, "influence": 0.5}\n{"user_id": "b"}\n',
    "follows.csv": "follower,followee\nb,a\n",
    "dev/posts.jsonl": "\n".join(json.dumps(row) for row in POSTS),
    "dev/adoptions.csv": ADOPTIONS,
    "dev/truth.csv": "case_id,t_min,n_forward\nc1,0,0\n",
}


def test_posts_replies_and_forwards_of_a_case(files: WriteFiles, read_all: ReadAll) -> None:
    """Forwards carry text and id of the source, minutes count from the case's start, replies are not doubled."""
    source = open_raw(files(FILES))
    assert (source.layout, source.states_users) == ("cascades", True)
    found = read_all(source)
    assert [tuple(post[:6]) for post in found.posts] == [
        ("p1", "a", "fire", START, "post", ""),
        ("p2", "b", "no", START + 90, "reply", "p1"),
        ("", "c", "fire", START + 30, "forward", "p1"),
        ("", "d", "fire", START + 600, "forward", "p1"),
    ]
    assert [(user.id, user.followers, user.traits) for user in found.users] == [
        ("a", 5, {"influence": 0.5}), ("b", None, {}),
    ]  # fmt: skip
    assert found.edges == [("b", "a")]
    assert [(file.file, file.read) for file in found.report.files] == [
        ("users.jsonl", 2), ("follows.csv", 1), ("cases.csv", 3), ("dev/posts.jsonl", 3), ("dev/adoptions.csv", 3),
    ]  # fmt: skip
    assert found.drops == {
        "no usable author": 1,
        "reply without text, see posts.jsonl": 1,
        "invalid t0_utc (value dropped, row kept)": 1,
    }


def test_splits_are_read_in_order(files: WriteFiles, read_all: ReadAll) -> None:
    """Every folder with posts is a split; any of them, and adoptions, may be missing."""
    heldout = json.dumps(POSTS[0] | {"case_id": "c2", "post_id": "q1", "text": "flood"})
    found = read_all(open_raw(files(FILES | {"heldout/posts.jsonl": heldout})))
    assert [post.id for post in found.posts] == ["p1", "p2", "", "", "q1"]
    assert found.posts[-1].time == START
    assert found.posts[-1].report.file == "heldout/posts.jsonl"


def test_numbered_reposts(files: WriteFiles, read_all: ReadAll) -> None:
    """Where posts are numbered, 0 is the source and the others forwards: with a text of their own, or its."""
    rows = [
        {"case_id": "c1", "n": 0, "user_id": "a", "t_min": 0, "parent": None, "text": "原文"},
        {"case_id": "c1", "n": 1, "user_id": "b", "t_min": 1, "parent": 0, "text": "支持！"},
        {"case_id": "c1", "n": 2, "user_id": "c", "t_min": 2, "parent": 1, "text": ""},
        {"case_id": "c9", "n": 1, "user_id": "d", "t_min": 2, "parent": 0, "text": ""},
    ]
    source = open_raw(files({"cases.csv": CASES, "dev/posts.jsonl": "\n".join(json.dumps(row) for row in rows)}))
    assert not source.states_users
    found = read_all(source)
    assert [tuple(post[:6]) for post in found.posts] == [
        ("c1/0", "a", "原文", START, "post", ""),
        ("c1/1", "b", "支持！", START + 60, "forward", "c1/0"),
        ("c1/2", "c", "原文", START + 120, "forward", "c1/1"),
    ]
    assert found.drops["no text"] == 1


def test_broken_cascades(files: WriteFiles, read_all: ReadAll) -> None:
    """What cannot be used of cases, posts and adoptions is counted."""
    posts = [
        *(POSTS[0] | more for more in ({"kind": "ad"}, {"text": " "}, {"user_id": 1.2e17}, {"case_id": "c3"})),
        *(POSTS[0] | more for more in ({"t_min": "x"}, {"t_min": None}, {"t_min": "inf"})),
    ]
    rows = ["c1,,1,forward", "c2,b,1,forward", "c1,b,1,like", "c1,b,,forward", "c1,b", "c1,\xe9,2,forward"]
    adoptions = "\n".join(["case_id,user_id,t_min,kind", *rows])
    contents = {
        "cases.csv": CASES + "c4\n",
        "dev/posts.jsonl": "\n".join([*(json.dumps(row) for row in posts), "no"]),
        "dev/adoptions.csv": adoptions.encode("latin-1"),
    }
    found = read_all(open_raw(files(contents)))
    assert [(post.author, post.time) for post in found.posts] == [("a", None)] * 4 + [("b", None)]
    drops: Counter[str] = Counter()
    for file in found.report.files:
        drops.update({reason: d.count for reason, d in file.reasons()})
    assert drops == {
        "broken line: not 3 columns": 1,
        "broken line: not 4 columns": 1,
        "broken line: no JSON": 1,
        "unknown kind": 2,
        "no text": 1,
        "number that lost digits": 1,
        "no usable author": 1,
        "case without a source": 1,
        "not text in UTF-8": 1,
        "time in a case without t0_utc (value dropped, row kept)": 1,
        "invalid t0_utc (value dropped, row kept)": 1,
        "invalid t_min (value dropped, row kept)": 4,
    }


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("cases.csv", "case,t0_utc\n", "case_id"), ("dev/adoptions.csv", "case_id,user_id\n", "t_min and kind"),
    ],
)  # fmt: skip
def test_columns_that_are_not_there(files: WriteFiles, read_all: ReadAll, name: str, content: str, wanted: str) -> None:
    """A table without its columns is named."""
    with pytest.raises(SocietyError, match=rf"{name}: columns: wanted {wanted}, got"):
        read_all(open_raw(files(FILES | {name: content})))


def test_real_cascades(read_all: ReadAll) -> None:
    """55,147 users, 94,515 edges; of posts, what the files themselves say.

    Of ``posts.jsonl``, those with an author; of ``adoptions.csv``, forwards and engagements, for each has a source. Of
    the 61 cases in the half that is for development, that is 61 sources, 441 replies and 15,902 forwards; 445 replies
    have no author, and the 441 replies in ``adoptions.csv`` are those of ``posts.jsonl``.
    """
    data = os.environ.get("S3AGENTS_DATA")
    if not data or not Path(data, "pheme").is_dir():
        pytest.skip("S3AGENTS_DATA names no folder with the PHEME data")
    home = Path(data, "pheme")
    found = read_all(open_raw(home))
    assert (len(found.users), len(found.follows)) == (55_147, 94_515)
    rows = [json.loads(line) for path in home.glob("*/posts.jsonl") for line in path.read_text("utf-8").splitlines()]
    adopted = [
        line.split(",") for path in home.glob("*/adoptions.csv") for line in path.read_text("utf-8").splitlines()[1:]
    ]
    written = Counter("post" if row["kind"] == "source" else "reply" for row in rows if row["user_id"])
    forwards = sum(row[3] in {"forward", "engage"} for row in adopted)
    assert Counter(post.kind for post in found.posts) == {**written, "forward": forwards}
    assert all(post.time is not None for post in found.posts)
    in_dev = Counter(post.kind for post in found.posts if post.report.file.startswith("dev/"))
    assert in_dev == {"post": 61, "reply": 441, "forward": 15_902}
    replied = {(row["user_id"], row["t_min"]) for row in rows if row["kind"] == "reply"}
    assert all((row[1], float(row[2])) in replied for row in adopted if row[3] == "reply")
    known = {user.id for user in found.users}
    assert all(post.author in known for post in found.posts)


def test_posts_of_cases_are_read_twice_alike(files: WriteFiles) -> None:
    """Each reading begins anew."""
    source = open_raw(files(FILES))
    assert [post[:7] for post in source.posts(LoadReport())] == [post[:7] for post in source.posts(LoadReport())]
