"""Tables: files and columns by their well-known names and by mapping, in every format."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents.errors import SocietyError
from s3agents.network.load_report import LoadReport
from s3agents.network.raw.mapping import RawMapping
from s3agents.network.raw.open import open_raw
from s3agents.tables import write_table

ReadAll = Callable[..., Any]
WriteFiles = Callable[[dict[str, str | bytes]], Path]

NOON = 1420628768.0
SOCIETY = {
    "users.jsonl": '{"user_id": "ann", "bio": "hi", "gender": "female", "age": 30, "role": "hub"}\n'
    '{"user_id": "bob"}\n',
    "follows.csv": "follower,followee\nann,bob\nbob,ann\n",
    "posts.jsonl": '{"user_id": "ann", "text": "x", "time": "2015-01-07T11:06:08+00:00"}\n'
    '{"user_id": "bob", "text": "y", "t_min": 3, "post_id": "p2", "parent_id": "p1"}\n',
    "society.json": "{}",
}


def test_a_society_of_our_own(files: WriteFiles, read_all: ReadAll) -> None:
    """The files that a built society consists of are tables."""
    source = open_raw(files(SOCIETY))
    assert (source.layout, source.states_users) == ("tables", True)
    found = read_all(source)
    assert [user.id for user in found.users] == ["ann", "bob"]
    assert found.users[0].traits == {"bio": "hi", "gender": "female", "age": 30, "role": "hub"}
    assert found.edges == [("ann", "bob"), ("bob", "ann")]
    assert [tuple(post[:6]) for post in found.posts] == [
        ("", "ann", "x", NOON, "post", ""),
        ("p2", "bob", "y", None, "reply", "p1"),
    ]
    assert found.report.clean


TWITTER_1 = {
    "created_at": "Wed Jan 07 11:06:08 +0000 2015",
    "id": 552783667052167168,
    "id_str": "552783667052167168",
    "full_text": "hello",
    "in_reply_to_status_id": None,
    "in_reply_to_status_id_str": None,
    "user": {"id": 5, "id_str": "5", "screen_name": "x"},
}
TWEETS: dict[str, tuple[dict[str, Any], tuple[Any, ...]]] = {
    "v1": (TWITTER_1, ("552783667052167168", "5", "hello", NOON, "post", "")),
    "v1, reply": (
        TWITTER_1 | {"in_reply_to_status_id": 7, "in_reply_to_status_id_str": "7"},
        ("552783667052167168", "5", "hello", NOON, "reply", "7"),
    ),
    "v1, retweet": (
        TWITTER_1 | {"full_text": "RT @a: all of\u2026", "retweeted_status": {"id_str": "9", "full_text": "all of it"}},
        ("552783667052167168", "5", "all of it", NOON, "forward", "9"),
    ),
    "v1, long": (
        {k: v for k, v in TWITTER_1.items() if k != "full_text"}
        | {"text": "cut\u2026", "extended_tweet": {"full_text": "not cut"}},
        ("552783667052167168", "5", "not cut", NOON, "post", ""),
    ),
    "v1, short beside long ones": (
        {k: v for k, v in TWITTER_1.items() if k != "full_text"} | {"text": "all", "extended_tweet": None},
        ("552783667052167168", "5", "all", NOON, "post", ""),
    ),
    "v2": (
        {"id": "3", "author_id": "5", "text": "hello", "created_at": "2015-01-07T11:06:08.000Z"},
        ("3", "5", "hello", NOON, "post", ""),
    ),
    "v2, retweet": (
        {"id": "3", "author_id": "5", "text": "RT", "referenced_tweets": [{"type": "retweeted", "id": "2"}]},
        ("3", "5", "RT", None, "forward", "2"),
    ),
    "v2, answer": (
        {"id": "3", "author_id": "5", "text": "no", "referenced_tweets": [{"type": "replied_to", "id": "2"}]},
        ("3", "5", "no", None, "reply", "2"),
    ),
    "v2, quote": (
        {"id": "3", "author_id": "5", "text": "see", "referenced_tweets": [{"type": "quoted", "id": "2"}]},
        ("3", "5", "see", None, "post", "2"),
    ),
    "Weibo": (
        {
            "created_at": "Wed Jan 07 19:06:08 +0800 2015", "id": 4, "mid": "4", "idstr": "4", "text": "你好",
            "user": {"id": 6, "idstr": "6"}, "retweeted_status": {"id": 3, "idstr": "3", "text": "原文"},
        },
        ("4", "6", "原文", NOON, "forward", "3"),
    ),
    "rtweet": (
        {"status_id": "3", "user_id": "5", "text": "x", "is_retweet": True, "retweet_id": None},
        ("3", "5", "x", None, "forward", ""),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", TWEETS)
def test_posts_of_platforms(files: WriteFiles, read_all: ReadAll, kind: str) -> None:
    """Posts as Twitter's and Weibo's interfaces give them need no mapping, alone or among others."""
    row, expected = TWEETS[kind]
    lines = [json.dumps(row), *(json.dumps(other) for other, _ in TWEETS.values()), json.dumps(row)]
    found = read_all(open_raw(files({"tweets.jsonl": "\n".join(lines)})))
    assert tuple(found.posts[0][:6]) == tuple(found.posts[-1][:6]) == expected
    assert [tuple(post[:6]) for post in found.posts[1:-1]] == [expected for _, expected in TWEETS.values()]


def test_users_of_twitter(files: WriteFiles, read_all: ReadAll) -> None:
    """Counts, handle, creation and verification of a profile are its own, the rest are traits."""
    row = {
        "id": 5, "id_str": "5", "screen_name": "@ann_x", "name": "Ann", "description": "hi", "followers_count": 10,
        "friends_count": 20, "statuses_count": 30, "created_at": "Wed Jan 07 11:06:08 +0000 2015", "verified": False,
        "location": "", "listed_count": 4, "entities": {"url": []}, "lang": None,
    }  # fmt: skip
    user, *_ = (found := read_all(open_raw(files({"users.jsonl": json.dumps(row)})))).users
    assert (user.id, user.handle, user.followers, user.followees, user.posts) == ("5", "ann_x", 10, 20, 30)
    assert (user.created, user.verified) == (NOON, False)
    assert user.traits == {"name": "Ann", "bio": "hi", "listed_count": 4}
    assert found.drops == {"nested value (value dropped, row kept)": 1}
    row = {
        "id": "6",
        "username": "bob",
        "public_metrics": {"followers_count": 1, "following_count": 2, "tweet_count": 3},
    }
    user, *_ = read_all(open_raw(files({"users.jsonl": json.dumps(row)}))).users
    assert (user.id, user.handle, user.followers, user.followees, user.posts) == ("6", "bob", 1, 2, 3)
    assert user.traits == {}


def test_users_of_weibo(files: WriteFiles, read_all: ReadAll) -> None:
    """A crawler's Chinese columns are known."""
    text = '用户id,用户昵称,性别,微博数,粉丝数,关注数,简介,城市\n1669879400,迪丽,女,3,100,20,"演员, 歌手",上海\n'
    user, *_ = read_all(open_raw(files({"weibo_users.csv": text}))).users
    assert (user.id, user.handle, user.posts, user.followers, user.followees) == ("1669879400", "迪丽", 3, 100, 20)
    assert user.traits == {"gender": "女", "bio": "演员, 歌手", "城市": "上海"}


