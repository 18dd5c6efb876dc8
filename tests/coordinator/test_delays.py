"""Laws of runs in which agents act later than they decide, over random societies."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s3agents import Run, Simulation, Society
from s3agents.agents.crowd import Crowd, CrowdLimits
from s3agents.agents.host import Host
from s3agents.bus.local import LocalBus
from s3agents.cognition.base import Appraisal, TurnView
from s3agents.coordinator.coordinator import Coordinator, Progress, StopRequest
from s3agents.coordinator.pipeline import Pace
from s3agents.coordinator.turns import LocalTurns
from s3agents.errors import ReplyError
from s3agents.memory.local import LocalStore
from s3agents.minds import Minds
from s3agents.preparation import prepare
from s3agents.record.sqlite import SqliteRecorder
from s3agents.testing.delaying import DelayingCognition, delaying
from s3agents.testing.societies import lively_scenario, society_of
from s3agents.testing.stub_launcher import stub_process

runs = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TICKS = 8
CROWD = society_of(300, [(0, n) for n in range(1, 300)] + [(n, 3) for n in range(1, 300)])


@st.composite
def societies(draw: st.DrawFn) -> Society:
    """Up to nine users with any follow edges, self-follows included."""
    users = draw(st.integers(1, 9))
    pairs = st.tuples(st.integers(0, users - 1), st.integers(0, users - 1))
    return society_of(users, draw(st.lists(pairs, max_size=30)))


def seeded(society: Society, **changes: Any) -> Any:
    """The lively scenario with authors that ``society`` has."""
    return lively_scenario([u for u in ("u0", "u3") if u in society.index], ticks=TICKS, **changes)


def played(society: Society, folder: Path, *, longest: int = 3, **changes: Any) -> Run:
    """A run of the lively scenario over ``society``, with agents that take their time."""
    with delaying(longest=longest):
        return Simulation(seeded(society, **changes), society, out=folder).run()


@runs
@given(societies(), st.integers(0, TICKS - 1))
def test_a_run_resumed_with_intentions_equals_one_never_stopped(society: Society, stop_after: int) -> None:
    """Whatever is still intended when a run is stopped is done when it goes on."""
    with tempfile.TemporaryDirectory() as folder:
        whole = played(society, Path(folder) / "whole")
        with delaying():
            stopped = Simulation(seeded(society), society, out=Path(folder) / "stopped")

            def stop_at(progress: Progress) -> None:
                if progress.committed is not None and progress.tick == stop_after:
                    stopped.stop()

            stopped.run(on_progress=stop_at)
            resumed = Simulation.resume(Path(folder) / "stopped", society).run()
        assert resumed.manifest.status == "done"
        assert resumed.fingerprint() == whole.fingerprint()


@runs
@given(societies(), st.integers(1, 5))
def test_neither_shards_nor_repetition_shape_the_record(society: Society, shard: int) -> None:
    """Whatever the number of shards, and however often it is run, the record is the same."""
    with tempfile.TemporaryDirectory() as folder:
        one = played(society, Path(folder) / "a")
        again = played(society, Path(folder) / "b")
        many = played(society, Path(folder) / "c", limits={"shard": shard})
        assert one.fingerprint() == again.fingerprint() == many.fingerprint()


def test_the_bus_does_not_shape_the_record(tmp_path: Path) -> None:
    """Delayed acts come in the same order over NATS and in memory."""
    local = played(CROWD, tmp_path / "local")
    nats = played(CROWD, tmp_path / "nats", bus="nats")
    assert len(local.intentions()) > 100
    assert nats.fingerprint() == local.fingerprint()


@runs
@given(societies())
def test_a_delay_of_nothing_changes_nothing(society: Society) -> None:
    """A mind that could put off its acts and does not is as good as one that cannot."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Simulation(seeded(society), society, out=Path(folder) / "plain").run()
        prompt = played(society, Path(folder) / "prompt", longest=0)
        assert prompt.fingerprint() == plain.fingerprint()
        assert plain.intentions().empty


@runs
@given(societies())
def test_the_laws_of_posts_hold(society: Society) -> None:
    """A feed shows what is followed and only that, agent-steps add up, and nobody passes a cascade on twice."""
    with tempfile.TemporaryDirectory() as folder:
        run = played(society, Path(folder) / "run")
        posts, ticks = run.posts(), run.ticks()
        expected = {
            (post.tick + 1, str(reader), post.id)
            for post in posts.itertuples()
            if post.tick < TICKS - 1
            for reader in society.followers(str(post.author))
            if reader != post.author
        }
        rows = [(e.tick, e.user, e.post) for e in run.exposures().itertuples()]
        assert len(rows) == len(set(rows))
        assert set(rows) == expected
        assert (ticks.acted + ticks.inactive + ticks.faulted + ticks.not_exposed == len(society)).all()
        forwards = posts[posts.kind == "forward"]
        assert not forwards.duplicated(["author", "root"]).any()
        authors = dict(zip(posts.id, posts.author, strict=True))
        assert all(authors[f.root] != f.author for f in forwards.itertuples())
        read = {(e.user, e.post) for e in run.exposures().itertuples()}
        assert {(f.author, f.parent) for f in forwards.itertuples()} <= read


