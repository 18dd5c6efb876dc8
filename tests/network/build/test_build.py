"""Building: who and what of raw data becomes a society, and that nothing goes without a count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from s3agents import __version__
from s3agents.config.build import BuildOptions
from s3agents.errors import InputError, SocietyError
from s3agents.network.build.account import BuildAccount, Loss
from s3agents.network.build.build import build_society_from
from s3agents.network.classes import CLASSES, class_of
from s3agents.network.load_report import LoadReport
from s3agents.network.raw.open import open_raw

Build = Callable[..., Any]
Make = Callable[..., Any]
NOON = datetime(2015, 1, 7, 12, tzinfo=UTC).timestamp()
CHAIN = [("b", "a"), ("c", "b"), ("d", "c"), ("a", "e")]
"""``a`` is followed by ``b``, that by ``c``, that by ``d``; ``a`` follows ``e``."""


def _post(author: str, text: str = "nuclear power", **more: Any) -> dict[str, Any]:
    return {"author": author, "text": text, **more}


@pytest.fixture
def small(listed: Make) -> Any:
    """A chain of five users, of whom ``a`` writes about the topic and ``c`` about something else."""
    written = [
        _post("a", "Nuclear power!", id="1", time=NOON),
        _post("c", "Lunch", id="2", time=NOON + 60, kind="reply", parent="1"),
    ]
    return listed([{"id": user} for user in "abcde"], CHAIN, written)


@pytest.mark.parametrize(
    ("via", "depth", "ids"),
    [
        ("both", 0, "a"),
        ("both", 1, "abe"),
        ("both", 2, "abce"),
        ("both", 9, "abcde"),
        ("followers", 1, "ab"),
        ("followees", 1, "ae"),
        ("followees", 9, "ae"),
    ],
)
def test_the_core_grows_along_edges(small: Any, build: Build, via: str, depth: int, ids: str) -> None:
    """Authors on the topic come first, then whoever is connected to them, as far as asked for."""
    built = build(small, keywords=["nuclear"], via=via, depth=depth)
    assert built.ids == list(ids)
    assert [row["user_id"] for row in built.users if row["core"]] == ["a"]
    assert built.edges == {(a, b) for a, b in CHAIN if a in ids and b in ids}


def test_posts_tell_what_and_when(small: Any, build: Build) -> None:
    """Posts keep id, author, text, time, kind and parent, and say whether they are on the topic."""
    rows = build(small, keywords=["nuclear"], depth=2).posts
    assert rows == [
        {
            "post_id": "1",
            "user_id": "a",
            "text": "Nuclear power!",
            "time": "2015-01-07T12:00:00+00:00",
            "kind": "post",
            "on_topic": True,
        },
        {
            "post_id": "2",
            "user_id": "c",
            "text": "Lunch",
            "time": "2015-01-07T12:01:00+00:00",
            "kind": "reply",
            "parent_id": "1",
            "on_topic": False,
        },
    ]


def test_keywords_are_alternatives_and_none_is_all(small: Any, build: Build) -> None:
    """A post that matches any keyword is on the topic; without keywords all are, and the account says so."""
    assert build(small, keywords=["nuclear", "lunch"], depth=0).ids == ["a", "c"]
    everything = build(small, depth=0)
    assert everything.ids == ["a", "c"]
    assert "no keywords" in everything.account.notes[0]


def test_forwards_and_replies_make_authors(listed: Make, build: Build) -> None:
    """Whoever forwards or answers about the topic belongs to the core like who writes about it."""
    written = [_post("a", kind="forward", parent="9"), _post("b", kind="reply"), _post("c", "lunch")]
    assert build(listed([{"id": user} for user in "abc"], [], written), keywords=["nuclear"]).ids == ["a", "b"]


def test_the_topic_has_a_span_of_time(listed: Make, build: Build) -> None:
    """Since is part of the span and until is not; posts without a time are off the topic, and counted."""
    written = [
        _post(user, time=None if user == "d" else NOON + hours) for user, hours in zip("abcd", range(4), strict=True)
    ]
    raw = listed([{"id": user} for user in "abcd"], [], written)
    options = {"since": datetime.fromtimestamp(NOON + 1, UTC), "until": datetime.fromtimestamp(NOON + 2, UTC)}
    built = build(raw, keywords=["nuclear"], **options)
    assert built.ids == ["b"]
    assert "1 posts without a time" in " ".join(built.account.notes)
    assert build(raw, since="2015-01-07T13:00:00+01:00").ids == ["a", "b", "c"]


def test_posts_of_the_topic_only(small: Any, build: Build, check_balance: Callable[[BuildAccount], None]) -> None:
    """With posts=topic others are left out, and counted."""
    built = build(small, keywords=["nuclear"], depth=2, posts="topic")
    assert [row["post_id"] for row in built.posts] == ["1"]
    assert Loss("off the topic", 1) in built.account.posts.left_out
    check_balance(built.account)


def test_the_newest_posts_of_each_user(listed: Make, build: Build) -> None:
    """Newest by time, then by place in the data; posts without a time are the oldest."""
    times = [5, 9, None, 9, 7, 1]
    written = [_post("a", id=str(n), time=time) for n, time in enumerate(times)] + [_post("b", id="b")]
    raw = listed([{"id": "a"}, {"id": "b"}], [], written)
    kept = {n: [row["post_id"] for row in build(raw, posts_per_user=n, cleaning=None).posts] for n in (1, 2, 3, 5)}
    assert kept == {1: ["3", "b"], 2: ["1", "3", "b"], 3: ["1", "3", "4", "b"], 5: ["0", "1", "3", "4", "5", "b"]}


def test_at_most_so_many_users(listed: Make, build: Build) -> None:
    """The core comes first, then who has most edges to and from it; ties go by id."""
    edges = [("x", "a"), ("a", "x"), ("z", "a"), ("y", "b"), ("w", "b"), ("w", "a"), ("w", "z")]
    raw = listed([{"id": user} for user in "zyxwba"], edges, [_post("a"), _post("b")])
    assert [sorted(build(raw, max_users=n).ids) for n in (1, 2, 3, 4, 5, 9)] == [
        ["a"],
        ["a", "b"],
        ["a", "b", "w"],
        ["a", "b", "w", "x"],
        ["a", "b", "w", "x", "y"],
        ["a", "b", "w", "x", "y", "z"],
    ]


def test_the_largest_component(listed: Make, build: Build, check_balance: Callable[[BuildAccount], None]) -> None:
    """Only what hangs together is kept, also after the set was cut to so many."""
    edges = [("b", "a"), ("c", "a"), ("e", "d")]
    raw = listed([{"id": user} for user in "abcdef"], edges, [_post("a"), _post("d"), _post("f")])
    built = build(raw, largest_component=True)
    assert built.ids == ["a", "b", "c"]
    assert Loss("outside of the largest component", 3) in built.account.users.left_out
    check_balance(built.account)
    assert build(raw, largest_component=True, max_users=4).ids == ["a", "b"]


def test_users_are_described(listed: Make, build: Build) -> None:
    """Traits, counts of the platform and what the build adds are written; a column of the data gives way, counted."""
    traits = {"gender": "female", "age": 33, "bio": "Hi.", "city": "Ulm", "core": "x", "description": ""}
    known = {"followers": 10, "followees": 5, "posts": 7, "created": NOON, "verified": False}
    raw = listed(
        [{"id": "a", "traits": traits, **known}, {"id": "b", "followers": -1, "created": 1e300}],
        [("b", "a")],
        [_post("a")],
    )
    built = build(raw)
    assert built.users == [
        {
            "user_id": "a",
            "gender": "female",
            "age": 33,
            "bio": "Hi.",
            "city": "Ulm",
            "followers_count": 10,
            "followees_count": 5,
            "posts_count": 7,
            "verified": False,
            "created_at": "2015-01-07T12:00:00+00:00",
            "core": True,
            "user_class": built.users[0]["user_class"],
        },
        {"user_id": "b", "core": False, "user_class": "low_impact"},
    ]
    assert built.account.columns_replaced == {"core": 1}
    assert built.account.demographics == {"gender": 1, "age": 1, "occupation": 0}
    reasons = {loss.reason: loss.examples for loss in built.account.users.values}
    assert reasons == {
        "invalid followers": ("people.list:2 -1",),
        "invalid time of creation": ("people.list:2 1e+300",),
    }


@pytest.mark.parametrize("known", [20, 19, 18])
def test_classes_are_those_of_the_society(listed: Make, build: Build, known: int) -> None:
    """The class of each user is what the society itself tells once it is loaded; and by which counts."""
    people = [
        {"id": f"u{n}", **({"followers": 20 * n, "followees": n, "posts": n} if n < known else {})} for n in range(20)
    ]
    edges = [(f"u{n}", f"u{n * n % 20}") for n in range(20)] + [(f"u{n}", "u4") for n in range(20)]
    built = build(listed(people, edges, [_post("u4"), *(_post(f"u{n}") for n in range(9))]), cleaning=None)
    told = class_of(built.society)
    assert [row["user_class"] for row in built.users] == [CLASSES[code] for code in told.codes]
    assert built.account.ties_from == told.ties_from == ("platform" if known > 18 else "graph")
    assert built.account.posts_from == ("platform" if known > 18 else "posts")


def test_users_that_nobody_lists(listed: Make, build: Build, check_balance: Callable[[BuildAccount], None]) -> None:
    """Where the data do not state their users, everybody who writes, follows or is followed is one."""
    raw = listed(
        [{"id": "b", "traits": {"age": 40}}], [("c", "b"), ("d", "a")], [_post("a"), _post("e")], states_users=False
    )
    built = build(raw, keywords=["nuclear"], depth=2)
    assert built.ids == ["d", "a", "e"]
    assert built.account.users.met == 4
    assert "4 users have no record" in " ".join(built.account.notes)
    check_balance(built.account)
    assert build(raw).ids == ["d", "a", "e"]


def test_ids_that_no_society_can_hold(listed: Make, build: Build) -> None:
    """They are dropped wherever they turn up, and accounted for."""
    odd, long = "a\0b", "x" * 257
    raw = listed([], [("a", odd), (long, "a"), ("b", "a")], [_post(odd), _post("a")], states_users=False)
    built = build(raw)
    assert built.edges == {("b", "a")}
    assert [loss.count for loss in built.account.follows.unusable] == [2]
    assert built.account.posts.unusable[0].reason == "no usable id"


def test_a_network_without_posts(listed: Make, build: Build) -> None:
    """Edges alone make a society of everybody, if no keywords are asked for; with keywords that is an error."""
    raw = listed([], CHAIN, [], states_users=False)
    built = build(raw)
    assert built.edges == set(CHAIN)
    assert not (built.folder / "posts.jsonl").exists()
    assert "the data have no posts: every user" in built.account.notes[0]
    with pytest.raises(SocietyError, match="wanted posts, got no posts at all"):
        build(raw, keywords=["nuclear"])


@pytest.fixture
def broken(listed: Make) -> Any:
    """Something is wrong with nearly every record."""
    people = [{"id": "a"}, {"id": "b"}, {"id": "a"}, {"id": "x" * 300}, {"id": "c", "traits": {"age": 999, "l": [1]}}]
    edges = [("a", "b"), ("a", "b"), ("b", "b"), ("a", "ghost"), ("ghost", "a")]
    written = [
        _post("a", id="1"),
        _post("a", id="1", text="again"),
        _post("ghost", id="1"),
        _post("b", id="2", time=float("nan"), parent="3"),
        _post("b", id="3", parent="2"),
        _post("b", id="4", parent="4", time=1e99),
        _post("b", id="5", parent="4"),
    ]
    return listed(people, edges, written)


def test_broken_data_are_counted_with_their_places(
    broken: Any, build: Build, check_balance: Callable[[BuildAccount], None]
) -> None:
    """Duplicates, unknown users, self-loops, bad times and circles of answers go, with file and line."""
    account = build(broken).account
    check_balance(account)
    found = {
        (loss.reason, loss.count, loss.examples[0])
        for funnel in (account.users, account.follows, account.posts)
        for loss in (*funnel.unusable, *funnel.values)
    }
    assert found == {
        ("duplicate id", 1, "people.list:3 'a'"),
        ("no usable id", 1, f"people.list:4 '{'x' * 36}..."),
        ("invalid age", 1, "people.list:5 999"),
        ("nested value", 1, "people.list:5 [1]"),
        ("duplicate edge", 1, "edges.list:2 'a,b'"),
        ("self-loop", 1, "edges.list:3 'b'"),
        ("unknown user", 2, "edges.list:4 'ghost'"),
        ("unknown user", 1, "posts-1.list:2 'ghost'"),
        ("duplicate id", 1, "posts-2.list:1 'as in posts-1.list:1'"),
        ("invalid time", 2, "posts-2.list:2 nan"),
        ("parent that answers the post itself", 3, "posts-1.list:3 'a circle'"),
    }


def test_records_that_help_to_read_others_are_no_posts(
    small: Any, build: Build, check_balance: Callable[[BuildAccount], None]
) -> None:
    """What a layout reads and keeps for itself is counted apart."""
    small.cases = 3
    account = build(small).account
    assert (account.posts.read, account.posts.helpers, account.posts.usable) == (5, 3, 2)
    check_balance(account)


def test_circles_lose_their_parents_only(broken: Any, build: Build) -> None:
    """What answers a post on a circle keeps its parent, and the society loads."""
    parents = {row["post_id"]: row.get("parent_id") for row in build(broken).posts}
    assert parents == {"1": None, "2": None, "3": None, "4": None, "5": "4"}


def test_strict_stops_before_anything_is_written(broken: Any, build: Build, small: Any, tmp_path: Path) -> None:
    """With strict, all that is broken is listed and nothing is written; what is sound is built."""
    with pytest.raises(SocietyError, match=r"strict building(.|\n)*people\.list: 1 x duplicate id(.|\n)*a circle"):
        build(broken, tmp_path / "society", strict=True)
    assert list(tmp_path.iterdir()) == []
    assert broken.readings == ["users", "follows", "posts"]
    assert build(small, strict=True).ids == ["a", "b", "c", "d", "e"]


def test_the_file_that_tells_how_it_came_about(small: Any, build: Build) -> None:
    """``society.json`` holds version, layout, options with the criteria, and the whole account."""
    built = build(small, keywords=["nuclear"], name="mine")
    facts = orjson.loads((built.folder / "society.json").read_bytes())
    assert facts["version"] == __version__
    assert facts["options"]["keywords"] == ["nuclear"]
    assert facts["options"]["cleaning"]["posts_per_day"] == 50
    assert facts["account"] == orjson.loads(orjson.dumps(built.account.dump()))
    assert facts["account"]["name"] == "mine"
    assert facts["account"]["file_names"] == ["people.list", "edges.list", "posts-1.list", "posts-2.list"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"keywords": ["nucleear"]},
            r"keywords 'nucleear': wanted a post that matches, got none among 2 posts \(the data have nuclear\)",
        ),
        ({"keywords": ["qqqq"]}, r"none among 2 posts \(frequent in the data: nuclear"),
        (
            {"keywords": ["nuclear"], "until": "2014-01-01"},
            r"until 2014.*none among the 1 that match; posts run from 2015-01-07",
        ),
        (
            {"cleaning": {"posts_per_day": 0.5}},
            r"clean-up of the 2 authors.*2 left out by posts_per_day \(.*--no-cleaning",
        ),
    ],
)
def test_nobody_is_an_error_that_helps(small: Any, build: Build, tmp_path: Path, options: Any, message: str) -> None:
    """Where nobody would be kept, the message says why, and what comes nearest."""
    with pytest.raises(InputError, match=message):
        build(small, tmp_path / "society", **options)
    assert list(tmp_path.iterdir()) == []


def test_data_that_change_meanwhile_are_an_error(small: Any, build: Build, tmp_path: Path) -> None:
    """If the second reading differs from the first, nothing is written."""

    class Growing(type(small)):  # type: ignore[misc]
        def posts(self, report: LoadReport) -> Any:
            yield from super().posts(report)
            self.written = [*self.written, _post("a")]

    with pytest.raises(SocietyError, match="got other records at the second reading"):
        build(Growing(small.people, small.edges, small.written), tmp_path / "society")
    assert list(tmp_path.iterdir()) == []


def test_progress_is_told(small: Any, build: Build) -> None:
    """Every phase is told of."""
    phases: list[str] = []
    build(small, progress=lambda phase, done: phases.append(phase))
    assert list(dict.fromkeys(phases)) == [
        "users",
        "follows",
        "posts, first reading",
        "users, second reading",
        "posts, second reading",
    ]


GREETING = "\u4f60\u597d"
NOTHING: dict[str, tuple[dict[str, bytes], list[str]]] = {
    "users in another encoding": (
        {"users.csv": f"id,bio\n1,{GREETING}\n".encode("gbk")},
        ["usable users", "1 x not text in UTF-8", "users.csv:2", "encoding"],
    ),
    "posts in another encoding": (
        {"users.csv": b"id\na\n", "posts.csv": f"user_id,text\na,{GREETING}\n".encode("gbk")},
        ["usable posts", "posts.csv:2", "encoding"],
    ),
    "headers alone": (
        {"users.csv": b"id\n", "posts.csv": b"user_id,text\n"},
        ["wanted users", "none in users.csv, posts.csv"],
    ),
}


@pytest.mark.parametrize("kind", NOTHING)
def test_data_of_which_nothing_can_be_used_are_refused(kind: str, tmp_path: Path) -> None:
    """What cannot be read is not taken for data that are not there; the message names files, lines and reasons."""
    files, fragments = NOTHING[kind]
    (tmp_path / "raw").mkdir()
    for name, content in files.items():
        (tmp_path / "raw" / name).write_bytes(content)
    with pytest.raises(SocietyError) as caught:
        build_society_from(open_raw(tmp_path / "raw"), BuildOptions(), tmp_path / "out")
    assert [fragment for fragment in fragments if fragment not in str(caught.value)] == []
    assert not (tmp_path / "out").exists()
