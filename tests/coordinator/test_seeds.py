"""Seeds that forward: what really happened is put into a run, one forward for each who really passed a post on."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s3agents import Run, Simulation, Society
from s3agents.config import Scenario
from s3agents.coordinator.coordinator import Progress
from s3agents.coordinator.seeds import plan_seeds
from s3agents.errors import ConfigError
from s3agents.preparation import prepare
from s3agents.seed_adoptions import read_adoptions
from s3agents.testing.delaying import delaying
from s3agents.testing.societies import lively_scenario, society_of

runs = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
QUIET = {"rules": {"forward": 0.0, "post": 0.0}}
NEWS = {"author": "u0", "text": "News!", "attitude": "negative"}
PLAIN = {"author": "u0", "text": "News!"}
CIRCLE = society_of(6, [((n + 1) % 6, n) for n in range(6)])


def scenario_of(*seeds: dict[str, Any], **changes: Any) -> Scenario:
    """A scenario of these seeds in which nobody acts on their own, unless ``changes`` say otherwise."""
    return lively_scenario([], seeds=list(seeds), **{"cognition": QUIET, "tick": "10min", **changes})


def played(scenario: Scenario, folder: Path, society: Society = CIRCLE) -> Run:
    """A run of ``scenario``."""
    return Simulation(scenario, society, out=folder).run()


def test_a_seed_forwards_the_seed_of_another(tmp_path: Path) -> None:
    """The forward carries parent, root, text and attitude of the seed post; its author has taken part from then on."""
    run = played(scenario_of(NEWS, {"author": "u3", "forwards": "u0", "tick": 2, "emotion": "intense"}), tmp_path / "r")
    post = run.posts().iloc[1]
    assert (post.id, post.kind, post.parent, post.root) == ("2.0.u3", "forward", "0.0.u0", "0.0.u0")
    assert (post.text, post.attitude, post.emotion) == ("News!", "negative", "intense")
    turn = run.turns().set_index(["tick", "user"]).loc[(2, "u3")]
    assert (turn["mode"], turn.action, turn.target, turn.emotion) == ("seed", "forward", "0.0.u0", "intense")
    assert list(run.exposures().query("tick == 3").user) == ["u4"]
    assert run.ticks().forwards.tolist() == [0, 0, 1, 0, 0, 0]


def test_who_was_seeded_as_forwarder_does_not_forward_again(tmp_path: Path) -> None:
    """Agents that pass on all they can leave a cascade alone that the scenario had them pass on."""
    eager = {"rules": {"forward": 1.0, "post": 0.0}}
    seeds = [PLAIN, *({"author": f"u{n}", "forwards": "u0", "tick": 1} for n in (2, 4))]
    run = played(scenario_of(*seeds, cognition=eager), tmp_path / "r")
    forwards = run.posts().query("kind == 'forward'")
    assert sorted(forwards.author) == ["u1", "u2", "u3", "u4", "u5"]


def test_a_forward_that_an_agent_was_quicker_to_make_is_left_out(tmp_path: Path) -> None:
    """Nobody passes a cascade on twice: the seed of one who has done so is no turn at all."""
    eager = {"rules": {"forward": 1.0, "post": 0.0}}
    late = {"author": "u1", "forwards": "u0", "tick": 5}
    with_seed = played(scenario_of(PLAIN, late, cognition=eager), tmp_path / "with")
    without = played(scenario_of(PLAIN, cognition=eager), tmp_path / "without")
    assert with_seed.fingerprint() == without.fingerprint()


def test_of_several_posts_the_first_is_forwarded_or_the_one_named(tmp_path: Path) -> None:
    """An author stands for the first seed post; the id of a post for that post. Forwards come after own posts."""
    later = {"author": "u0", "text": "More news!", "tick": 1}
    seeds = [
        {"author": "u1", "forwards": "1.0.u0", "tick": 3},
        {"author": "u1", "text": "My own!", "tick": 3},
        later,
        NEWS,
        {"author": "u2", "forwards": "u0", "tick": 3},
    ]
    posts = played(scenario_of(*seeds), tmp_path / "r").posts().set_index("id")
    assert posts.loc["3.0.u2", "parent"] == "0.0.u0"
    assert (posts.loc["3.0.u1", "text"], posts.loc["3.1.u1", "parent"]) == ("My own!", "1.0.u0")


@pytest.mark.parametrize(
    ("forward", "message"),
    [
        ({"author": "u3", "forwards": "u4", "tick": 2}, "seeds.1.forwards: wanted a seed post before tick 2"),
        ({"author": "u3", "forwards": "u0"}, "got 0.0.u0, of tick 0 (a post can be read a tick after"),
        ({"author": "u0", "forwards": "u0", "tick": 2}, "wanted a seed post of somebody else, got 'u0'"),
        ({"author": "nobody", "forwards": "u0", "tick": 2}, "seeds.1.author: wanted a user of the society"),
    ],
)
def test_a_forward_that_cannot_be_is_named(forward: dict[str, Any], message: str) -> None:
    """A forward of nothing, too early, of oneself or by nobody is an error before the run begins."""
    with pytest.raises(ConfigError) as caught:
        prepare(scenario_of(NEWS, forward), CIRCLE)
    assert message in str(caught.value)


ADOPTIONS = """case_id,user_id,t_min,kind
c,u0,1,forward
c,u1,0,forward
c,u2,9.99,engage
c,u3,10,forward
c,u3,3,reply
c,u4,30,forward
c,u5,30.5,forward
c,stranger,2,forward
c,u1,22,forward
d,u5,1,forward
"""


def adopting(tmp_path: Path, table: str = ADOPTIONS, **changes: Any) -> Scenario:
    """A scenario whose news is forwarded as ``table`` says."""
    (tmp_path / "adoptions.csv").write_text(table)
    section = {"adoptions": str(tmp_path / "adoptions.csv"), "where": {"case_id": "c"}, "until": "30min", **changes}
    return scenario_of(NEWS, section)


def test_adoptions_become_forwards_in_their_ticks(tmp_path: Path) -> None:
    """What happened in the first ten minutes is published in tick 1, what in the next ten in tick 2; once a user."""
    prepared = prepare(adopting(tmp_path), CIRCLE)
    forwards = [(s.author, s.tick, s.forwards) for s in prepared.scenario.seeds if s.text is None]
    assert forwards == [("u1", 1, "0.0.u0"), ("u2", 1, "0.0.u0"), ("u3", 2, "0.0.u0"), ("u4", 4, "0.0.u0")]
    (note,) = prepared.notes
    assert "4 forwards up to 1800s are taken" in note
    assert "1 of users that the society does not have" in note
    assert "1 of the author of the post" in note


def test_a_run_from_adoptions_can_be_resumed(tmp_path: Path) -> None:
    """A resumed run needs neither the file nor the users that were left out."""
    whole = played(adopting(tmp_path), tmp_path / "whole")
    stopped = Simulation(adopting(tmp_path), CIRCLE, out=tmp_path / "stopped")

    def stop(progress: Progress) -> None:
        stopped.stop()

    stopped.run(on_progress=stop)
    (tmp_path / "adoptions.csv").unlink()
    resumed = Simulation.resume(tmp_path / "stopped", CIRCLE).run()
    assert whole.ticks().forwards.sum() == 4
    assert resumed.fingerprint() == whole.fingerprint()


def test_adoptions_say_which_post_they_are_of(tmp_path: Path) -> None:
    """Without a name it is the post listed last before them; they may be of any seed post, by author or id."""
    (tmp_path / "adoptions.csv").write_text(ADOPTIONS)
    adoptions = {"adoptions": str(tmp_path / "adoptions.csv"), "where": {"case_id": "d"}}
    other = {"author": "u1", "text": "Other news!", "tick": 1}
    for named, root, tick in ((None, "1.0.u1", 2), ("u0", "0.0.u0", 1), ("1.0.u1", "1.0.u1", 2)):
        seeds = [NEWS, other, adoptions if named is None else {**adoptions, "forwards": named}]
        found, _ = read_adoptions(scenario_of(*seeds), CIRCLE.index)
        assert [(s.author, s.tick, s.forwards) for s in found.seeds[2:]] == [("u5", tick, root)]


@pytest.mark.parametrize(
    ("table", "changes", "message"),
    [
        (ADOPTIONS, {"where": {"case_id": "z"}}, "wanted rows with case_id='z', got none in the file"),
        (ADOPTIONS, {"where": {"case": "c"}}, "missing: case"),
        (ADOPTIONS, {"forwards": "u9"}, "seeds.1.forwards: wanted a seed post, or its author, got 'u9'"),
        (ADOPTIONS, {"adoptions": "/nowhere.csv"}, "/nowhere.csv: wanted a file of adoptions"),
        ("", {}, "got nothing; missing: case_id, kind, t_min, user_id"),
        ("case_id,user_id,t_min,kind\nc,u1,soon,forward\n", {}, ":2: t_min: wanted minutes from the post, 0 or more"),
        ("case_id,user_id,t_min,kind\nc,u1,nan,forward\n", {}, ":2: t_min: wanted minutes"),
        ("case_id,user_id,t_min,kind\nc,u1,-1,forward\n", {}, ":2: t_min: wanted minutes"),
        ("case_id,user_id,t_min,kind\nc,,1,forward\n", {}, ":2: user_id: wanted an id, got nothing"),
    ],
)
def test_bad_adoptions_are_named(tmp_path: Path, table: str, changes: dict[str, Any], message: str) -> None:
    """A file that is not there, has other columns, other values or none that fit is an error that names the place."""
    with pytest.raises(ConfigError) as caught:
        prepare(adopting(tmp_path, table, **changes), CIRCLE)
    assert message in str(caught.value)


def test_adoptions_of_nothing_are_an_error(tmp_path: Path) -> None:
    """Without a seed post before them there is nothing to forward."""
    (tmp_path / "adoptions.csv").write_text(ADOPTIONS)
    scenario = scenario_of({"adoptions": str(tmp_path / "adoptions.csv")})
    with pytest.raises(ConfigError, match="list the seed post before its adoptions"):
        prepare(scenario, CIRCLE)


def test_thousands_of_seeds_are_planned_once_each() -> None:
    """The plan of many forwards holds each of them, in its tick."""
    forwards = [{"author": f"u{n}", "forwards": "u0", "tick": 1 + n % 5} for n in range(1, 5001)]
    plan = plan_seeds(scenario_of(NEWS, *forwards).seeds)
    assert sum(len(said) for tick in plan.values() for said in tick.values()) == 5001
    assert {tick: len(authors) for tick, authors in plan.items()} == {0: 1, **dict.fromkeys(range(1, 6), 1000)}


@st.composite
def happenings(draw: st.DrawFn) -> tuple[Society, list[dict[str, Any]]]:
    """A small society, and forwards of its first user's news by others, some by the same user twice."""
    users = draw(st.integers(2, 8))
    pairs = st.tuples(st.integers(0, users - 1), st.integers(0, users - 1))
    society = society_of(users, draw(st.lists(pairs, max_size=24)))
    who = st.tuples(st.integers(1, users - 1), st.integers(1, 7))
    forwards = [{"author": f"u{n}", "forwards": "u0", "tick": tick} for n, tick in draw(st.lists(who, max_size=8))]
    return society, forwards


