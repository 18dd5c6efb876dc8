"""Runs of mode tiered: each class of users thinks in its own mode, groups go before, and the costs are told apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from s3agents import Run, Simulation
from s3agents.cli.summary import print_summary
from s3agents.coordinator.roster import Roster
from s3agents.network.classes import CLASSES, class_of
from s3agents.report.summary import summarise
from s3agents.testing import ScriptedClient
from s3agents.testing.societies import lively_scenario, society_of

SOCIETY = society_of(
    60, [(n, 0) for n in range(1, 60)] + [(n, 1) for n in range(2, 40)] + [(n, n + 1) for n in range(2, 59)] + [(0, 5)]
)
TIERS = {"influential": {"mode": "llm", "pack": "joint"}, "others": {"mode": "rules", "rules": {"forward": 0.5}}}
REPLY = json.dumps({"emotion": "calm", "attitude": "positive", "action": "inactive", "target": 0, "text": ""})


def scenario_of(**cognition: Any) -> Any:
    """The lively scenario, in tiers."""
    return lively_scenario(["u5"], cognition={"tiers": TIERS, **cognition})


def played(folder: Path, **cognition: Any) -> tuple[Run, ScriptedClient]:
    """A tiered run over a client that always says the same."""
    client = ScriptedClient([REPLY])
    return Simulation(scenario_of(**cognition), SOCIETY, out=folder, client=client).run(), client


def test_each_class_thinks_in_its_mode(tmp_path: Path) -> None:
    """Influential users ask the model in all of their turns, nobody else does."""
    run, client = played(tmp_path / "run")
    codes = class_of(SOCIETY).codes
    influential = {user for user, code in zip(SOCIETY.ids, codes, strict=True) if CLASSES[code] == "influential"}
    turns = run.turns().query("mode != 'seed'")
    asked = turns[turns["mode"] == "llm/joint"]
    assert set(asked.user) == influential & set(turns.user)
    assert set(turns[turns["mode"] == "rules"].user).isdisjoint(influential)
    assert len(client.requests) == len(asked) > 0


def test_groups_go_before_tiers(tmp_path: Path) -> None:
    """A user whom a group names thinks as the group does, whatever the class."""
    groups = [{"name": "tame", "users": ["u0", "u1"], "mode": "rules"}]
    run, client = played(tmp_path / "run", groups=groups)
    assert client.requests == []
    assert set(run.turns()["mode"]) == {"rules", "seed"}


def test_the_classes_can_begin_elsewhere() -> None:
    """Thresholds of the scenario decide who is influential."""
    strict = scenario_of(classes={"influential_followers": 1000})
    minds = Roster(strict, SOCIETY).mind_of
    assert {minds(persona).mode for persona in SOCIETY} == {"rules"}
    usual = Roster(scenario_of(), SOCIETY).mind_of
    assert {usual(persona).mode for persona in SOCIETY} == {"rules", "llm"}


def test_a_tiered_run_can_be_replayed(tmp_path: Path) -> None:
    """Its recorded replies are enough."""
    run, _ = played(tmp_path / "run")
    again = Simulation.replay(tmp_path / "run", SOCIETY, out=tmp_path / "again").run()
    assert again.fingerprint() == run.fingerprint()


def test_the_summary_tells_modes_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Users, turns, acts and tokens by mode add up to those of the run, and are shown."""
    run, client = played(tmp_path / "run")
    summary = summarise(run)
    costs = {cost.mode: cost for cost in summary.modes}
    assert list(costs) == ["llm/joint", "rules", "seed"]
    assert costs["llm/joint"].calls == len(client.requests) == summary.calls
    assert costs["llm/joint"].tokens_per_turn == pytest.approx(15.0)
    assert sum(cost.turns for cost in summary.modes) == sum(summary.turns.values())
    assert sum(cost.forwards for cost in summary.modes) == summary.turns["forward"]
    print_summary(summary, as_json=False)
    assert "by mode of cognition" in capsys.readouterr().out
    print_summary(summary, as_json=True)
    assert json.loads(capsys.readouterr().out)["modes"][0]["mode"] == "llm/joint"


def test_one_mode_without_a_model_needs_no_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run of textbook agents alone says nothing of modes."""
    run = Simulation(lively_scenario(["u5"]), SOCIETY, out=tmp_path / "run").run()
    print_summary(summarise(run), as_json=False)
    assert "by mode" not in capsys.readouterr().out