def test_columns_are_known_however_they_are_spelt(files: WriteFiles, read_all: ReadAll) -> None:
    """Case, blanks, hyphens and humps do not matter."""
    home = files({"Users.csv": "userId,Screen Name,Followers-Count\n1,x,2\n", "edges.tsv": "Source\tTarget\n1\t2\n"})
    found = read_all(open_raw(home))
    assert [(user.id, user.handle, user.followers) for user in found.users] == [("1", "x", 2)]
    assert found.edges == [("1", "2")]


@pytest.mark.parametrize(
    ("header", "edge"),
    [
        ("follower,followee", ("a", "b")), ("followee,follower", ("b", "a")), ("source,target", ("a", "b")),
        ("from,to", ("a", "b")), ("src,dst", ("a", "b")), ("user_id,friend_id", ("a", "b")),
        ("user_id,follower_id", ("b", "a")), ("follower_id,user_id", ("a", "b")), ("uid,following", ("a", "b")),
        ("follower,followed", ("a", "b")),
    ],
)  # fmt: skip
def test_the_direction_of_edges(files: WriteFiles, read_all: ReadAll, header: str, edge: tuple[str, str]) -> None:
    """Whoever follows comes first, wherever the column stands; a bare user is the other end."""
    assert read_all(open_raw(files({"relations.csv": f"{header}\na,b\n"}))).edges == [edge]


