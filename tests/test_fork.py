"""Forks: two futures of one past."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents import Run, Simulation
from s3agents.errors import InputError, RecordError, RunFolderError
from s3agents.fork import fork_run
from s3agents.record.connection import reading
from s3agents.record.restore import read_checkpoint
from s3agents.testing import StubEndpoint
from s3agents.testing.societies import lively_scenario, society_of

SOCIETY = society_of(6, [(1, 0), (2, 0), (3, 1), (4, 2), (5, 3), (0, 5)])
TICKS = 5


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of textbook agents."""
    return Simulation(
        lively_scenario(["u0", "u3"], ticks=TICKS), SOCIETY, out=tmp_path_factory.mktemp("o") / "run"
    ).run()


@pytest.mark.parametrize("tick", range(-1, TICKS - 1))
def test_a_fork_without_a_change_is_the_run_itself(original: Run, tmp_path: Path, tick: int) -> None:
    """From whatever tick it goes on, the record is the same, byte for byte; the original is left as it was."""
    before = original.record.read_bytes()
    fork = fork_run(original.folder, at_tick=tick, out=tmp_path / "fork", society=SOCIETY).run()
    assert fork.fingerprint() == original.fingerprint()
    assert original.record.read_bytes() == before
    assert fork.manifest.fork_of is not None
    assert (fork.manifest.fork_of.run, fork.manifest.fork_of.tick) == (str(original.folder), tick)


@settings(max_examples=15, deadline=None)
@given(
    tick=st.integers(-1, TICKS - 2),
    edges=st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda e: e[0] != e[1]), min_size=3),
    seed=st.integers(0, 99),
)
def test_the_law_of_forks(
    tmp_path_factory: pytest.TempPathFactory, tick: int, edges: set[tuple[int, int]], seed: int
) -> None:
    """It stands where the run stood, and without a change it ends as the run did, over any follow graph and seed."""
    folder, society = tmp_path_factory.mktemp("law"), society_of(6, edges)
    whole = Simulation(lively_scenario(["u0"], ticks=TICKS, seed=seed), society, out=folder / "run").run()
    forked = fork_run(folder / "run", at_tick=tick, out=folder / "fork", society=society)
    with reading(whole.record) as db, reading(forked.folder.record) as cut:
        assert read_checkpoint(db, tick) == read_checkpoint(cut)
    assert forked.run().fingerprint() == whole.fingerprint()


def test_the_futures_differ_from_the_fork_on(original: Run, tmp_path: Path) -> None:
    """A post that only one future has changes nothing up to the fork, and is published after it."""
    post = {"author": "u5", "text": "It is not true.", "tick": 3, "attitude": "negative", "emotion": "calm"}
    fork = fork_run(original.folder, at_tick=2, changes={"seeds": [post]}, out=tmp_path / "fork", society=SOCIETY).run()
    for table in ("posts", "turns", "exposures"):
        mine, theirs = getattr(fork, table)(), getattr(original, table)()
        assert mine[mine.tick <= 2].equals(theirs[theirs.tick <= 2])
    told = fork.posts()
    assert told[told.text == "It is not true."][["tick", "author"]].values.tolist() == [[3, "u5"]]
    assert "It is not true." not in set(original.posts().text)


def test_what_is_the_same_is_not_asked_again(tmp_path: Path) -> None:
    """A fork of a run with a model asks only where an agent meets with something else."""
    scenario = {"ticks": 4, "cognition": {"mode": "llm", "spontaneous": 1.0}}
    with StubEndpoint().running_in_thread() as stub:
        model = {"url": stub.url, "name": "stub"}
        whole = Simulation(lively_scenario(["u0"], **scenario, model=model), SOCIETY, out=tmp_path / "run").run()
        asked = stub.requests
        same = fork_run(tmp_path / "run", at_tick=1, out=tmp_path / "same", society=SOCIETY).run()
        assert stub.requests == asked
        assert same.fingerprint() == whole.fingerprint()
        changes: dict[str, Any] = {"seeds": [{"author": "u4", "text": "Wait!", "tick": 2}]}
        fork_run(tmp_path / "run", at_tick=1, changes=changes, out=tmp_path / "other", society=SOCIETY).run()
        assert 0 < stub.requests - asked < asked


@pytest.mark.parametrize(
    ("tick", "changes", "says"),
    [
        (9, {"ticks": 20}, "tick 9"),
        (-2, {}, "tick -2"),
        (2, {"society": {"networkx": "florentine_families"}}, "fork: society"),
        (2, {"memory": {"embedder": {"dimensions": 64}}}, "fork: memory.embedder"),
        (2, {"seeds": [{"author": "u1", "text": "x", "tick": 2}]}, "a tick after 2"),
        (2, {"ticks": 3}, "more than 3"),
        (2, {"tiks": 3}, "tiks"),
        (2, {"seeds": [{"author": "nobody", "text": "x", "tick": 4}]}, "nobody"),
    ],
)
def test_a_fork_that_cannot_be_leaves_no_folder(
    original: Run, tmp_path: Path, tick: int, changes: dict[str, Any], says: str
) -> None:
    """Whatever is wrong is said in one message, and nothing is written."""
    with pytest.raises((InputError, RecordError), match=says):
        fork_run(original.folder, at_tick=tick, changes=changes, out=tmp_path / "fork", society=SOCIETY)
    assert not (tmp_path / "fork").exists()


def test_a_fork_goes_where_nothing_is(original: Run, tmp_path: Path) -> None:
    """A folder with something in it is refused, and kept."""
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RunFolderError, match="new folder"):
        fork_run(original.folder, at_tick=1, out=tmp_path, society=SOCIETY)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    with pytest.raises(InputError):
        fork_run(tmp_path, at_tick=1, out=tmp_path / "fork")
