"""Actions in a run, on graphs small enough to check by hand, and the laws that hold on any graph."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s3agents import Run, Simulation, Society
from s3agents.actions.table import offer_of
from s3agents.config import Scenario
from s3agents.coordinator.coordinator import Progress
from s3agents.errors import ConfigError
from s3agents.fork import fork_run
from s3agents.ids import UserId, post_id
from s3agents.record.base import TurnRecord
from s3agents.record.connection import reading
from s3agents.report.summary import summarise
from s3agents.resources import examples_dir
from s3agents.scenarios import load_scenario, parse_scenario
from s3agents.steering.platform import Platform
from s3agents.steering.social_effects import SocialEffects
from s3agents.testing.societies import lively_scenario, society_of

ALL = ("forward", "post", "like", "reply", "quote", "follow", "unfollow")


def doing(act: str, *, ticks: int = 4, seeds: tuple[tuple[int, str], ...] = ((0, "u0"),), **rules: Any) -> Scenario:
    """A scenario in which whoever reads anything does ``act``; but ``u1`` forwards, where ``rules`` say so."""
    forwarding = rules.pop("forwarding", False)
    cognition: dict[str, Any] = {"rules": {"forward": 0.0, "post": 0.0, "actions": {act: 1.0}}}
    if forwarding:
        plain = {"forward": 1.0, "arousal": 1.0, "actions": {act: 0.0}}
        cognition["groups"] = [{"name": "forwarding", "users": ["u1"], "rules": plain}]
    texts = [{"tick": tick, "author": author, "text": f"Post {tick} of {author}."} for tick, author in seeds]
    return lively_scenario([], ticks=ticks, seeds=texts, cognition=cognition, actions=list(ALL), **rules)


def played(scenario: Scenario, society: Society, folder: Path) -> Run:
    """The run of ``scenario``."""
    run = Simulation(scenario, society, out=folder / "run").run()
    assert run.manifest.status == "done"
    assert int(run.ticks().faulted.sum()) == 0
    return run


def acts(run: Run) -> list[tuple[int, str, str, str | None]]:
    """Tick, user, action and target of every turn in which something was done, seed posts left out."""
    query = "SELECT tick, user, action, target FROM turns WHERE action != 'inactive' AND mode != 'seed' ORDER BY 1, 2"
    with reading(run.record) as db:
        return db.execute(query).fetchall()


def read(run: Run, user: str) -> list[tuple[object, str, str]]:
    """What reached ``user``: tick, post and source."""
    rows = run.exposures()
    mine = rows[rows.user == user]
    return [(row.tick, str(row.post), str(row.source)) for row in mine.itertuples()]


def test_whoever_is_followed_is_read_from_the_next_tick_on(tmp_path: Path) -> None:
    """``u2`` reads a forward and follows the one who wrote it: what is posted in the same tick comes as well."""
    scenario = doing("follow", ticks=6, seeds=((0, "u0"), (2, "u0"), (3, "u0")), forwarding=True)
    run = played(scenario, society_of(3, [(1, 0), (2, 1)]), tmp_path)
    assert acts(run)[:3] == [
        (1, "u1", "forward", "0.0.u0"),
        (2, "u2", "follow", "0.0.u0"),
        (3, "u1", "forward", "2.0.u0"),
    ]
    assert read(run, "u2")[:4] == [
        (2, "1.0.u1", "followee"),
        (3, "2.0.u0", "followee"),
        (4, "3.0.u0", "followee"),
        (4, "3.0.u1", "followee"),
    ]


def test_whoever_is_unfollowed_is_read_no_more(tmp_path: Path) -> None:
    """What is posted in the tick of the act is not read any more; others go on reading it."""
    scenario = doing("unfollow", seeds=((0, "u0"), (1, "u0"), (2, "u0")), forwarding=True)
    run = played(scenario, society_of(3, [(1, 0), (2, 0)]), tmp_path)
    assert (1, "u2", "unfollow", "0.0.u0") in acts(run)
    assert read(run, "u2") == [(1, "0.0.u0", "followee")]
    assert read(run, "u1") == [(tick + 1, f"{tick}.0.u0", "followee") for tick in range(3)]


@pytest.mark.parametrize("liked", ["u0", "u1"])
def test_likes_make_popular(liked: str, tmp_path: Path) -> None:
    """Of two posts a popularity channel shows the one that was liked to somebody who follows nobody."""
    channel = {"kind": "popularity", "share": 0.01, "readers": "all", "who": {"users": ["u4"]}, "from": 2}
    scenario = doing("like", ticks=3, seeds=((0, "u0"), (0, "u1")), channels=[channel])
    run = played(scenario, society_of(5, [(2, int(liked[1])), (3, int(liked[1]))]), tmp_path)
    assert acts(run)[:2] == [(1, user, "like", f"0.0.{liked}") for user in ("u2", "u3")]
    assert run.posts().kind.tolist() == ["original", "original"]
    assert read(run, "u4") == [(2, f"0.0.{liked}", "platform")]


def test_nobody_likes_a_post_twice() -> None:
    """Whoever likes a forward of what they like already adds nothing; whoever is no user is followed by nobody."""
    society = society_of(3, [(1, 0)])
    platform, effects = Platform(society), SocialEffects(offer_of(ALL, language="en"))
    post, stranger = post_id(0, UserId("u0"), 0), post_id(0, UserId("stranger"), 0)
    likes = [TurnRecord(user=UserId(user), mode="rules", action="like", target=post) for user in ("u1", "u2")]
    for tick in (1, 2):
        effects.observe(tick, (), likes, platform)
    assert platform.popularity == {post: 2}
    effects.observe(3, (), [TurnRecord(user=UserId("u1"), mode="rules", action="follow", target=stranger)], platform)
    assert len(platform.edges) == 0


def test_a_reply_is_read_by_followers_and_is_no_adoption(tmp_path: Path) -> None:
    """Two who follow each other answer back and forth: a conversation, in which nobody passes anything on."""
    run = played(doing("reply"), society_of(2, [(0, 1), (1, 0)]), tmp_path)
    posts = run.posts()
    assert posts.kind.tolist() == ["original", "reply", "reply", "reply"]
    assert posts.author.tolist() == ["u0", "u1", "u0", "u1"]
    assert posts.parent.tolist()[1:] == posts.id.tolist()[:-1]
    assert posts.root.tolist() == posts.id.tolist()
    assert int(run.ticks().forwards.sum()) == 0
    assert int(run.ticks().posts.sum()) == 4
    assert run.cascades()["size"].tolist() == [1, 1, 1, 1]


def test_a_reply_reaches_whom_it_answers(tmp_path: Path) -> None:
    """``u2`` follows ``u1`` alone, reads a forward of ``u0`` there and answers ``u0``, who follows nobody."""
    scenario = doing("reply", ticks=5, forwarding=True)
    run = played(scenario, society_of(4, [(1, 0), (2, 1), (3, 2)]), tmp_path)
    assert acts(run)[:3] == [
        (1, "u1", "forward", "0.0.u0"),
        (2, "u2", "reply", "0.0.u0"),
        (3, "u0", "reply", "2.0.u2"),
    ]
    assert read(run, "u0") == [(3, "2.0.u2", "platform")]
    assert read(run, "u3")[0] == (3, "2.0.u2", "followee")
    assert (4, "3.0.u0", "platform") in read(run, "u2")


def test_a_quote_spreads_the_cascade_with_words_of_its_own(tmp_path: Path) -> None:
    """A chain of quotes is one cascade, as deep as the chain; each shows what it quotes, and is no forward."""
    run = played(doing("quote"), society_of(3, [(1, 0), (2, 1)]), tmp_path)
    posts = run.posts()
    assert posts.kind.tolist() == ["original", "quote", "quote"]
    assert posts.root.tolist() == ["0.0.u0"] * 3
    assert posts.parent.tolist()[1:] == ["0.0.u0", "1.0.u1"]
    assert "RT @u0: Post 0 of u0." in posts.text[1]
    assert f"RT @u1: {posts.text[1]}" in posts.text[2]
    cascade = run.cascades().iloc[0]
    assert (cascade["size"], cascade["depth"]) == (3, 2)
    assert int(run.ticks().forwards.sum()) == 0


@st.composite
def societies(draw: st.DrawFn) -> Society:
    """Up to eight users with any follow edges."""
    users = draw(st.integers(2, 8))
    pairs = st.tuples(st.integers(0, users - 1), st.integers(0, users - 1))
    return society_of(users, draw(st.lists(pairs, max_size=25)))


def busy(society: Society, **changes: Any) -> Scenario:
    """A scenario in which everything is done."""
    others = dict.fromkeys(ALL[2:], 0.3)
    cognition = {"rules": {"forward": 0.2, "post": 0.1, "actions": others}, "spontaneous": 0.2}
    channels = [{"kind": "popularity", "share": 0.3, "readers": "all"}]
    authors = [user for user in ("u0", "u3") if user in society.index]
    return lively_scenario(authors, ticks=5, cognition=cognition, actions=list(ALL), channels=channels, **changes)


laws = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@laws
@given(societies(), st.integers(0, 3), st.integers(1, 5))
def test_a_run_resumed_equals_one_never_stopped(society: Society, stop_after: int, shard: int) -> None:
    """Whom agents have come to follow, and what they like, comes back from the record; shards change nothing."""
    with tempfile.TemporaryDirectory() as folder:
        whole = played(busy(society), society, Path(folder))
        stopped = Simulation(busy(society, limits={"shard": shard}), society, out=Path(folder) / "stopped")

        def stop_at(progress: Progress) -> None:
            if progress.committed is not None and progress.tick == stop_after:
                stopped.stop()

        stopped.run(on_progress=stop_at)
        assert Simulation.resume(Path(folder) / "stopped", society).run().fingerprint() == whole.fingerprint()


@laws
@given(societies(), st.integers(-1, 3))
def test_a_fork_without_a_change_equals_the_run(society: Society, tick: int) -> None:
    """Edges and likes of the shared ticks are those of the fork."""
    with tempfile.TemporaryDirectory() as folder:
        whole = played(busy(society), society, Path(folder))
        fork = fork_run(whole.folder, at_tick=tick, out=Path(folder) / "fork", society=society).run()
        assert fork.fingerprint() == whole.fingerprint()


def test_a_fork_keeps_what_has_effects_and_may_add_more(tmp_path: Path) -> None:
    """Who is followed in the shared ticks stays followed; what has no such effect may be left out."""
    society = society_of(3, [(1, 0), (2, 1)])
    run = played(doing("reply"), society, tmp_path)
    with pytest.raises(ConfigError, match=r"fork: actions: wanted all actions .* got no follow, unfollow"):
        fork_run(run.folder, at_tick=1, changes={"actions": ["reply", "post", "like"]}, society=society)
    rules = {"rules": {"actions": {"like": 1.0, "reply": 0.0}}}
    changes = {"actions": ["like", "reply", "follow", "unfollow"], "cognition": rules}
    fork = fork_run(run.folder, at_tick=0, changes=changes, out=tmp_path / "fork", society=society).run()
    assert acts(fork) == [(1, "u1", "like", "0.0.u0")]


@laws
@given(societies())
def test_what_is_done_can_be_done(society: Society) -> None:
    """Nobody passes a cascade on twice, and an act is about what was read, or the first of its cascade."""
    with tempfile.TemporaryDirectory() as folder:
        run = played(busy(society), society, Path(folder))
        posts = run.posts()
        passed = posts[posts.kind.isin(["forward", "quote"])]
        assert not passed.duplicated(["author", "root"]).any()
        roots = dict(zip(posts.id, posts.root, strict=True))
        reached = {(str(e.user), e.tick): set[str]() for e in run.exposures().itertuples()}
        for e in run.exposures().itertuples():
            reached[str(e.user), e.tick] |= {str(e.post), roots[e.post]}
        assert all(target in reached[user, tick] for tick, user, _, target in acts(run) if target is not None)
        assert all(
            user != target.split(".", 2)[2] for _, user, action, target in acts(run) if target and action == "like"
        )
        answers = posts[posts.kind == "reply"]
        assert (answers.root == answers.id).all()
        assert pd.isna(posts[posts.kind == "original"].parent).all()


def test_a_scenario_of_the_usual_actions_is_what_it_was() -> None:
    """Saying so is saying nothing; the order in which they are offered is another scenario."""
    plain = lively_scenario(["u0"])
    assert plain.digest() == lively_scenario(["u0"], actions=["forward", "post"]).digest()
    assert "actions" not in plain.dump()
    assert "actions" not in plain.dump()["cognition"]["rules"]
    assert not plain.steered
    assert plain.digest() != lively_scenario(["u0"], actions=["post", "forward"]).digest()
    assert not lively_scenario(["u0"], actions=["post", "quote"]).steered
    assert lively_scenario(["u0"], actions=["post", "like"]).steered
    assert parse_scenario(plain.dump(), origin="again").digest() == plain.digest()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"actions": []}, "actions"),
        ({"actions": ["post", "post"]}, "each action once, post comes again"),
        ({"actions": ["post", "inactive"]}, "without inactive, which is always possible"),
        ({"actions": ["Like!"]}, "actions.0"),
        (
            {"cognition": {"rules": {"actions": {"like": 0.5}}}},
            "actions: wanted like among them, for cognition.rules.actions",
        ),
        ({"actions": ["post", "like"], "cognition": {"rules": {"actions": {"like": 1.5}}}}, "actions.like"),
        (
            {"actions": ["post"], "cognition": {"rules": {"actions": {"post": 0.5}}}},
            "beside forward, post and inactive",
        ),
        (
            {"actions": ["post"], "cognition": {"learnt": "somewhere"}},
            "actions: wanted forward among them, for cognition.mode fitted",
        ),
    ],
)
def test_bad_actions_are_named(changes: dict[str, Any], said: str) -> None:
    """By the key, with what was wanted."""
    with pytest.raises(ConfigError) as caught:
        lively_scenario(["u0"], **changes)
    assert said in str(caught.value)


def test_the_example_does_it_all(tmp_path: Path) -> None:
    """The bundled scenario, on a smaller society: everything is done, and the platform shows what few follow."""
    small = ["society.generate.users=80", "ticks=8", "bus=local", "memory.store=local"]
    small.append("cognition.rules.actions.unfollow=0.1")
    run = Simulation(load_scenario(examples_dir() / "market_square", overrides=small), out=tmp_path / "run").run()
    assert {action for _, _, action, _ in acts(run)} == {*ALL}
    assert {*run.posts().kind} == {"original", "forward", "reply", "quote"}
    assert "platform" in {*run.exposures().source}
    assert {*summarise(run).turns} == {*ALL, "inactive", "faulted"}
