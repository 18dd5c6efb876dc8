"""PHEME's folders: threads, tweets, retweets and who follows whom, in both of their shapes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents.errors import SocietyError
from s3agents.network.raw.open import open_raw

ReadAll = Callable[..., Any]
WriteFiles = Callable[[dict[str, str | bytes]], Path]

NOON = 1420628768.0


def _tweet(ident: int, user: int, text: str, **more: Any) -> dict[str, Any]:
    profile = {
        "id": user, "id_str": str(user), "screen_name": f"u{user}", "name": "A B", "description": "bio",
        "followers_count": 10, "friends_count": 20, "statuses_count": 30, "verified": False, "location": None,
        "created_at": "Tue Dec 23 23:58:47 +0000 2008", "entities": {"url": {}}, "profile_text_color": "FFF",
    }  # fmt: skip
    return {
        "id": ident, "id_str": str(ident), "text": text, "user": profile,
        "created_at": "Wed Jan 07 11:06:08 +0000 2015",
        "in_reply_to_status_id": None, "in_reply_to_status_id_str": None, "entities": {}, "retweeted": False,
        "source": "<a>web</a>",
    } | more  # fmt: skip


def _thread(place: str, source: str = "source-tweets") -> dict[str, str | bytes]:
    """The files of a thread: a source (1 by user 7), two replies, a retweet."""
    answer = {"in_reply_to_status_id": 9, "in_reply_to_status_id_str": "1"}
    retweeted = _tweet(1, 7, "the rumour")
    return {
        f"{place}/1/{source}/1.json": json.dumps(_tweet(1, 7, "the rumour")),
        f"{place}/1/reactions/3.json": json.dumps(_tweet(3, 8, "no!", **answer)),
        f"{place}/1/reactions/10.json": json.dumps(_tweet(10, 7, "yes", in_reply_to_status_id_str="3")),
        f"{place}/1/reactions/._3.json": b"\0\5\x16\7",
        f"{place}/1/retweets.json": json.dumps(_tweet(4, 9, "RT @u7: the ru\u2026", retweeted_status=retweeted)) + "\n",
        f"{place}/1/who-follows-whom.dat": "8\t7\n9\t7\n7\t8\n",
        f"{place}/1/structure.json": '{"1": {"3": {"10": []}}}',
        f"{place}/1/annotation.json": '{"is_rumour": "rumour"}',
        "README": "x", "._threads": b"\0", "__MACOSX/1/source-tweets/1.json": "{}", "annotations/en.json": "{}",
    }  # fmt: skip


SHAPES = {
    "rumour scheme": ("threads/en/charliehebdo", "source-tweets", ""),
    "rumours and non-rumours": ("ottawashooting/rumours", "source-tweet", ""),
    "veracity": ("all-rnr-annotated-threads/x-all-rnr-threads/non-rumours", "source-tweets", ""),
    "an event": ("threads/en/charliehebdo", "source-tweets", "threads/en/charliehebdo"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_threads_in_all_shapes(files: WriteFiles, read_all: ReadAll, shape: str) -> None:
    """A source, its reactions and its retweets, with those who follow one another, wherever threads stand."""
    place, source, top = SHAPES[shape]
    raw = open_raw(files(_thread(place, source)) / top)
    assert (raw.layout, raw.states_users) == ("pheme", False)
    found = read_all(raw)
    assert [tuple(post[:6]) for post in found.posts] == [
        ("1", "7", "the rumour", NOON, "post", ""),
        ("3", "8", "no!", NOON, "reply", "1"),
        ("10", "7", "yes", NOON, "reply", "3"),
        ("4", "9", "the rumour", NOON, "forward", "1"),
    ]
    assert [user.id for user in found.users] == ["7", "8", "9"]
    assert found.edges == [("8", "7"), ("9", "7"), ("7", "8")]
    assert found.report.clean
    assert [(file.file, file.read) for file in found.report.files] == [
        ("users of tweets", 3), ("who-follows-whom.dat", 3), ("tweets", 4),
    ]  # fmt: skip
    assert found.posts[0].report.file == f"{place}/1/{source}/1.json".removeprefix(f"{top}/")


def test_profiles(files: WriteFiles, read_all: ReadAll) -> None:
    """A user is what their first tweet says of them, without the colours of their page."""
    contents = _thread("threads/en/a")
    later = _tweet(10, 7, "yes")
    later["user"]["followers_count"] = 99
    user = read_all(open_raw(files(contents | {"threads/en/a/1/reactions/10.json": json.dumps(later)}))).users[0]
    assert (user.handle, user.followers, user.followees, user.posts, user.verified) == ("u7", 10, 20, 30, False)
    assert user.traits == {"name": "A B", "bio": "bio"}
    assert user.created == 1230076727.0


def test_two_threads_share_users(files: WriteFiles, read_all: ReadAll) -> None:
    """Users of several threads come once; threads in the order of their names."""
    found = read_all(open_raw(files(_thread("threads/en/b") | _thread("threads/de/a"))))
    assert len(found.users) == 3
    assert len(found.posts) == 8
    assert len(found.follows) == 6
    assert found.posts[0].report.file.startswith("threads/de/a")


def test_broken_threads(files: WriteFiles, read_all: ReadAll) -> None:
    """Whatever of a thread is broken or missing is counted under its file's name, and the rest is read."""
    place = "threads/en/a/1"
    broken: dict[str, str | bytes] = {
        f"{place}/source-tweets/1.json": '{"cut": ',
        f"{place}/reactions/3.json": "[]",
        f"{place}/reactions/4.json": json.dumps(_tweet(4, 8, "x", created_at="soon")),
        f"{place}/reactions/5.json": json.dumps({"id": 5, "text": "nobody's"}),
        f"{place}/reactions/6.json": json.dumps(_tweet(6, 8, " ")),
        f"{place}/reactions/7.json": b"\xff\xfe{",
        f"{place}/reactions/8.json": json.dumps(_tweet(8, 8, "ok"), indent=1),
        f"{place}/retweets.json": json.dumps(_tweet(20, 9, "RT @u7: the ru\u2026")) + "\nno\n" + '{"a": "\xe9"}',
        f"{place}/who-follows-whom.dat": b"8\t7\n8\n8 7 6\n\n1.2E+17\t7\n\xff\t7\r\n8 9\r\n",
    }
    found = read_all(open_raw(files(_thread("threads/en/a") | broken)))
    assert [(post.id, post.kind, post.parent) for post in found.posts] == [
        ("4", "reply", ""), ("8", "reply", ""), ("10", "reply", "3"), ("20", "forward", "1"),
    ]  # fmt: skip
    assert found.posts[-1].text == "RT @u7: the ru\u2026"  # that is all there is of the lost source
    assert found.edges == [("8", "7"), ("8", "9")]
    assert found.drops == {
        "broken file: no JSON": 2,
        "broken file: no JSON object of at most 10 MB": 1,
        "broken line: no JSON": 1,
        "no usable author": 2,
        "no text": 1,
        "invalid time (value dropped, row kept)": 1,
        "broken line: not 2 columns": 2,
        "number that lost digits": 1,
        "not text in UTF-8": 1,
    }
    assert any(f"{place}/source-tweets/1.json:1 " in example for example in found.examples)
    assert any(f"{place}/retweets.json:2 'no'" in example for example in found.examples)
    assert any(f"{place}/who-follows-whom.dat:2 '8'" in example for example in found.examples)


