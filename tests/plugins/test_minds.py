"""Cognitions and agents of installed packages: named by a group, made before the run, and part of it like ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from s3agents import Simulation
from s3agents.errors import ConfigError, InputError
from s3agents.testing import ScriptedClient
from s3agents.testing.societies import lively_scenario, society_of

SOCIETY = society_of(8, [(a, b) for a in range(8) for b in range(8) if a != b])
COGNITION, AGENT = "s3agents.cognition", "s3agents.agent"
STUBBORN = '''
from s3agents.cognition.base import Appraisal, Decision
from s3agents.events import Action

class Stubborn:
    """Keeps what it thinks, and says always the same."""

    mode = "stubborn"

    def __init__(self, *, says: str = "No.", scene) -> None:
        self.says = f"{says} {scene.description}".strip()

    async def appraise(self, view):
        return Appraisal(emotion=view.emotion, attitude=view.attitude)

    async def act(self, view, appraisal):
        return Decision(action=Action.POST, text=self.says)
'''
ASKING = '''
from autogen_core.models import UserMessage
from s3agents.cognition.base import Appraisal, Decision, Usage
from s3agents.events import Action

class Asking:
    """Posts what the model answers."""

    mode = "asking"

    def __init__(self, client, model) -> None:
        self.client, self.model = client, model

    async def appraise(self, view):
        return Appraisal(emotion=view.emotion, attitude=view.attitude)

    async def act(self, view, appraisal):
        args = {"temperature": self.model.temperature, "seed": view.draws.model_seed("asking")}
        question = [UserMessage(content=f"Tick {view.tick}?", source="scene")]
        reply = await self.client.create(question, extra_create_args=args)
        view.meter.add(Usage(1, reply.usage.prompt_tokens, reply.usage.completion_tokens))
        return Decision(action=Action.POST, text=str(reply.content))
'''
AGENTS = '''
from s3agents.agents.social_agent import SocialAgent

class Deaf(SocialAgent):
    """Reads nothing but the first posts of its inbox."""

    def __init__(self, persona, mind, *, state=None, most=1) -> None:
        super().__init__(persona, mind, state=state)
        self.most = most

    def turn(self, tick, inbox, announcements=()):
        return super().turn(tick, inbox[: self.most], announcements)
'''


@pytest.fixture(autouse=True)
def _packages(install: Any) -> None:
    """What the tests name."""
    install("stubborn", {COGNITION: {"stubborn": "stubborn:Stubborn"}}, code=STUBBORN)
    install("asking", {COGNITION: {"asking": "asking:Asking"}}, code=ASKING)
    install("deaf", {AGENT: {"deaf": "deaf:Deaf"}}, code=AGENTS)


def scenario_of(*groups: dict[str, Any], **cognition: Any) -> Any:
    """A run with these groups."""
    named = [{"name": f"g{n}", **group} for n, group in enumerate(groups)]
    model = cognition.pop("model", {})
    return lively_scenario(["u0", "u4", "u5", "u6"], cognition={"groups": named, **cognition}, model=model)


def test_a_group_thinks_with_a_cognition_of_a_package(tmp_path: Path) -> None:
    """Its turns are of that mode, with its options; others think as ever; the run replays to the same record."""
    scenario = scenario_of(
        {"users": ["u1"], "mode": "stubborn", "options": {"says": "Never!"}, "description": "A mule."}
    )
    run = Simulation(scenario, SOCIETY, out=tmp_path / "run").run()
    turns = run.turns()
    assert set(turns[turns.user == "u1"]["mode"]) == {"stubborn"}
    assert set(turns[turns.user == "u2"]["mode"]) == {"rules"}
    assert set(run.posts().query("author == 'u1'").text) == {"Never! A mule."}
    assert [(one.name, one.distribution) for one in run.manifest.plugins] == [("stubborn", "stubborn")]
    assert Simulation.replay(tmp_path / "run", SOCIETY, out=tmp_path / "again").run().fingerprint() == run.fingerprint()


def test_everybody_may_think_so_and_groups_take_the_options_over(tmp_path: Path) -> None:
    """Options of everybody are those of a group of the same mode that states none, and of no other mode."""
    groups = [{"users": ["u1"]}, {"users": ["u2"], "options": {}}, {"users": ["u3"], "mode": "rules"}]
    scenario = scenario_of(*groups, mode="stubborn", options={"says": "Ha!"})
    posts = Simulation(scenario, SOCIETY, out=tmp_path / "run").run().posts().query("tick > 0")
    said = {user: set(posts[posts.author == user].text) for user in ("u1", "u2", "u4")}
    assert said == {"u1": {"Ha!"}, "u2": {"No."}, "u4": {"Ha!"}}


def test_what_a_cognition_asks_the_model_is_recorded(tmp_path: Path) -> None:
    """It gets the client and the model of its group; a replay asks nobody."""
    scenario = scenario_of(
        {"users": ["u1"], "mode": "asking", "model": {"url": "http://127.0.0.1:9/v1", "temperature": 2}}
    )
    client = ScriptedClient(["I say so."])
    run = Simulation(scenario, SOCIETY, out=tmp_path / "run", client=client).run()
    assert {request.args["temperature"] for request in client.requests} == {2.0}
    assert run.turns().query("user == 'u1'").calls.sum() == len(client.requests) > 0
    again = Simulation.replay(tmp_path / "run", SOCIETY, out=tmp_path / "again").run()
    assert again.fingerprint() == run.fingerprint()


def test_a_group_has_agents_of_a_package(tmp_path: Path) -> None:
    """They take the turns of its members; a run of them resumes and replays."""
    scenario = scenario_of({"users": ["u1", "u2"], "agent": "deaf", "agent_options": {"most": 2}})
    simulation = Simulation(scenario, SOCIETY, out=tmp_path / "run")
    run = simulation.run()
    exposures = run.exposures().groupby(["user", "tick"]).size().groupby("user").max()
    assert exposures["u1"] == 2 < exposures["u3"]
    again = Simulation.replay(tmp_path / "run", SOCIETY, out=tmp_path / "again").run()
    assert again.fingerprint() == run.fingerprint()


def test_a_group_may_have_our_agents_where_others_have_not() -> None:
    """``social`` names ours; what is unsaid is as everybody's, also after a manifest."""
    scenario = scenario_of(
        {"users": ["u1"], "agent": "social"}, {"users": ["u2"]}, agent="deaf", agent_options={"most": 3}
    )
    for read in (scenario, type(scenario).model_validate(scenario.dump())):
        cognition = read.cognition
        found = [cognition.agent_of(mind) for mind in cognition.minds]
        assert found == [("deaf", {"most": 3}), ("social", {}), ("deaf", {"most": 3})]


