"""Sleepers keep the contract of agents, and read nothing in their sleep."""

from __future__ import annotations

from pathlib import Path

import pytest
from s3agents_sleepers import Sleeper

from s3agents import Simulation
from s3agents.cognition.mind import Mind
from s3agents.errors import InputError
from s3agents.ids import UserId
from s3agents.persona import Persona
from s3agents.state import AgentState
from s3agents.testing import AgentContract
from s3agents.testing.agent_contract import a_mind
from s3agents.testing.societies import lively_scenario


class TestSleeper(AgentContract):
    def make_agent(self, persona: Persona, mind: Mind, state: AgentState | None = None) -> Sleeper:
        """With a good night's sleep."""
        return Sleeper(persona, mind, state=state, hours=8)


def test_everybody_sleeps_their_hours() -> None:
    """A third of the hours of each day, at times of their own; who does not sleep is always awake."""
    people = [Persona(id=UserId(str(n))) for n in range(20)]
    nights = [{hour for hour in range(24) if Sleeper(who, a_mind(), hours=8).asleep(hour)} for who in people]
    assert {len(night) for night in nights} == {8}
    assert len(set(map(frozenset, nights))) > 5
    assert not any(Sleeper(who, a_mind(), hours=0).asleep(hour) for who in people for hour in range(24))


def test_a_scenario_names_them(tmp_path: Path) -> None:
    """Whoever sleeps all day reads nothing; a group may sleep longer than others; no day has 25 hours."""
    cognition = {"agent": "sleeper", "agent_options": {"hours": 24}, "rules": {"forward": 0.9}}
    run = Simulation(lively_scenario(["0", "33"], cognition=cognition), out=tmp_path / "run").run()
    assert not len(run.exposures())
    awake = {"name": "awake", "users": ["1"], "agent": "sleeper", "agent_options": {"hours": 0}}
    some = Simulation(lively_scenario(["0"], cognition={**cognition, "groups": [awake]}), out=tmp_path / "some").run()
    assert set(some.exposures()["user"]) == {"1"}
    wrong = lively_scenario(["0"], cognition={**cognition, "agent_options": {"hours": 25}})
    with pytest.raises(InputError, match="between 0 and 24, got 25"):
        Simulation(wrong, out=tmp_path / "wrong")
    assert not (tmp_path / "wrong").exists()
