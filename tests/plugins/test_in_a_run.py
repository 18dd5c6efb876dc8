"""Plugins in a run: an embedder, a recorder, a metric and a reader of societies, named by a scenario."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from s3agents import Run, Scenario, Simulation
from s3agents.errors import InputError, MemoryStoreError, RecordError, SocietyError
from s3agents.fork import fork_run
from s3agents.report.manifest import Manifest
from s3agents.report.summary import summarise
from s3agents.scenarios import relative_to
from s3agents.testing.plugin_packages import write_package
from s3agents.testing.societies import lively_scenario
from s3agents.workforce import offered_scenario

CODE = """
from s3agents.testing.societies import society_of

class Embedder:
    def __init__(self, size=3):
        self.size = size
    name = "letters"
    async def embed(self, texts):
        if self.size == 0:
            raise KeyError("no size")
        return [[text.count(letter) for letter in "abcdefgh"[:self.size]] for text in texts]
    async def close(self): ...

class Recorder:
    told = []
    def __init__(self, *, fails_at=-1):
        self.fails_at = fails_at
    def begin(self, folder, tick):
        self.folder = folder
        self.told.append(("begin", tick))
    def commit(self, record):
        if record.tick == self.fails_at:
            raise ValueError("the disk of the recorder is full")
        self.told.append((record.tick, len(record.posts), len(record.turns)))
    def close(self):
        self.told.append("close")

def busiest(run):
    return {"posts": run.posts().groupby("author").size().max(), "none": None, "inf": float("inf")}

def posts(run):
    print("counting")
    return len(run.posts())

def fails(run):
    raise ZeroDivisionError("nobody")

def ring(path=None, users=6, strict=False):
    if users == 0:
        return None
    name = "ring" if path is None else path.read_text().strip()
    return society_of(users, [(n, (n + 1) % users) for n in range(users)], name=name)
