"""Coordinators and workers as processes: what happens to one of them costs time, and nothing of the record.

``S3AGENTS_FLEET=1`` runs the long forms as well.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from fleet_processes import Fleet, scenario_file

from s3agents import Run, Simulation
from s3agents.bus.nats_server import find_nats_server
from s3agents.network.write import SocietyWriter
from s3agents.record.fingerprint import fingerprint, first_difference
from s3agents.resources import prompts_dir
from s3agents.scenarios import load_scenario
from s3agents.testing.command_line import Command, command_line
from s3agents.testing.societies import society_of
from s3agents.testing.stub_endpoint import StubEndpoint

pytestmark = pytest.mark.skipif(find_nats_server() is None, reason="there is no nats-server program")
LONG = bool(os.environ.get("S3AGENTS_FLEET"))
QUICK, SLOW = 0.02, 2.0
WORKING = '"event": "working"'


@pytest.fixture
def stub() -> Iterator[StubEndpoint]:
    """An endpoint that takes its time; a test may have it take more, so that something happens meanwhile."""
    with StubEndpoint(latency=QUICK).running_in_thread() as endpoint:
        yield endpoint


def written(folder: Path, users: int) -> Path:
    """A society in a folder, in which everybody follows three others."""
    society = society_of(users, [(n, (n + step) % users) for n in range(users) for step in (1, 4, 9)])
    with SocietyWriter(folder) as writer:
        writer.users({"user_id": user} for user in society.ids)
        writer.follows(society.ids, society.graph)
    return folder


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A society in a folder."""
    return written(tmp_path / "town", 30)


@pytest.fixture
def fleet(tmp_path: Path, own_nats_url: str) -> Iterator[Fleet]:
    """No processes yet."""
    with Fleet(tmp_path, own_nats_url) as processes:
        yield processes


@pytest.fixture
def s3agents(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, own_nats_url: str) -> Command:
    """The command line in this process, which finds the server by its environment."""
    monkeypatch.setenv("S3AGENTS_BUS", own_nats_url)
    monkeypatch.setenv("COLUMNS", "200")
    return command_line(capsys.readouterr)


def check(fleet: Fleet, scenario: Path, folder: Path) -> None:
    """The record is that of one process that nobody disturbed."""
    Simulation(load_scenario(scenario, overrides=["bus=local"]), out=folder).run()
    mine, true = fleet.run / "run.sqlite", folder / "run.sqlite"
    assert first_difference(true, mine) is None
    assert fingerprint(mine) == fingerprint(true)
    assert Run(fleet.run).manifest.status == "done"


def test_workers_go_on_with_a_run_whose_coordinator_was_killed(
    fleet: Fleet, stub: StubEndpoint, town: Path, tmp_path: Path
) -> None:
    """They stay, find it again when it is resumed, and end with it, as does one that comes in between and waits."""
    scenario = scenario_file(tmp_path / "scenario.yaml", url=stub.url, society=town, ticks=20)
    fleet.begin(scenario)
    fleet.work("early", "--society", str(town))
    fleet.until_tick(3)
    stub.latency = SLOW
    fleet.kill("coordinator")
    fleet.work("late")
    fleet.until_said("late", "waiting for a run that wants workers")
    fleet.resume()
    fleet.until_said("late", WORKING)
    fleet.until_said("early", WORKING, 2)
    stub.latency = QUICK
    fleet.done("coordinator", "early", "late")
    check(fleet, scenario, tmp_path / "alone")


@pytest.mark.skipif(not LONG, reason="long: S3AGENTS_FLEET=1")
def test_a_worker_that_is_stopped_loses_its_orders_and_comes_back(
    fleet: Fleet, stub: StubEndpoint, town: Path, tmp_path: Path
) -> None:
    """For longer than its lease: the other takes over, and the run comes to its end while one of them hangs."""
    scenario = scenario_file(tmp_path / "scenario.yaml", url=stub.url, society=town, ticks=20)
    stub.latency = SLOW
    fleet.begin(scenario)
    fleet.work("one")
    fleet.work("other")
    for name in ("one", "other"):
        fleet.until_said(name, WORKING)
    fleet.signal("one", signal.SIGSTOP)
    stub.latency = QUICK
    fleet.done("coordinator", "other")
    fleet.signal("one", signal.SIGCONT)
    fleet.done("one")
    check(fleet, scenario, tmp_path / "alone")


@pytest.mark.skipif(not LONG, reason="long: S3AGENTS_FLEET=1")
def test_a_worker_that_is_killed_is_done_without(fleet: Fleet, stub: StubEndpoint, town: Path, tmp_path: Path) -> None:
    """And a run whose workers are all killed waits for another."""
    scenario = scenario_file(tmp_path / "scenario.yaml", url=stub.url, society=town, ticks=20)
    fleet.begin(scenario)
    fleet.work("one")
    fleet.until_tick(4)
    fleet.kill("one")
    fleet.work("other")
    fleet.done("coordinator", "other")
    check(fleet, scenario, tmp_path / "alone")


def test_who_has_something_else_is_refused(
    fleet: Fleet, s3agents: Command, stub: StubEndpoint, town: Path, tmp_path: Path
) -> None:
    """Another society, order of users, prompt pack or scenario: code 2, and one message with both digests."""
    pack = tmp_path / "pack"
    shutil.copytree(prompts_dir() / "joint", pack)
    scenario = scenario_file(tmp_path / "scenario.yaml", url=stub.url, society=town, pack=str(pack))
    fleet.begin(scenario)
    other = s3agents("worker", "--society", str(written(tmp_path / "village", 12)))
    wanted = Simulation(load_scenario(scenario), out=tmp_path / "x").prepared
    assert other.code == 2
    assert f"society: wanted the one of the run ({wanted.society.digest[:12]})" in other.err
    assert other.err.count("error:") == 1
    ticks = s3agents("worker", "--set", "ticks=3")
    assert ticks.code == 2
    assert "override paths and addresses only" in ticks.err
    with (pack / "en" / "system.txt").open("a") as text:
        text.write("Be brief.\n")
    changed = s3agents("worker")
    (digest,) = (told.sha256 for told in wanted.packs.values())
    assert changed.code == 2
    assert f"prompt pack {pack}: wanted the one of the run ({digest[:12]}), got " in changed.err


def test_a_path_or_an_address_may_differ_where_a_worker_is(
    fleet: Fleet, stub: StubEndpoint, town: Path, tmp_path: Path
) -> None:
    """The society lies elsewhere there, and the model has another address: the one of the scenario does not answer."""
    scenario = scenario_file(tmp_path / "scenario.yaml", url=stub.url, society=town, ticks=3)
    begun = scenario_file(tmp_path / "begun.yaml", url="http://127.0.0.1:9/v1", society=town, ticks=3)
    shutil.copytree(town, tmp_path / "elsewhere")
    fleet.begin(begun)
    fleet.work("one", "--set", f"model.url={stub.url}", "--set", f"society.path={tmp_path / 'elsewhere'}")
    fleet.done("coordinator", "one")
    check(fleet, scenario, tmp_path / "alone")
