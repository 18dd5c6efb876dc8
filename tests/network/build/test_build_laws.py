"""Laws of building, over random raw data: nothing without a count, and what is kept is what a plain reading says."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from s3agents.errors import SocietyError

USERS = list("abcdefgh")
TEXTS = ("nuclear power", "lunch", "nuclear lunch", "rain")
CLEANING = {
    "posts_per_day": None,
    "duplicate_share": 0.5,
    "duplicate_posts": 2,
    "follow_ratio": 2,
    "follow_ratio_followees": 2,
    "zombie_posts": 1,
}

_counts = st.none() | st.integers(0, 4)
_people = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from(USERS)},
        optional={
            "followers": _counts,
            "followees": _counts,
            "posts": _counts,
            "verified": st.booleans(),
            "traits": st.sampled_from([{}, {"bio": "hi"}, {"age": 5}, {"age": 500}]),
        },
    ),
    max_size=10,
)
_anybody = st.sampled_from([*USERS, "ghost"])
_post_ids = st.sampled_from(["", "1", "2", "3", "4"])
_posts = st.lists(
    st.fixed_dictionaries(
        {"author": _anybody, "text": st.sampled_from(TEXTS)},
        optional={
            "id": _post_ids,
            "parent": _post_ids,
            "time": st.sampled_from([None, 0.0, 1.0, 2.0, math.nan, 1e300]),
            "kind": st.sampled_from(["post", "forward", "reply"]),
        },
    ),
    max_size=14,
)
_options = st.fixed_dictionaries(
    {
        "via": st.sampled_from(["both", "followees", "followers"]),
        "depth": st.integers(0, 3),
        "posts": st.sampled_from(["all", "topic"]),
        "cleaning": st.sampled_from([None, CLEANING]),
        "posts_per_user": st.none() | st.integers(1, 3),
        "max_users": st.none() | st.integers(1, 6),
        "largest_component": st.booleans(),
    }
)


class Plain:
    """The same by plain means: sets and loops over everything."""

    def __init__(self, people: list[dict[str, Any]], edges: list[tuple[str, str]], posts: list[dict[str, Any]]) -> None:
        self.people: dict[str, dict[str, Any]] = {}
        for record in people:
            self.people.setdefault(record["id"], record)
        self.edges = {(a, b) for a, b in edges if a != b and {a, b} <= set(self.people)}
        self.posts: list[dict[str, Any]] = []
        for post in posts:
            known = {p["id"] for p in self.posts if p.get("id")}
            if post["author"] in self.people and post.get("id", "") not in known:
                self.posts.append(post)
        self.core = {post["author"] for post in self.posts if "nuclear" in post["text"]}

    def is_bot(self, user: str) -> bool:
        """Whether a user meets a criterion of ``CLEANING``."""
        person = self.people[user]
        if person.get("verified"):
            return False
        own = [post["text"] for post in self.posts if post["author"] == user and post.get("kind") != "forward"]
        fans, idols, written = (person.get(name) for name in ("followers", "followees", "posts"))
        if len(own) >= 2 and (len(own) - len(set(own))) / len(own) >= 0.5:
            return True
        if fans is not None and idols is not None and idols >= 2 and idols >= 2 * fans:
            return True
        bios = {u for u, p in self.people.items() if p.get("traits", {}).get("bio")}
        follows = (idols or 0) > 0 or any(a == user for a, _ in self.edges)
        here = sum(post["author"] == user for post in self.posts)
        idle = fans == 0 and written is not None and max(written, here) <= 1
        return bool(bios) and user not in bios and follows and idle

    def members(self, options: dict[str, Any]) -> set[str]:
        """Who is in before anything is trimmed."""
        bots = {user for user in self.people if options["cleaning"] and self.is_bot(user)}
        members = front = self.core - bots
        for _ in range(options["depth"]):
            down = {b for a, b in self.edges if a in front} if options["via"] != "followers" else set()
            up = {a for a, b in self.edges if b in front} if options["via"] != "followees" else set()
            front = (down | up) - bots - members
            members = members | front
        return members

    def history(self, users: set[str], options: dict[str, Any]) -> dict[str, list[str]]:
        """What a society of ``users`` has of posts, newest last."""
        kept: dict[str, list[str]] = {}
        for user in users:
            own = [p for p in self.posts if p["author"] == user]
            own = [p for p in own if options["posts"] == "all" or "nuclear" in p["text"]]
            own.sort(key=_when)
            texts = [p["text"] for p in own][-(options["posts_per_user"] or len(own)) :]
            if texts:
                kept[user] = texts
        return kept


def _when(post: dict[str, Any]) -> float:
    time = post.get("time")
    return time if time is not None and 0 <= time < 9 else -math.inf


@settings(max_examples=150, deadline=None)
@given(people=_people, edges=st.lists(st.tuples(_anybody, _anybody), max_size=24), posts=_posts, options=_options)
def test_a_build_is_what_a_plain_reading_says(
    *, people: Any, edges: Any, posts: Any, options: Any, listed: Any, build: Any, check_balance: Callable[[Any], None]
) -> None:
    """Users, edges and posts are those of the plain reading; all is accounted for; the society loads cleanly."""
    plain = Plain(people, edges, posts)
    members = plain.members(options)
    raw = listed(people, edges, posts)
    if not members:
        with pytest.raises(SocietyError):
            build(raw, keywords=["nuclear"], **options)
        return
    built = build(raw, keywords=["nuclear"], **options)
    users = set(built.ids)
    assert len(built.ids) == len(users)
    if options["max_users"] is None and not options["largest_component"]:
        assert users == members
    assert users <= members
    assert 0 < len(users) <= (options["max_users"] or len(members))
    assert built.edges == {(a, b) for a, b in plain.edges if {a, b} <= users}
    assert {user: list(texts) for user, texts in built.society.history.items()} == plain.history(users, options)
    assert {row["user_id"] for row in built.users if row["core"]} == plain.core & users
    check_balance(built.account)


@settings(max_examples=60, deadline=None)
@given(people=_people, edges=st.lists(st.tuples(_anybody, _anybody), max_size=24), posts=_posts)
def test_every_file_is_accounted_for(
    *, people: Any, edges: Any, posts: Any, listed: Any, build: Any, check_balance: Callable[[Any], None]
) -> None:
    """Also where users are nobody's business but those who write and follow: read and met, kept and lost agree."""
    met = {post["author"] for post in posts} | {user for a, b in edges if a != b for user in (a, b)}
    assume(met or people)
    account = build(listed(people, edges, posts, states_users=False), cleaning=None).account
    check_balance(account)
    assert account.users.read == len(people)
    assert account.follows.read == len(edges)
    assert account.posts.read == len(posts)
    assert account.users.usable == len(met | {person["id"] for person in people})