@pytest.mark.parametrize(
    ("group", "message"),
    [
        ({"mode": "magic"}, "cognition.groups.0.mode: 'magic': wanted a cognition that is built in"),
        (
            {"mode": "stubborn", "options": {"loud": 1}},
            "cognition.groups.0.mode: plugin 'stubborn' of stubborn 1.0.0: options",
        ),
        ({"mode": "asking"}, "cognition.groups.0.mode: plugin 'asking' of asking 1.0.0: options"),
        ({"agent": "dead"}, "cognition.groups.0.agent: 'dead': wanted"),
        (
            {"agent": "deaf", "agent_options": {"least": 1}},
            "cognition.groups.0.agent: plugin 'deaf' of deaf 1.0.0: wanted",
        ),
        ({"mode": "rules", "options": {"post": 1}}, "cognition.groups.0.options: wanted none, for mode rules has keys"),
        ({"mode": "autogen"}, "cognition.groups.0: options of mode autogen: wanted provider"),
        ({"mode": "llm"}, "cognition.groups.0: model.url: wanted the address of an endpoint"),
        ({"agent_options": {"most": 1}}, "cognition.groups.0.agent_options: wanted none, for agents of ours, got most"),
    ],
)
def test_what_cannot_be_made_is_named_before_the_run(tmp_path: Path, group: dict[str, Any], message: str) -> None:
    """Key, plugin and package; no folder is left."""
    with pytest.raises((InputError, ConfigError)) as caught:
        Simulation(scenario_of({"users": ["u1"], **group}), SOCIETY, out=tmp_path / "run")
    assert message in str(caught.value)
    assert not (tmp_path / "run").exists()
