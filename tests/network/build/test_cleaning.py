"""Clean-up: each criterion takes whom it says, nobody whose data are absent, and before they bring in others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from s3agents.config.build import BuildOptions, Cleaning
from s3agents.network.build.account import BuildAccount, Loss

Build = Callable[..., Any]
Make = Callable[..., Any]
DAY = 86_400.0
OFF = {"posts_per_day": None, "duplicate_share": None, "follow_ratio": None, "zombie_posts": None}


def _only(name: str) -> dict[str, Any]:
    """Criteria of which just ``name`` is asked for, with its default."""
    return {**OFF, name: getattr(Cleaning(), name)}


def _by(author: str, *texts: str, **more: Any) -> list[dict[str, Any]]:
    return [{"author": author, "text": text, **more} for text in texts]


def _judged(account: BuildAccount) -> tuple[int, int]:
    (criterion,) = account.criteria
    return criterion.judged, criterion.met


def test_posts_a_day_by_the_platform(listed: Make, build: Build) -> None:
    """The platform's count over the age of the account at the end of the data; a young account counts as a day old."""
    end = 100 * DAY
    people = [
        {"id": "busy", "posts": 500, "created": 90 * DAY},
        {"id": "calm", "posts": 499, "created": 90 * DAY},
        {"id": "young", "posts": 49, "created": end - 60},
        {"id": "new bot", "posts": 50, "created": end - 60},
        {"id": "of unknown age", "posts": 10**6},
        {"id": "of unknown posts", "created": 0.0},
    ]
    written = _by("of unknown age", "last", time=end) + [post for p in people for post in _by(p["id"], "x")]
    built = build(listed(people, [], written), cleaning=_only("posts_per_day"))
    assert built.ids == ["calm", "young", "of unknown age", "of unknown posts"]
    assert _judged(built.account) == (5, 2)


def test_posts_a_day_in_the_data(listed: Make, build: Build) -> None:
    """Posts of the data over their span, which counts as a day at least; posts without a time do not count."""
    burst = [post for n in range(100) for post in _by("burst", f"{n}", time=n * DAY / 50)]
    undated = [post for n in range(500) for post in _by("undated", f"{n}")]
    people = [{"id": "burst"}, {"id": "undated"}]
    assert build(listed(people, [], burst + undated), cleaning=_only("posts_per_day")).ids == ["undated"]
    assert build(listed(people, [], burst[:49] + undated), cleaning=_only("posts_per_day")).ids == ["burst", "undated"]


def test_who_repeats_their_own_words(listed: Make, build: Build) -> None:
    """Half of ten own posts; forwards do not count, nor what others wrote, nor what few posts there are."""
    bot = _by("bot", *"abcde", *"aabbc")
    written = [
        *bot,
        *_by("nine", *["buy"] * 9),
        *_by("fan", *["go"] * 30, kind="forward"),
        *_by("varied", *"abcdefghij"),
        *_by("nearly", *"abcdef", *"aabb"),
    ]
    people = [{"id": user} for user in ("bot", "nine", "fan", "varied", "nearly")]
    built = build(listed(people, [], written), cleaning=_only("duplicate_share"))
    assert built.ids == ["nine", "fan", "varied", "nearly"]
    assert _judged(built.account) == (3, 1)


def test_who_follows_many_and_is_followed_by_few(listed: Make, build: Build) -> None:
    """A thousand followees and fifty for each follower, by the platform's counts."""
    counts = [(1000, 20), (1000, 21), (999, 0), (5000, 0), (5000, None), (None, 3)]
    people = [{"id": f"{a}/{b}", "followees": a, "followers": b} for a, b in counts]
    written = [post for p in people for post in _by(p["id"], "x")]
    built = build(listed(people, [], written), cleaning=_only("follow_ratio"))
    assert built.ids == ["1000/21", "999/0", "5000/None", "None/3"]
    assert _judged(built.account) == (4, 2)


def _zombie(user: str, **more: Any) -> dict[str, Any]:
    return {"id": user, "followers": 0, "followees": 9, "posts": 0, **more}