@runs
@given(societies())
def test_every_intention_is_accounted_for(society: Society) -> None:
    """What is intended is posted or given up; and nobody who has something due stays inactive meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        run = played(society, Path(folder) / "run")
        posts = {(p.tick, p.author): p for p in run.posts().itertuples()}
        actions = {(t.tick, t.user): t.action for t in run.turns().itertuples()}
        for act in run.intentions().itertuples():
            assert act.due > act.tick_decided
            pending = pd.isna(act.tick_concluded)
            if not pending and act.done:
                post = posts[act.tick_concluded, act.user]
                assert act.tick_concluded >= act.due
                assert (post.text, post.kind == "forward") == (act.text, act.action == "forward")
                assert post.parent == act.target or (pd.isna(post.parent) and pd.isna(act.target))
            end = TICKS if pending else act.tick_concluded
            assert all(actions[tick, act.user] != "inactive" for tick in range(act.due, end))


class Unreliable(DelayingCognition):
    """Puts off its acts, and fails every fourth turn."""

    async def appraise(self, view: TurnView) -> Appraisal:
        """As the inner mind, or a fault."""
        if view.draws.bits("test fault") % 4 == 0:
            raise ReplyError("out of order", cause="test")
        return await super().appraise(view)


@runs
@given(societies(), st.integers(1, TICKS))
def test_a_record_restores_what_the_agents_were(society: Society, ticks: int) -> None:
    """The checkpoint has what every agent has heard of, shared and intends, to the last bit, faults or not."""

    async def live(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
        prepared = prepare(seeded(society, limits={"faults": 1.0}), society)
        store, bus = LocalStore(prepared.embedder), LocalBus()
        with delaying(), pytest.MonkeyPatch.context() as patch:
            patch.setattr("s3agents.testing.delaying.DelayingCognition", Unreliable)
            minds = Minds(prepared.scenario, prepared.roster, store, client=None, packs={})
            limits = CrowdLimits(history=0, spontaneous=0.1)
            host = Host(Crowd(society, store, mind_of=minds, limits=limits), bus)
            with closing(SqliteRecorder(folder / "run.sqlite")) as recorder:
                options = {"users": len(society), "ticks": ticks}
                run = Coordinator(LocalTurns(host, Pace()), recorder, announcements=prepared.announcements, **options)
                await run.run("run", stop=StopRequest())
                restored = recorder.checkpoint().states
        had_turns = {agent.persona.id: agent.state for agent in host.agents if agent.persona.id in restored}
        return dict(restored), had_turns

    with tempfile.TemporaryDirectory() as folder:
        restored, agents = asyncio.run(live(Path(folder)))
        assert restored == agents


SCENARIO = ("karate_club", "--ticks", "8", "--seed", "5")
COMMAND = (
    "import sys\n"
    "from s3agents.testing.delaying import delaying\n"
    "from s3agents.cli.main import run_command\n"
    "with delaying(): sys.exit(run_command(sys.argv[1:]))"
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """An endpoint that takes its time, so that a kill meets turns under way."""
    with stub_process("--latency", "0.03") as address:
        yield address


def command(*arguments: str) -> list[str]:
    """The command line of this very checkout, with minds that put off their acts."""
    return [sys.executable, "-c", COMMAND, *arguments]


def started(folder: Path, url: str) -> subprocess.Popen[bytes]:
    """A run in a process of its own."""
    with folder.with_suffix(".log").open("wb") as log:
        arguments = command("run", *SCENARIO, "-o", str(folder), "--bus", "local", "--model-url", url)
        return subprocess.Popen(arguments, stdout=log, stderr=log)


def killed(folder: Path, url: str, ticks: int, after: float) -> None:
    """Kill -9 a run ``after`` seconds from its ``ticks``-th commit."""
    process, log = started(folder, url), folder.with_suffix(".log")
    deadline = time.monotonic() + 120
    while log.read_bytes().count(b'"event": "tick"') < ticks and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(30)


@pytest.mark.timeout(600)
def test_killed_with_intentions_pending(url: str, tmp_path: Path) -> None:
    """A run that is killed while agents intend something ends, resumed, where the undisturbed one does."""
    assert started(tmp_path / "whole", url).wait(120) == 0
    whole = Run(tmp_path / "whole")
    assert len(whole.intentions()) > 5
    rng, pending = random.Random(4), 0
    for n, ticks in enumerate((2, 3, 4, 5)):
        folder = tmp_path / f"run{n}"
        killed(folder, url, ticks, rng.uniform(0, 0.1))
        pending += int(Run(folder).intentions()["tick_concluded"].isna().sum())
        done = subprocess.run(command("resume", str(folder)), capture_output=True, timeout=120)
        assert done.returncode == 0, done.stderr.decode()[-3000:]
        assert Run(folder).fingerprint() == whole.fingerprint()
    assert pending > 0
