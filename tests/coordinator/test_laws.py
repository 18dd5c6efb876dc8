"""Laws of a run, over random societies: determinism, completeness of feeds, accounting, resumption."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s3agents import Run, Simulation, Society
from s3agents.coordinator.coordinator import Progress
from s3agents.errors import RunFolderError
from s3agents.testing.societies import lively_scenario, society_of

runs = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def societies(draw: st.DrawFn) -> Society:
    """Up to nine users with any follow edges, self-follows included."""
    users = draw(st.integers(1, 9))
    pairs = st.tuples(st.integers(0, users - 1), st.integers(0, users - 1))
    return society_of(users, draw(st.lists(pairs, max_size=30)))


def played(society: Society, folder: Path, **changes: Any) -> Run:
    """A run of the lively scenario over ``society``."""
    authors = [u for u in ("u0", "u3") if u in society.index]
    return Simulation(lively_scenario(authors, **changes), society, out=folder).run()


@runs
@given(societies(), st.integers(1, 5))
def test_shards_do_not_shape_the_record(society: Society, shard: int) -> None:
    """Whatever the number of shards, and however often it is run, the record is the same."""
    with tempfile.TemporaryDirectory() as folder:
        one = played(society, Path(folder) / "a")
        again = played(society, Path(folder) / "b")
        many = played(society, Path(folder) / "c", limits={"shard": shard})
        assert one.fingerprint() == again.fingerprint() == many.fingerprint()


@runs
@given(societies())
def test_a_feed_shows_exactly_what_is_followed(society: Society) -> None:
    """Every follower of an author gets each of its posts once, a tick later; nobody else gets it."""
    with tempfile.TemporaryDirectory() as folder:
        run = played(society, Path(folder) / "run")
        last = len(run.ticks()) - 1
        expected = {
            (post.tick + 1, str(reader), post.id)
            for post in run.posts().itertuples()
            if post.tick < last
            for reader in society.followers(str(post.author))
            if reader != post.author
        }
        rows = [(e.tick, e.user, e.post) for e in run.exposures().itertuples()]
        assert len(rows) == len(set(rows))
        assert set(rows) == expected


@runs
@given(societies())
def test_every_agent_step_is_accounted_for(society: Society) -> None:
    """In every tick each user acted, stayed inactive, failed, or had nothing to read."""
    with tempfile.TemporaryDirectory() as folder:
        ticks = played(society, Path(folder) / "run").ticks()
        assert (ticks.acted + ticks.inactive + ticks.faulted + ticks.not_exposed == len(society)).all()


@runs
@given(societies(), st.integers(0, 5))
def test_a_run_resumed_at_a_barrier_equals_one_never_stopped(society: Society, stop_after: int) -> None:
    """Stopping after any tick and resuming gives the record of the undisturbed run."""
    with tempfile.TemporaryDirectory() as folder:
        whole = played(society, Path(folder) / "whole")
        authors = [u for u in ("u0", "u3") if u in society.index]
        stopped = Simulation(lively_scenario(authors), society, out=Path(folder) / "stopped")

        def stop_at(progress: Progress) -> None:
            if progress.committed is not None and progress.tick == stop_after:
                stopped.stop()

        stopped.run(on_progress=stop_at)
        resumed = Simulation.resume(Path(folder) / "stopped", society).run()
        assert resumed.manifest.status == "done"
        assert resumed.fingerprint() == whole.fingerprint()


@runs
@given(societies())
def test_nobody_passes_a_cascade_on_twice(society: Society) -> None:
    """A user forwards each cascade at most once, and never its own post."""
    with tempfile.TemporaryDirectory() as folder:
        posts = played(society, Path(folder) / "run").posts()
        forwards = posts[posts.kind == "forward"]
        assert not forwards.duplicated(["author", "root"]).any()
        authors = dict(zip(posts.id, posts.author, strict=True))
        assert all(authors[f.root] != f.author for f in forwards.itertuples())


EDGE_CASES = {
    "an empty society": society_of(0, []),
    "one user": society_of(1, []),
    "a self-follow": society_of(2, [(0, 0), (1, 0)]),
    "followed by nobody": society_of(5, [(0, 1), (0, 2)]),
    "a follower of everybody": society_of(600, [(0, n) for n in range(1, 600)] + [(n, 3) for n in range(1, 600)]),
}


@pytest.mark.parametrize("kind", sorted(EDGE_CASES))
@pytest.mark.parametrize("bus", ["local", "nats"])
def test_edge_cases_do_not_crash(kind: str, bus: str, tmp_path: Path) -> None:
    """Societies at the edge of what is possible come to their end like any other."""
    run = played(EDGE_CASES[kind], tmp_path / "run", bus=bus)
    assert run.manifest.status == "done"
    assert len(run.ticks()) == 6


def test_the_bus_does_not_shape_the_record(tmp_path: Path) -> None:
    """The same record comes over NATS, in memory, and over Chroma."""
    society = EDGE_CASES["a follower of everybody"]
    local = played(society, tmp_path / "local")
    nats = played(society, tmp_path / "nats", bus="nats", memory={"store": "chroma", "capacity": 4})
    assert nats.manifest.bus == "nats"
    assert nats.fingerprint() == local.fingerprint()


def test_no_ticks_is_a_run(tmp_path: Path) -> None:
    """A scenario of no ticks ends at once with an empty record."""
    run = played(EDGE_CASES["one user"], tmp_path / "run", ticks=0)
    assert run.manifest.status == "done"
    assert run.ticks().empty


def test_another_society_is_no_resumption(tmp_path: Path) -> None:
    """A record is not continued over users or edges that it did not begin with."""
    played(EDGE_CASES["one user"], tmp_path / "run")
    with pytest.raises(RunFolderError, match="wanted the society it began with"):
        Simulation.resume(tmp_path / "run", EDGE_CASES["a self-follow"])


def test_a_used_folder_is_left_alone(tmp_path: Path) -> None:
    """A run does not start in a folder that holds something."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.txt").write_text("mine")
    with pytest.raises(RunFolderError, match="wanted a new folder"):
        played(EDGE_CASES["one user"], tmp_path / "run")
    assert [f.name for f in (tmp_path / "run").iterdir()] == ["thesis.txt"]


async def test_a_run_is_for_one_process(tmp_path: Path) -> None:
    """While a run is under way nobody else can resume it."""
    society = EDGE_CASES["one user"]
    simulation = Simulation(lively_scenario(["u0"]), society, out=tmp_path / "run")
    refused = []

    def intrude(progress: Progress) -> None:
        if not refused:
            with pytest.raises(RunFolderError, match="one in use"), Simulation.resume(tmp_path / "run", society).folder:
                pass
            refused.append(progress.tick)

    await simulation.run_async(on_progress=intrude)
    assert refused
