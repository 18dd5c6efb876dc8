"""Features of exposures: causal, free of degrees, and the same whichever way they are filled."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from s3agents.behaviour.features import FEATURES, UNKNOWN, post_features, profile_features
from s3agents.behaviour.observed_features import Histories, observed_features
from s3agents.behaviour.view_features import Clock, author_of, tick_of, view_features
from s3agents.cognition.base import Scene
from s3agents.events import Delivery, Post, PostKind, Source
from s3agents.ids import UserId, post_id
from s3agents.observed.cascades import Cascades
from s3agents.persona import Persona
from s3agents.rng import Draws
from s3agents.state import Heard
from s3agents.testing.turn_views import turn_view


def _without(cascades: Cascades, *, after: float) -> Cascades:
    """``cascades`` as they were known at a moment, in seconds since 1970."""

    def known(rows: object) -> object:
        start = cascades.cases["start"].reindex(rows["case_id"]).to_numpy()  # type: ignore[index]
        return rows[start + 60 * rows["minute"].to_numpy() < after].reset_index(drop=True)  # type: ignore[index]

    return replace(cascades, adoptions=known(cascades.adoptions), exposures=known(cascades.exposures))


def test_the_future_changes_nothing(town: Cascades) -> None:
    """Features at a moment are the same when nothing later has happened yet."""
    moment = float(town.cases["start"].iloc[8]) + 60.0
    earlier = _without(town, after=moment)
    now = town.exposures[town.exposures["case_id"] == town.cases.index[8]]
    assert (observed_features(town, now) == observed_features(earlier, now)).all()
    column = FEATURES.index("past.heard")
    assert observed_features(earlier, now)[:, column] == pytest.approx(math.log1p(8))


def test_the_past_counts_only_what_came_before(town: Cascades) -> None:
    """In the first case nobody has a past; in the last one every user has heard of all the others."""
    rows = observed_features(town)
    heard = rows[:, FEATURES.index("past.heard")]
    case = town.exposures["case_id"].to_numpy()
    assert (heard[case == "c00"] == 0).all()
    assert heard[case == "c15"] == pytest.approx(math.log1p(15))
    shared = rows[:, FEATURES.index("past.shared")]
    assert shared[case == "c15"].mean() == pytest.approx(15 * town.exposures["forwarded"].mean(), rel=0.15)


def test_histories_can_be_those_of_some_cases(town: Cascades) -> None:
    """What other cases tell is then not known."""
    rows = observed_features(town, histories=Histories(town, cases={"c00", "c01"}))
    heard = rows[town.exposures["case_id"] == "c15", FEATURES.index("past.heard")]
    assert heard == pytest.approx(math.log1p(2))


def test_no_feature_is_a_degree(town: Cascades) -> None:
    """Edges between users who take no part in an exposure change nothing about it."""
    assert not any("degree" in name or "in_graph" in name or "influence" in name for name in FEATURES)
    assert "influence" not in {name.partition(".")[2] for name in FEATURES}


def test_the_same_situation_gives_the_same_row_both_ways(town: Cascades) -> None:
    """A turn that shows what had been observed has the features that the observation has."""
    exposures = town.exposures[town.exposures["case_id"] == "c09"].iloc[:20]
    expected = observed_features(town, exposures)
    for row, (_, exposure) in zip(expected, exposures.iterrows(), strict=True):
        assert _seen(town, str(exposure["user_id"]), "c09") == pytest.approx(tuple(row))


def _seen(town: Cascades, user: str, case: str) -> tuple[float, ...]:
    """The features that ``user`` sees when the first post of ``case`` reaches them; a tick is a minute."""
    starts = town.cases["start"]
    ticks = {c: int((starts[c] - starts[case]) // 60) for c in town.cases.index}
    roots = {c: post_id(ticks[c], UserId(town.cases["author"][c]), 0) for c in town.cases.index}
    heard = [Heard(root=roots[c], times=1, since=ticks[c] + 1) for c in town.cases.index if ticks[c] < 0]
    acts = town.adoptions[town.adoptions["user_id"] == user]
    before = [str(c) for c, m in zip(acts["case_id"], acts["minute"], strict=True) if ticks[c] + m < 0]
    source = town.posts[(town.posts["case_id"] == case) & (town.posts["kind"] == "source")].iloc[0]
    author = UserId(str(source["user_id"]))
    post = Post(id=roots[case], author=author, tick=0, text=str(source["text"]), root=roots[case])
    view = turn_view(
        scene=Scene(topic="t", question="q", minutes=1.0),
        persona=town.society[user],
        tick=1,
        perceived=(Delivery(post=post, source=town.society.graph.source(*_positions(town, user, author))),),
        heard=(*heard, Heard(root=roots[case], times=1, since=1)),
        shared=tuple(dict.fromkeys(roots[c] for c in before)),
        draws=Draws(0, user, 1),
    )
    start = float(starts[case])
    clock = Clock(elapsed=(start - float(starts.min())) / 60.0, hour=start / 3600.0 % 24.0)
    return view_features(view, view.perceived[:1], lambda user: profile_features(town.society[user]), clock)[0]


def _positions(town: Cascades, *users: str) -> list[int]:
    return [town.society.position(user) for user in users]


def test_a_forward_is_told_from_its_source() -> None:
    """Who passed it on is not who began it, and it is as old as its first post."""
    root = post_id(2, UserId("an.author"), 0)
    assert (author_of(root), tick_of(root), tick_of(post_id(-7, UserId("x"), 1))) == ("an.author", 2, -7)
    post = Post(
        id=post_id(5, UserId("b"), 0),
        author=UserId("b"),
        tick=5,
        text="x",
        kind=PostKind.FORWARD,
        root=root,
        parent=root,
    )
    view = turn_view(scene=Scene(topic="t", question="q", minutes=10.0), tick=6)
    (found,) = view_features(view, [Delivery(post=post, source=Source.MUTUAL)], lambda _: profile_features(None))
    row = dict(zip(FEATURES, found, strict=True))
    assert (row["moment.forwarded"], row["moment.mutual"]) == (1.0, 1.0)
    assert row["moment.age"] == pytest.approx(math.log1p(30.0))
    assert row["author.followers"] == row["via.bio_chars"] == UNKNOWN


def test_what_is_not_known_is_below_what_is() -> None:
    """An unknown count is not a count of nothing."""
    nobody = profile_features(Persona(id=UserId("u")))
    assert set(nobody) == {UNKNOWN}
    known = profile_features(Persona(id=UserId("u"), extra={"followers_count": 0, "friends_count": 10**9}))
    assert min(value for value in known if value != UNKNOWN) > UNKNOWN
    assert post_features("Is it? https://x.y #a #b @c") == (27.0, 1.0, 1.0, 2.0, 1.0)
    assert np.isfinite(np.array(nobody)).all()