"""
POINTS = {
    "s3agents.embedder": {"letters": "toolbox:Embedder"},
    "s3agents.recorder": {"list": "toolbox:Recorder"},
    "s3agents.metric": {"busiest": "toolbox:busiest", "posts": "toolbox:posts", "fails": "toolbox:fails"},
    "s3agents.society": {"ring": "toolbox:ring"},
}
RING = {"reader": "ring", "options": {"users": 5}}


@pytest.fixture(autouse=True)
def toolbox(install: Any) -> None:
    """An installed package with one plugin of each kind."""
    install("toolbox", POINTS, code=CODE)


def scenario(**changes: Any) -> Scenario:
    """A lively scenario of five users on a ring."""
    return lively_scenario(["u0", "u2"], **{"society": RING, **changes})


def told() -> list[Any]:
    """What the recorder was told."""
    return sys.modules["toolbox"].Recorder.told  # type: ignore[no-any-return]


def test_a_scenario_that_names_none_loads_none(tmp_path: Path) -> None:
    """What is installed is left alone, and the scenario keeps its digest."""
    plain = lively_scenario(["0"], ticks=1)
    run = Simulation(plain, out=tmp_path / "run").run()
    assert "toolbox" not in sys.modules
    assert run.manifest.plugins == ()
    assert not {"recorders", "metrics"} & plain.dump().keys()


def test_all_that_a_scenario_names_is_used(tmp_path: Path) -> None:
    """The society is the reader's, memories have the embedder's vectors, and the manifest names package and version."""
    recorders, memory = [{"kind": "list"}], {"store": "local", "embedder": {"kind": "letters", "options": {"size": 4}}}
    run = Simulation(
        scenario(recorders=recorders, metrics=["posts", "busiest"], memory=memory), out=tmp_path / "run"
    ).run()
    assert (run.manifest.society.users, run.manifest.society.name, run.manifest.embedder) == (5, "ring", "letters")
    used = {(use.group, use.name): f"{use.distribution} {use.version}" for use in run.manifest.plugins}
    assert used == {
        ("s3agents.embedder", "letters"): "toolbox 1.0.0",
        ("s3agents.metric", "busiest"): "toolbox 1.0.0",
        ("s3agents.metric", "posts"): "toolbox 1.0.0",
        ("s3agents.recorder", "list"): "toolbox 1.0.0",
        ("s3agents.society", "ring"): "toolbox 1.0.0",
    }


def test_a_second_recorder_is_told_every_tick_and_changes_nothing(tmp_path: Path) -> None:
    """Also those in which nothing happened; the record is that of the run without it."""
    plain = Simulation(scenario(), out=tmp_path / "plain").run()
    run = Simulation(scenario(recorders=[{"kind": "list"}]), out=tmp_path / "run").run()
    ticks = run.ticks()
    assert run.fingerprint() == plain.fingerprint()
    assert told()[0] == ("begin", -1)
    assert told()[-1] == "close"
    counted = [(tick, posts) for tick, posts, turns in told()[1:-1]]
    assert counted == list(zip(ticks["tick"], ticks["posts"] + ticks["forwards"], strict=True))


def test_a_recorder_that_fails_ends_the_run_with_its_name(tmp_path: Path) -> None:
    """The tick is not kept, and the run can go on from it, with the same record as if nothing had been."""
    failing = scenario(recorders=[{"kind": "list", "options": {"fails_at": 3}}])
    with pytest.raises(RecordError, match=r"recorders.0: plugin 'list' of toolbox 1.0.0: ValueError: the disk"):
        Simulation(failing, out=tmp_path / "run").run()
    assert Manifest.read(tmp_path / "run" / "manifest.json").status == "failed"
    assert Run(tmp_path / "run").ticks()["tick"].tolist() == [0, 1, 2]
    sys.modules["toolbox"].Recorder.commit = lambda self, record: self.told.append((record.tick, 0, 0))  # type: ignore[attr-defined]
    told().clear()
    resumed = Simulation.resume(tmp_path / "run").run()
    assert told() == [("begin", 2), (3, 0, 0), (4, 0, 0), (5, 0, 0), "close"]
    assert resumed.fingerprint() == Simulation(scenario(), out=tmp_path / "plain").run().fingerprint()


def test_a_fork_has_its_recorder_begin_at_the_tick(tmp_path: Path) -> None:
    """In the folder of the fork, after the ticks that it shares."""
    Simulation(scenario(recorders=[{"kind": "list"}]), out=tmp_path / "run").run()
    told().clear()
    fork_run(tmp_path / "run", at_tick=3, out=tmp_path / "fork").run()
    assert [entry[0] for entry in told()[:-1]] == ["begin", 4, 5]
    assert told()[0] == ("begin", 3)


def test_metrics_stand_in_the_summary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A number by the metric's name, several as METRIC.NAME; what is no number, or not finite, is nothing."""
    run = Simulation(scenario(metrics=["posts", "busiest"]), out=tmp_path / "run").run()
    counts = run.posts().groupby("author").size()
    wanted = {"posts": float(counts.sum()), "busiest.posts": float(counts.max())}
    assert summarise(run).metrics == {**wanted, "busiest.none": None, "busiest.inf": None}
    assert summarise(run).unmeasured == {}
    assert capsys.readouterr().out == ""


def test_a_finished_run_is_shown_whatever_a_metric_does(tmp_path: Path) -> None:
    """One that fails is told of with its package, one that is no longer installed as well."""
    run = Simulation(scenario(metrics=["fails"]), out=tmp_path / "run").run()
    (why,) = summarise(run).unmeasured.values()
    assert "plugin 'fails' of toolbox 1.0.0" in why
    assert "ZeroDivisionError: nobody" in why
    gone = run.manifest.model_copy(update={"scenario": {**run.scenario, "metrics": ["gone"]}})
    gone.write(tmp_path / "run" / "manifest.json")
    assert "no such name" in summarise(Run(tmp_path / "run")).unmeasured["gone"]


