"""Bridges keep the contract of interventions, and lead elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from s3agents_bridges import Bridges

from s3agents import Simulation
from s3agents.errors import InputError
from s3agents.network.changed_edges import ChangedEdges
from s3agents.testing import InterventionContract
from s3agents.testing.intervention_contract import NotingLevers, some_situations
from s3agents.testing.societies import lively_scenario, society_of

PAIRS = society_of(4, [(0, 1), (1, 0), (2, 3), (3, 2)])


class TestBridges(InterventionContract):
    def make_intervention(self) -> Bridges:
        """All users in each tick."""
        return Bridges(each_tick=6)


def test_bridges_lead_to_those_who_are_not_near() -> None:
    """In a society of two pairs everybody follows one of the other pair."""
    now = replace(some_situations()[1], society=PAIRS, edges=ChangedEdges(PAIRS.graph), fresh=(), originals=())
    levers = NotingLevers(now)
    Bridges(each_tick=4).act(now, levers)
    pairs = [(str(who), str(whom)) for _, who, whom in levers.done]
    assert [who for who, _ in pairs] == ["u0", "u1", "u2", "u3"]
    assert all((who in {"u0", "u1"}) != (whom in {"u0", "u1"}) for who, whom in pairs)


def test_a_scenario_names_it(tmp_path: Path) -> None:
    """News of one pair reach the other only over a bridge."""
    reached: list[set[str]] = []
    for interventions in ([], [{"kind": "bridges", "options": {"each_tick": 4}, "at": 1}]):
        scenario = lively_scenario(["u0"], interventions=interventions)
        run = Simulation(scenario, PAIRS, out=tmp_path / f"run{len(reached)}").run()
        reached.append(set(run.exposures()["user"]))
    assert reached[0] <= {"u0", "u1"}
    assert reached[1] & {"u2", "u3"}
    wrong = lively_scenario(["u0"], interventions=[{"kind": "bridges", "options": {"each_tick": 0}, "at": 1}])
    with pytest.raises(InputError, match=r"interventions.0.kind: plugin 'bridges'.*1 or more, got 0"):
        Simulation(wrong, PAIRS, out=tmp_path / "wrong")