def _written(home: Path, suffix: str, rows: list[dict[str, Any]], name: str = "posts") -> None:
    columns = list(rows[0])
    if suffix == "parquet":
        write_table(home / f"{name}.parquet", {c: [row[c] for row in rows] for c in columns}, "parquet")
        return
    if suffix.startswith(("csv", "tsv")):
        gap = "," if suffix.startswith("csv") else "\t"
        text = "\n".join([gap.join(columns), *(gap.join(str(v) for v in row.values()) for row in rows), ""])
    else:
        text = "\n".join(json.dumps(row) for row in rows)
    data = text.encode()
    (home / f"{name}.{suffix}").write_bytes(gzip.compress(data) if suffix.endswith("gz") else data)


FORMATS = ["csv", "csv.gz", "tsv", "tsv.gz", "jsonl", "jsonl.gz", "ndjson", "json", "parquet"]


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_says_the_same(files: WriteFiles, read_all: ReadAll, suffix: str) -> None:
    """CSV, TSV, JSON lines and Parquet, packed or not, give the same posts."""
    home = files({})
    rows = [
        {"post_id": f"p{i}", "user_id": f"u{i}", "text": f"t {i}", "created_at": "2015-01-07 11:06:08"} for i in (1, 2)
    ]
    _written(home, suffix, rows)
    found = read_all(open_raw(home))
    assert [tuple(p[:6]) for p in found.posts] == [(f"p{i}", f"u{i}", f"t {i}", NOON, "post", "") for i in (1, 2)]


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_gives_the_same_users(files: WriteFiles, read_all: ReadAll, suffix: str) -> None:
    """Numbers are numbers, also where the format has only text."""
    home = files({})
    _written(home, suffix, [{"id": f"u{i}", "age": 20 + i, "score": i / 2, "bio": f"{i}"} for i in (1, 2)], "users")
    assert [dict(user.traits) for user in read_all(open_raw(home)).users] == [
        {"age": 21, "score": 0.5, "bio": "1"}, {"age": 22, "score": 1.0, "bio": "2"},
    ]  # fmt: skip


def test_parts_are_read_in_order_of_their_names(files: WriteFiles, read_all: ReadAll) -> None:
    """Files that only a number tells apart are one table."""
    header = "user_id,text\n"
    home = files({f"posts-{i}.csv": f"{header}u,{i}\n" for i in (2, 1, 3)})
    found = read_all(open_raw(home))
    assert [post.text for post in found.posts] == ["1", "2", "3"]
    assert [file.file for file in found.report.files] == ["posts-1.csv", "posts-2.csv", "posts-3.csv"]


@pytest.mark.parametrize("other", ["users.jsonl", "users.csv.gz", "user_profiles.csv"])
def test_two_tables_of_one_kind_are_not_guessed_at(files: WriteFiles, other: str) -> None:
    """Where several files could hold the users, the message names them and the way out."""
    home = files({"users.csv": "id\n1\n", other: "id\n1\n"})
    with pytest.raises(SocietyError, match=r"raw: users: wanted one file, got .*name it in a mapping"):
        open_raw(home)


def test_the_last_known_word_of_a_name_counts(files: WriteFiles, read_all: ReadAll) -> None:
    """``user_tweets`` are tweets, and ``weibo_users`` users."""
    found = read_all(open_raw(files({"user_tweets.csv": "user_id,text\na,x\n", "weibo_users.csv": "id\na\n"})))
    assert (len(found.users), len(found.posts)) == (1, 1)


@pytest.mark.parametrize(
    ("text", "part"), [("user_id,content\na,x\n", "posts"), ("src,dst\na,b\n", "follows"), ("uid,city\na,x\n", "users")]
)
def test_a_single_file_is_known_by_its_columns(files: WriteFiles, read_all: ReadAll, text: str, part: str) -> None:
    """A file of any name is what its columns say."""
    found = read_all(open_raw(files({"data.csv": text}) / "data.csv"))
    assert len(getattr(found, part)) == 1


def test_a_single_file_of_no_known_columns(files: WriteFiles) -> None:
    """Columns that say nothing are named."""
    with pytest.raises(SocietyError, match=r"data\.csv: columns: wanted those of users, follows or posts, got a, b"):
        open_raw(files({"data.csv": "a,b\n1,2\n"}) / "data.csv")


def _mapping(**parts: Any) -> RawMapping:
    return RawMapping.model_validate(parts)


