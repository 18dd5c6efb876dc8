"""The example of a rumour: what it says of itself is so, and its change makes a fork."""

from __future__ import annotations

from pathlib import Path

from s3agents import Run, Simulation, load_scenario
from s3agents.fork import fork_run
from s3agents.report.steered import SteeredSum
from s3agents.report.summary import summarise
from s3agents.resources import examples_dir
from s3agents.yaml_files import read_yaml_keys

LOCAL = ("bus=local", "memory.store=local")
EXAMPLE = examples_dir() / "rumour"


def believing(run: Run) -> float:
    """The share of those who have heard of the rumour that believe it in the end, in percent."""
    return round(100 * float(run.curves().share_positive.iloc[-1]))


def test_what_is_done_about_a_rumour(tmp_path: Path) -> None:
    """Fewer believe it; everything that is done takes effect; and where forwards are throttled, fewer hear of it."""
    told = Simulation(load_scenario(EXAMPLE, overrides=LOCAL), out=tmp_path / "told").run()
    alone = load_scenario(EXAMPLE, overrides=(*LOCAL, "interventions=[]", "channels=[]"))
    assert (believing(Simulation(alone, out=tmp_path / "alone").run()), believing(told)) == (69, 46)
    assert [_did(one) for one in summarise(told).steered] == ["label", "inject", "suspend", "popularity"]
    change = read_yaml_keys(EXAMPLE / "slower.yaml", wanted="a change", keys="interventions")
    slower = fork_run(told.folder, at_tick=3, changes=change, out=tmp_path / "slower").run()
    assert summarise(slower).aware < 0.8 * summarise(told).aware


def _did(one: SteeredSum) -> str:
    """The kind of an intervention or a channel that had an effect."""
    assert one.posts or one.deliveries or one.accounts
    return one.kind