@runs
@given(happenings(), st.integers(0, 5))
def test_the_laws_hold_with_seeds_that_forward(what: tuple[Society, list[dict[str, Any]]], stop_after: int) -> None:
    """Delays and seeds together: resumed equals never stopped, nobody passes on twice, every step is accounted for."""
    society, forwards = what
    changes = {"cognition": {"rules": {"forward": 0.4, "post": 0.2}, "spontaneous": 0.1}}
    scenario = scenario_of(NEWS, *forwards, **changes)
    with tempfile.TemporaryDirectory() as folder, delaying():
        whole = played(scenario, Path(folder) / "whole", society)
        stopped = Simulation(scenario, society, out=Path(folder) / "stopped")

        def stop_at(progress: Progress) -> None:
            if progress.committed is not None and progress.tick == stop_after:
                stopped.stop()

        stopped.run(on_progress=stop_at)
        resumed = Simulation.resume(Path(folder) / "stopped", society).run()
        assert resumed.fingerprint() == whole.fingerprint()
        posts, ticks = whole.posts(), whole.ticks()
        passed = posts[posts.kind == "forward"]
        assert not passed.duplicated(["author", "root"]).any()
        assert set(passed.parent) <= set(posts.id)
        expected = {f["author"] for f in forwards if f["tick"] < len(ticks)}
        assert expected <= set(passed.author)
        assert (ticks.acted + ticks.inactive + ticks.faulted + ticks.not_exposed == len(society)).all()