def test_a_mapping_names_files_columns_and_values(files: WriteFiles, read_all: ReadAll) -> None:
    """All that a mapping can say, on files of no known name."""
    home = files(
        {
            "people.dat": "nr;sex;place;joined;n\n7;m;Rom;01/02/2014 10:00;5\n8;?;;;x\n",
            "links/a.csv": "0.5,x,7\n",
            "links/b.csv": "0.5,8,7\n",
            "log.jsonl": '{"w": {"id": 7}, "what": {"text": "hi"}, "at": "07/01/2015 19:06", "typ": "rt", '
            '"of": [{"id": 3}]}\n',
        }
    )
    mapping = _mapping(
        users={
            "file": "people.dat", "delimiter": ";", "values": {"gender": {"m": "male", "?": None}},
            "columns": {"id": "nr", "gender": "sex", "city": "place", "created": "joined", "followers": "n"},
        },
        follows={"file": "links/*.csv", "header": False, "columns": {"follower": 2, "followee": 3}},
        posts={
            "file": ["log.jsonl"], "values": {"kind": {"rt": "forward"}},
            "columns": {"author": "w.id", "text": "what.text", "time": "at", "kind": "typ", "parent": "of.0.id"},
        },
        time_format="%d/%m/%Y %H:%M", timezone="Asia/Shanghai",
    )  # fmt: skip
    source = open_raw(home, mapping=mapping)
    assert source.layout == "tables"
    found = read_all(source)
    assert [(user.id, user.traits, user.followers) for user in found.users] == [
        ("7", {"gender": "male", "city": "Rom"}, 5), ("8", {}, None),
    ]  # fmt: skip
    assert found.users[0].created == 1391220000.0
    assert found.edges == [("x", "7"), ("8", "7")]
    assert tuple(found.posts[0][:6]) == ("", "7", "hi", NOON - 8, "forward", "3")
    assert found.drops == {"invalid followers (value dropped, row kept)": 1}


def test_what_a_mapping_leaves_open_is_found_by_name(files: WriteFiles, read_all: ReadAll) -> None:
    """A mapping of one column leaves the others known; ``null`` leaves out what would be found."""
    home = files({"users.csv": "nr,description,age\n1,hi,3\n"})
    user, *_ = read_all(open_raw(home, mapping=_mapping(users={"file": "users.csv", "columns": {"id": "nr"}}))).users
    assert user.traits == {"bio": "hi", "age": 3}
    columns = {"id": "nr", "bio": None, "years": "age"}
    user, *_ = read_all(open_raw(home, mapping=_mapping(users={"file": "users.csv", "columns": columns}))).users
    assert user.traits == {"years": 3}


def test_values_that_are_translated_stay_as_they_are_given(files: WriteFiles, read_all: ReadAll) -> None:
    """A column of numbers that stand for words is not turned into numbers afterwards."""
    home = files({"users.csv": "id,level\n1,1\n2,2\n3,3\n"})
    values = {"level": {"1": "low", "2": 5}}
    mapping = _mapping(users={"file": "users.csv", "columns": {"level": "level"}, "values": values})
    assert [user.traits for user in read_all(open_raw(home, mapping=mapping)).users] == [
        {"level": "low"}, {"level": 5}, {"level": "3"},
    ]  # fmt: skip


def test_mapped_edges_without_a_header(files: WriteFiles, read_all: ReadAll) -> None:
    """Without a header and without columns, the first follows the second."""
    home = files({"x.csv": "a,b,9\nb,c\n\nc,d,9\n"})
    found = read_all(open_raw(home, mapping=_mapping(follows={"file": "x.csv", "header": False})))
    assert found.edges == [("a", "b"), ("c", "d")]
    assert found.drops == {"broken line: not 3 columns": 1}


@pytest.mark.parametrize(
    "encoding", ["gb18030", "gbk", "big5", "utf-16", "utf-16-le", "utf-8-sig", "shift_jis", "euc-kr"]
)
@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_other_encodings(files: WriteFiles, read_all: ReadAll, encoding: str, suffix: str) -> None:
    """Text in other encodings is read where the mapping names them."""
    text = {
        "csv": "user_id,text\na,中文\nb,日本\n",
        "jsonl": '{"user_id":"a","text":"中文"}\n{"user_id":"b","text":"日本"}',
    }
    home = files({f"posts.{suffix}": text[suffix].encode(encoding)})
    mapping = _mapping(posts={"file": f"posts.{suffix}"}, encoding=encoding)
    assert [post.text for post in read_all(open_raw(home, mapping=mapping)).posts] == ["中文", "日本"]