def test_who_is_hardly_there(listed: Make, build: Build) -> None:
    """Zombies follow, and do nothing else: one sign of life is enough to be kept."""
    people = [
        {"id": "a", "traits": {"bio": "alive"}},
        _zombie("zombie", posts=1),
        _zombie("follower in the data", followees=0),
        _zombie("follows nobody", followees=0),
        _zombie("has a follower", followers=1),
        _zombie("has written", posts=2),
        _zombie("has written here"),
        _zombie("has a bio", traits={"description": "me"}),
        _zombie("has unknown posts", posts=None),
    ]
    written = [post for p in people for post in _by(p["id"], "x")] + _by("has written here", "y")
    built = build(listed(people, [("follower in the data", "a")], written), cleaning=_only("zombie_posts"))
    assert built.ids == ["a", *(p["id"] for p in people[3:])]
    assert _judged(built.account) == (7, 2)
    nameless = [{**person, "traits": {}} for person in people]
    unknown = build(listed(nameless, [], written), cleaning=_only("zombie_posts"))
    assert _judged(unknown.account) == (0, 0), "in data without any bio, nobody can be said to have none"
    assert len(unknown.ids) == len(people)


def test_criteria_without_data_exclude_nobody(listed: Make, build: Build) -> None:
    """From ids and edges alone, nobody is taken for a bot, whatever is asked for."""
    built = build(listed([], [("a", "b"), ("b", "c")], [], states_users=False))
    assert built.ids == ["a", "b", "c"]
    assert [(criterion.judged, criterion.met) for criterion in built.account.criteria] == [(0, 0)] * 4


def test_verified_accounts_are_spared(listed: Make, build: Build) -> None:
    """Unless that is not wanted."""
    people = [{"id": "news", "followees": 9000, "followers": 1, "verified": True}, {"id": "a"}]
    raw = listed(people, [], _by("news", "x") + _by("a", "x"))
    built = build(raw)
    assert built.ids == ["news", "a"]
    assert built.account.spared == 1
    assert build(raw, cleaning={"exempt_verified": False}).ids == ["a"]


def test_bots_bring_in_nobody(listed: Make, build: Build) -> None:
    """Whoever is connected to the core through a bot alone is not reached; the account tells where bots were met."""
    bots = [{"id": f"bot{n}", "followees": 9000, "followers": 1} for n in range(3)]
    people = [*bots, *({"id": user} for user in "abcd")]
    edges = [("bot0", "a"), ("b", "bot0"), ("c", "bot1"), ("d", "a"), ("bot2", "c")]
    raw = listed(people, edges, [*_by("a", "x"), *_by("bot1", "x")])
    built = build(raw, depth=5)
    assert built.ids == ["a", "d"]
    assert [tuple(step) for step in built.account.growth] == [(0, 2, 1), (1, 2, 1)]
    lost = {loss.reason: loss.count for loss in built.account.users.left_out if loss.count}
    assert lost == {"not connected to the core within depth 5": 3, "clean-up: follow_ratio": 2}
    assert built.account.criteria[2].met == 3
    assert len(build(raw, depth=5, cleaning=None).ids) == len(people)


def test_each_bot_counts_once(listed: Make, build: Build) -> None:
    """A user who meets several criteria is left out by the first of them."""
    bot = {"id": "bot", "followees": 9000, "followers": 1, "posts": 10**6, "created": 0.0}
    raw = listed([bot, {"id": "a"}], [], _by("bot", "x", time=DAY) + _by("a", "x"))
    account = build(raw).account
    assert Loss("clean-up: posts_per_day", 1) in account.users.left_out
    assert Loss("clean-up: follow_ratio", 0) in account.users.left_out
    assert [criterion.met for criterion in account.criteria] == [1, 0, 1, 0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"cleaning": {"posts_per_day": 0}},
        {"cleaning": {"duplicate_share": 1.5}},
        {"cleaning": {"bots": True}},
        {"depth": -1},
        {"max_users": 0},
        {"since": "yesterday"},
        {"since": "2015-01-08", "until": "2015-01-08"},
        {"via": "friends"},
    ],
)
def test_wrong_options_are_refused(wrong: dict[str, Any]) -> None:
    """Options check themselves."""
    with pytest.raises(ValidationError):
        BuildOptions.model_validate(wrong)