def test_a_reader_has_the_path_of_the_scenario(tmp_path: Path) -> None:
    """Relative to the scenario's file, as any path of a society."""
    (tmp_path / "name.txt").write_text("a circle")
    data = relative_to({"society": {"reader": "ring", "path": "name.txt"}}, tmp_path)
    assert Simulation(scenario(**data), out=tmp_path / "run").prepared.society.name == "a circle"
    with pytest.raises(InputError, match=r"society.reader: plugin 'ring' of toolbox 1.0.0.*FileNotFoundError"):
        Simulation(scenario(society={"reader": "ring", "path": "nowhere"}), out=tmp_path / "other")
    with pytest.raises(SocietyError, match="wanted a Society, got a NoneType"):
        Simulation(scenario(society={"reader": "ring", "options": {"users": 0}}), out=tmp_path / "other")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"memory": {"embedder": {"kind": "leters"}}}, "memory.embedder.kind: 'leters'"),
        ({"memory": {"embedder": {"kind": "letters", "options": {"seize": 1}}}}, "those that it takes (size)"),
        ({"recorders": [{"kind": "list"}, {"kind": "lost"}]}, "recorders.1.kind: 'lost'"),
        ({"recorders": [{"kind": "sqlite"}]}, "built-in"),
        ({"metrics": ["posts", "post"]}, "metrics.1: 'post'"),
        ({"society": {"reader": "rink"}}, "society.reader: 'rink'"),
        ({"society": {"reader": "rink"}, "metrics": ["past"]}, "2 plugins cannot be used\n  society.reader: 'rink'"),
        ({"channels": [{"mix": [{"kind": "random"}, {"kind": "rendom"}]}]}, "channels.0.mix.1.kind: 'rendom'"),
    ],
)
def test_a_plugin_that_cannot_be_used_stops_before_anything_is_written(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    """One message with the key; no folder is left."""
    with pytest.raises(InputError) as refused:
        Simulation(scenario(**changes), out=tmp_path / "run")
    assert said in str(refused.value)
    assert not (tmp_path / "run").exists()


def test_an_embedder_that_fails_is_named(tmp_path: Path) -> None:
    """The run ends with its name and package, and can be resumed."""
    memory = {"store": "local", "embedder": {"kind": "letters", "options": {"size": 0}}}
    with pytest.raises(MemoryStoreError, match=r"plugin 'letters' of toolbox 1.0.0: KeyError"):
        Simulation(scenario(memory=memory), out=tmp_path / "run").run()


def test_a_resume_with_another_version_says_so_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one note; the manifest then has the versions of both."""
    simulation = Simulation(scenario(metrics=["posts", "busiest"]), out=tmp_path / "run")
    simulation.run(on_progress=lambda progress: simulation.stop() if progress.tick == 2 else None)
    assert not Simulation.resume(tmp_path / "run").notes
    monkeypatch.syspath_prepend(write_package(tmp_path / "newer", "toolbox", POINTS, code=CODE, version="2.0"))
    again = Simulation.resume(tmp_path / "run")
    (note,) = again.notes
    assert "posts is of toolbox 2.0, not of toolbox 1.0.0" in note
    (resumed,) = again.run().manifest.resumed
    assert {use.version for use in resumed.plugins} == {"2.0"}


def test_a_run_may_go_on_with_other_metrics_and_recorders(tmp_path: Path) -> None:
    """They do not shape the record: one that is no longer installed holds nothing up."""
    simulation = Simulation(scenario(metrics=["fails"]), out=tmp_path / "run")
    simulation.run(on_progress=lambda progress: simulation.stop() if progress.tick == 2 else None)
    changes = {"metrics": ["posts"], "recorders": [{"kind": "list"}]}
    run = Simulation.resume(tmp_path / "run", changes=changes).run()
    assert list(summarise(run).metrics) == ["posts"]
    assert told()[0] == ("begin", 2)
    assert run.fingerprint() == Simulation(scenario(), out=tmp_path / "plain").run().fingerprint()


def test_workers_need_no_recorders_and_no_metrics() -> None:
    """These are the run's own, and what they leave is beside the record: its digest is the same without them."""
    full = scenario(recorders=[{"kind": "list"}], metrics=["posts"])
    offered = offered_scenario(full)
    assert (offered.recorders, offered.metrics) == ((), ())
    assert full.digest() == scenario().digest()


def test_reader_and_other_origins_exclude_each_other() -> None:
    """Options are a reader's."""
    for society in ({"reader": "ring", "networkx": "karate_club"}, {"networkx": "karate_club", "options": {"a": 1}}):
        with pytest.raises(InputError, match="society"):
            scenario(society=society)
