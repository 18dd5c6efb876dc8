"""What a scenario says of a group stands in the prompts of its members, whatever pack words them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from s3agents import Simulation
from s3agents.errors import ConfigError, PromptError
from s3agents.minds import load_packs, scene_of
from s3agents.prompts.budget import FRAME_TOKENS
from s3agents.prompts.token_estimate import prose_tokens
from s3agents.scenarios import parse_scenario
from s3agents.testing import ScriptedClient
from s3agents.testing.societies import lively_scenario, society_of
from s3agents.testing.turn_views import turn_view

SOCIETY = society_of(6, [(a, b) for a in range(6) for b in range(6) if a != b])
PRESS = "You write for the regional paper, and check what you pass on."
REPLY = '{"emotion":"calm","attitude":"positive","action":"inactive","target":0,"text":""}'


def scenario_of(description: str = PRESS, **changes: Any) -> Any:
    """Everybody asks a model; u1 and u2 are described."""
    groups = [{"name": "press", "users": ["u1", "u2"], "description": description}]
    model = {"url": "http://127.0.0.1:9/v1"}
    return lively_scenario(["u0"], cognition={"mode": "llm", "groups": groups}, model=model, **changes)


def test_members_are_told_who_they_are(tmp_path: Path) -> None:
    """Their prompts have the description before what is known of each; those of others do not."""
    client = ScriptedClient([REPLY])
    run = Simulation(scenario_of(), SOCIETY, out=tmp_path / "run", client=client).run()
    told = [f"{PRESS} " in str(request.messages[-1].content) for request in client.requests]
    turns = run.turns().query("calls > 0")
    assert sum(told) == turns[turns.user.isin(["u1", "u2"])].calls.sum() > 0
    assert sum(told) < len(told)
    assert len({str(request.messages[0].content) for request in client.requests}) == 1


@pytest.mark.parametrize("pack", ["joint", "paper"])
def test_a_description_is_told_whole_within_the_budget(pack: str) -> None:
    """However little room there is, the description is not cut, and the prompt stays within its tokens."""
    groups = [{"name": "press", "share": 1.0, "description": " ".join(["Speak plainly."] * 80)}]
    changes = {"limits": {"prompt_tokens": 1000}, "model": {"url": "http://127.0.0.1:9/v1"}}
    scenario = lively_scenario([], cognition={"mode": "llm", "pack": pack, "groups": groups}, **changes)
    group = scenario.cognition.groups[0]
    long = ["A rather long post about nothing in particular. " * 9] * 8
    view = turn_view(long, memories=long[:4], scene=scene_of(scenario, group))
    packed = load_packs(scenario)[pack]
    for stage in packed.stages:
        messages = packed.messages(stage.name, view)
        assert group.description in str(messages[-1].content)
        assert FRAME_TOKENS + sum(prose_tokens(str(message.content)) for message in messages) <= 1000


def test_a_description_without_room_is_told_before_the_run() -> None:
    """A budget that the description uses up is an error that names what it takes."""
    with pytest.raises(PromptError, match=r"limits\.prompt_tokens .* shorten topic, question and descriptions"):
        load_packs(scenario_of("word " * 390, limits={"prompt_tokens": 800}))


def test_a_description_survives_the_manifest_on_one_line() -> None:
    """Line breaks of a file are blanks; one that is too long is named."""
    scenario = scenario_of("You are\n  a troll.\n")
    assert scenario.cognition.groups[0].description == "You are a troll."
    assert parse_scenario(scenario.dump(), origin="manifest") == scenario
    assert scenario.digest() != scenario_of("Another.").digest()
    with pytest.raises(ConfigError, match=r"cognition\.groups\.0\.description"):
        scenario_of("x" * 2001)