def test_a_folder_without_permission(files: WriteFiles, read_all: ReadAll, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal of the operating system, which no test can provoke as root, is translated."""
    source = open_raw(files(_thread("threads/en/a")))
    scandir = os.scandir

    def refuse(folder: Path) -> Any:
        if folder.name == "reactions":
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(SocietyError, match=r"1/reactions: wanted a folder, got Permission denied"):
        read_all(source)


def test_a_thread_of_a_source_only(files: WriteFiles, read_all: ReadAll) -> None:
    """Neither reactions nor retweets nor follows need be there."""
    found = read_all(open_raw(files({"e/1/source-tweet/1.json": json.dumps(_tweet(1, 7, "alone"))})))
    assert (len(found.users), len(found.follows), len(found.posts)) == (1, 0, 1)


KEYS = st.sampled_from(["user", "id", "id_str", "text", "retweeted_status", "created_at"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
).map(lambda value: json.dumps(value).encode())


@given(contents=st.lists(JSON | st.binary(max_size=30), min_size=4, max_size=4))
@settings(max_examples=60, deadline=None)
def test_any_contents_are_kept_or_dropped(
    tmp_path_factory: pytest.TempPathFactory, read_all: ReadAll, contents: list[bytes]
) -> None:
    """Whatever the files hold, rows read are rows kept and rows dropped, twice alike."""
    home = tmp_path_factory.mktemp("law")
    for name, content in zip(["source-tweets/1.json", "reactions/2.json", "retweets.json"], contents, strict=False):
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_bytes(content.replace(b"\n", b" ").lstrip(b" [{") if name == "retweets.json" else content)
    (home / "who-follows-whom.dat").write_bytes(contents[-1])
    first, second = read_all(open_raw(home)), read_all(open_raw(home))
    assert first.report.rows() == second.report.rows()
    assert [post[:7] for post in first.posts] == [post[:7] for post in second.posts]
