"""The three classes of users: S3's words hold, in societies of any shape and size."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents import Society
from s3agents.config.classes import ClassThresholds
from s3agents.network.classes import CLASSES, class_of, classify
from s3agents.network.graph import FollowGraph
from s3agents.persona import Persona


def _codes(graph: Any, **thresholds: float) -> list[int]:
    return class_of(Society.from_networkx(graph), ClassThresholds(**thresholds)).codes.tolist()


def _society(extras: list[dict[str, Any]], history: dict[str, list[str]] | None = None) -> Society:
    people = [Persona(id=f"u{i}", extra=extra) for i, extra in enumerate(extras)]
    ring = range(len(people))
    graph = FollowGraph.from_edges(len(people), list(ring), [(i + 1) % len(people) for i in ring])
    return Society(people, graph, history=history)


def test_the_heads_of_the_karate_club_are_influential() -> None:
    """The instructor and the president, and nobody else."""
    club = Society.named("karate_club")
    classes = class_of(club)
    assert [club.ids[i] for i in np.flatnonzero(classes.codes == CLASSES.index("influential"))] == ["0", "33"]
    assert np.bincount(classes.codes).tolist() == [2, 20, 12]
    assert (classes.ties_from, classes.posts_from, classes.posts) == ("graph", "unknown", None)


def test_the_middle_of_a_star_is_influential() -> None:
    """Whether or not it follows back; its followers, whom nobody or only the middle hears, are of low impact."""
    assert _codes(nx.star_graph(9)) == [0] + [2] * 9
    followed = nx.DiGraph([(i, 0) for i in range(1, 10)])
    assert class_of(Society.from_networkx(followed)).codes.tolist() == [2, 0] + [2] * 8


def test_who_follows_everybody_is_not_influential() -> None:
    """The middle of a star that follows all others, unheard."""
    assert _codes(nx.DiGraph([(0, i) for i in range(1, 10)])) == [2] + [1] * 9


@pytest.mark.parametrize("graph", [nx.cycle_graph(8), nx.complete_graph(9), nx.cycle_graph(8, nx.DiGraph)])
def test_equals_are_regular(graph: Any) -> None:
    """Where all have the same ties, nobody stands out."""
    assert set(_codes(graph)) == {1}


def test_a_society_without_ties_has_no_impact() -> None:
    """Nobody hears anybody; and nobody is nothing."""
    assert _codes(nx.empty_graph(3)) == [2, 2, 2]
    assert class_of(Society.empty()).codes.shape == (0,)


def test_as_many_followees_as_followers_are_regular() -> None:
    """The most followed user of a directed network is influential only with far more followers than followees."""
    followers, mutual = np.array([100] + [10] * 39), np.zeros(40, dtype=int)
    for followees, code in ((50, 0), (51, 1)):
        idols = np.array([followees] + [10] * 39)
        codes = classify(followers=followers, followees=idols, mutual=mutual, posts=None)
        assert codes.tolist() == [code] + [1] * 39


def test_one_tie_that_is_not_returned_changes_nothing() -> None:
    """A friendship network stays one when a single friendship is one-sided."""
    club = nx.DiGraph(nx.karate_club_graph())
    club.remove_edge(5, 6)
    assert [i for i, code in enumerate(_codes(club)) if code == 0] == [0, 33]


def test_who_writes_is_not_of_low_impact_and_who_is_silent_is_not_influential() -> None:
    """Activity counts where it is known."""
    followers = np.array([500, 400] + [100] * 38 + [1, 1])
    rest = np.full(42, 50)
    posts = np.array([0] + [9] * 39 + [0, 30])
    codes = classify(followers=followers, followees=rest, mutual=rest * 0, posts=posts)
    assert codes.tolist() == [1, 0] + [1] * 38 + [2, 1]


def test_counts_by_the_platform_go_first() -> None:
    """Where nearly all users have them, and only there; who lacks them is judged by the ties in the society."""
    told = {"followers_count": 10, "followees_count": 10, "posts_count": 3}
    known = [{**told, "followers_count": 900}, {**told, "followers_count": 10.0}, *[told] * 18]
    classes = class_of(_society([*known, {}]))
    assert (classes.ties_from, classes.posts_from) == ("platform", "platform")
    assert classes.followers.tolist() == [900] + [10] * 19 + [1]
    assert classes.codes.tolist() == [0] + [1] * 19 + [2]
    assert class_of(_society([*known[:3], {}])).ties_from == "graph"
    assert class_of(_society([*known, {}]), ClassThresholds(platform_share=1.0)).ties_from == "graph"


@pytest.mark.parametrize("value", [-1, True, "12", 1e300])
def test_what_is_no_count_is_unknown(value: object) -> None:
    """Texts, truth values, negative and absurd numbers are as good as absent."""
    extras = [{"followers_count": value, "followees_count": 1, "posts_count": value}] * 3
    classes = class_of(_society(extras))
    assert (classes.ties_from, classes.posts_from) == ("graph", "unknown")


def test_posts_of_the_history_tell_of_activity() -> None:
    """Where the platform does not count posts, those in the society's files do."""
    classes = class_of(_society([{}] * 3, {"u1": ["one", "two"]}))
    assert classes.posts_from == "history"
    assert classes.posts is not None
    assert classes.posts.tolist() == [0, 2, 0]


_COUNTS = st.lists(st.tuples(*[st.integers(0, 50)] * 4), max_size=60)


@settings(deadline=None)
@given(_COUNTS, st.randoms(use_true_random=False))
def test_a_class_depends_on_counts_alone(rows: list[tuple[int, ...]], random: Any) -> None:
    """Neither the order of users nor their number beside equals matters: equal counts are of one class."""
    shuffled = random.sample(rows, len(rows))
    names = ("followers", "followees", "mutual", "posts")

    def classed(given: list[tuple[int, ...]]) -> list[tuple[tuple[int, ...], int]]:
        columns = np.array(given, dtype=int).reshape(-1, 4).T
        return list(zip(given, classify(**dict(zip(names, columns, strict=True))).tolist(), strict=True))

    assert sorted(classed(rows)) == sorted(classed(shuffled))
    assert len(dict(classed(rows))) == len(set(classed(rows)))


@settings(deadline=None)
@given(_COUNTS)
def test_influential_users_are_few(rows: list[tuple[int, ...]]) -> None:
    """Never more than their share, rounded up; and always followed more than those of low impact."""
    followers, followees, mutual, posts = np.array(rows, dtype=int).reshape(-1, 4).T
    codes = classify(followers=followers, followees=followees, mutual=mutual, posts=posts)
    assert np.count_nonzero(codes == 0) <= np.ceil(0.05 * len(rows))
    if (codes == 0).any() and (codes == 2).any():
        assert followers[codes == 0].min() > followers[codes == 2].max()


def test_counts_of_different_lengths_are_an_error() -> None:
    """Each user has all counts."""
    with pytest.raises(ValueError, match="of one length"):
        classify(followers=[1, 2], followees=[1], mutual=[0, 0], posts=None)
