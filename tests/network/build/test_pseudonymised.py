"""Pseudonymised societies: nothing of who the users really are is in any file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from s3agents.errors import SocietyError
from s3agents.network.pseudonyms import Pseudonyms

Build = Callable[..., Any]
Make = Callable[..., Any]
KEY = b"a key that is as long as it should be, and more"
MADE = datetime(2011, 3, 13, 7, 6, 40, tzinfo=UTC).timestamp()

ZOE, MAX, TIM, GHOST = "917440000171", "917440000272", "31337", "ghost-of-nobody"
SECRETS = (
    *(ZOE, MAX, TIM, GHOST, "zoe_kraft", "MaxMuster", "zoekraft.example", "01715550199", "5550100200300"),
    *("880000000001", "880000000002", "880000000003", "Entenhausen", "2011-03-13", "07:06:40"),
)


@pytest.fixture
def raw(listed: Make) -> Any:
    """Users with names and numbers everywhere, also in what is broken."""
    people = [
        {
            "id": ZOE,
            "handle": "zoe_kraft",
            "created": MADE,
            "followers": 12,
            "traits": {
                "gender": "female",
                "age": 33,
                "bio": "Friend of @MaxMuster, see https://zoekraft.example/me or call 01715550199",
                "occupation": "clerk of @maxmuster",
                "town": "Entenhausen",
                "customer": 5550100200300,
                "cats": 2,
                "member": True,
                "party": "greens, says @zoe_kraft",
            },
        },
        {"id": MAX, "handle": "MaxMuster", "traits": {"age": int(ZOE), "town": "Entenhausen"}},
        {"id": MAX, "handle": "MaxMuster"},
        {"id": TIM, "traits": {"number": int(TIM), "share": 0.25}},
    ]
    edges = [(MAX, ZOE), (TIM, ZOE), (TIM, ZOE), (ZOE, ZOE), (GHOST, ZOE)]
    written = [
        {
            "id": "880000000001",
            "author": ZOE,
            "text": "Nuclear? Ask @MaxMuster at https://zoekraft.example",
            "time": MADE + 1e8,
        },
        {"id": "880000000002", "author": MAX, "text": "no", "kind": "reply", "parent": "880000000001"},
        {"id": "880000000002", "author": MAX, "text": "no"},
        {"id": "880000000003", "author": TIM, "text": "my number is 01715550199", "parent": "880000000003"},
        {"id": "1", "author": GHOST, "text": "boo"},
        {"id": "2", "author": ZOE, "text": "when?", "time": 1e300},
    ]
    return listed(people, edges, written)


def test_no_file_holds_an_id_a_name_a_link_or_a_number(raw: Any, build: Build) -> None:
    """Neither users nor posts, edges nor the account show a raw value; what says nothing about whom stays."""
    keep = {"pseudonyms": Pseudonyms(KEY), "keep_columns": ["party", "hobby"]}
    built = build(raw, keywords=["nuclear", "@zoe_kraft"], **keep)
    for file in built.folder.iterdir():
        text = file.read_text(encoding="utf-8").casefold()
        assert [secret for secret in SECRETS if secret.casefold() in text] == [], file.name
    zoe = built.users[0]
    assert (zoe["gender"], zoe["age"], zoe["cats"], zoe["member"]) == ("female", 33, 2, True)
    assert zoe["created_at"] == "2011-03"
    assert zoe["followers_count"] == 12
    assert zoe["party"].startswith("greens, says @")
    assert {"town", "customer"}.isdisjoint(zoe)
    assert built.users[2]["share"] == 0.25
    assert built.account.notes[-1] == "columns to keep that no user has: hobby"
    assert built.account.columns_left_out == {"town": 2, "customer": 1, "number": 1}


def test_the_society_keeps_its_shape(raw: Any, build: Build) -> None:
    """Who follows, wrote and answered whom is as it was, and a name in a text leads to its user."""
    plain, hidden = build(raw), build(raw, pseudonyms=Pseudonyms(KEY))
    called = dict(zip(plain.ids, hidden.ids, strict=True))
    assert hidden.edges == {(called[a], called[b]) for a, b in plain.edges}
    assert [row["user_id"] for row in hidden.posts] == [called[row["user_id"]] for row in plain.posts]
    assert hidden.posts[1]["parent_id"] == hidden.posts[0]["post_id"]
    assert f"@{called[MAX]}" in hidden.posts[0]["text"]
    assert f"@{called[MAX]}" in hidden.users[0]["bio"]


def test_a_key_says_who_is_called_what(raw: Any, build: Build) -> None:
    """The same key gives the same pseudonyms, another one others."""
    first, again, other = (build(raw, pseudonyms=Pseudonyms(key)).ids for key in (KEY, KEY, KEY[::-1]))
    assert first == again
    assert set(first).isdisjoint(other)


def test_examples_say_where_and_not_what(raw: Any, build: Build) -> None:
    """What is broken is shown by number of the file and line."""
    account = build(raw, pseudonyms=Pseudonyms(KEY)).account
    losses = [*account.users.unusable, *account.users.values, *account.follows.unusable, *account.posts.unusable]
    assert {example for loss in losses for example in loss.examples} == {
        *("file 1:3", "file 1:2"),
        *("file 1:3", "file 1:4", "file 1:5"),
        *("file 1:2", "file 1:3"),
    }
    assert account.file_names == ()


def test_one_pseudonym_for_two_users_is_an_error(raw: Any, build: Build) -> None:
    """Rather than two users in one."""

    class Careless(Pseudonyms):
        def user(self, ident: str) -> str:
            return "somebody"

    with pytest.raises(SocietyError, match="pseudonyms: wanted one for each user, got 1 for 3 users"):
        build(raw, pseudonyms=Careless(KEY))