def test_utf_16_says_so_itself(files: WriteFiles, read_all: ReadAll) -> None:
    """A byte order mark of UTF-16, as spreadsheets write it, needs no mapping."""
    home = files({"users.tsv": "id\tcity\n1\t北京\n".encode("utf-16")})
    assert read_all(open_raw(home)).users[0].traits == {"city": "北京"}


def test_byte_order_mark_and_windows_line_ends(files: WriteFiles, read_all: ReadAll) -> None:
    """Neither is part of the data."""
    found = read_all(
        open_raw(
            files(
                {
                    "users.csv": b"\xef\xbb\xbfid,city\r\n1,Rom\r\n",
                    "posts.jsonl": b'\xef\xbb\xbf{"user_id": 1, "text": "a"}\r\n\r\n{"user_id": 1, "text": "b"}\r\n',
                }
            )
        )
    )
    assert [(user.id, user.traits) for user in found.users] == [("1", {"city": "Rom"})]
    assert [(post.text, post.line) for post in found.posts] == [("a", 1), ("b", 3)]


@pytest.mark.parametrize("name", ["posts.csv", "posts.jsonl", "posts.tsv", "posts.jsonl.gz"])
def test_files_of_no_rows(files: WriteFiles, read_all: ReadAll, name: str) -> None:
    """An empty file, or one of a header only, holds nothing, and that is no error."""
    data = gzip.compress(b"") if name.endswith("gz") else b""
    header = {"posts.csv": b"user_id,text\n", "posts.tsv": b"user_id\ttext"}.get(name, data)
    for content in (data, header):
        found = read_all(open_raw(files({name: content})))
        assert found.posts == []
        assert [(file.file, file.read) for file in found.report.files] == [(name, 0)]


def test_reading_is_lazy(files: WriteFiles) -> None:
    """The first post is there before the rest of the file has been looked at."""
    rows = '{"user_id": "a", "text": "x"}\n' * 100_000
    report = LoadReport()
    next(open_raw(files({"posts.jsonl": rows})).posts(report))
    assert report.files[0].read == 1


CELLS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9)
)
VALUES = st.recursive(
    CELLS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
)
NAMES = st.sampled_from(
    ["user_id", "id", "text", "created_at", "kind", "parent_id", "user", "retweeted_status", "is_retweet", "bio", "age",
     "description", "followers_count", "screen_name", "verified", "city", "follower", "followee", "public_metrics"]
)  # fmt: skip


def _dumps(row: dict[str, Any]) -> bytes:
    return json.dumps(row).encode()


LAWFUL = st.lists(st.dictionaries(NAMES, VALUES, max_size=8).map(_dumps) | st.binary(max_size=20), max_size=8)


@given(lines=LAWFUL, suffix=st.sampled_from(["jsonl", "csv"]))
@settings(max_examples=100, deadline=None)
def test_rows_are_kept_or_dropped_and_read_twice_alike(
    tmp_path_factory: pytest.TempPathFactory, read_all: ReadAll, lines: list[bytes], suffix: str
) -> None:
    """Whatever the lines hold, rows read are rows kept and rows dropped, and a second reading gives the same."""
    home = tmp_path_factory.mktemp("law")
    for part, header in (
        ("users", b"id,bio,age\n"),
        ("posts", b"user_id,text,created_at\n"),
        ("follows", b"src,dst\n"),
    ):
        body = b"\n".join(line.replace(b"\n", b" ") for line in lines)
        (home / f"{part}.{suffix}").write_bytes(header + body if suffix == "csv" else b"{}\n" + body)
    source = open_raw(home)
    try:
        first, second = read_all(source), read_all(source)
    except SocietyError as exc:
        assert "does not end" in str(exc)  # noqa: PT017  # only some examples raise
        return
    assert [u.id for u in first.users] == [u.id for u in second.users]
    assert [u.traits for u in first.users] == [u.traits for u in second.users]
    assert first.edges == second.edges
    assert [p[:7] for p in first.posts] == [p[:7] for p in second.posts]
    assert first.report.rows() == second.report.rows()


def test_another_delimiter_is_recognised_in_the_remedy(tmp_path: Path) -> None:
    """A table separated by semicolons is refused with what to write into a mapping."""
    (tmp_path / "users.csv").write_text("id;bio\n1;hello\n")
    with pytest.raises(SocietyError, match=r"separated otherwise: delimiter: ';'"):
        list(open_raw(tmp_path).users(LoadReport()))
