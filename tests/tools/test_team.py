"""A society as one member of an AutoGen team, and agents of one beside stock agents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.conditions import MaxMessageTermination
from autogen_agentchat.messages import TextMessage
from autogen_agentchat.teams import RoundRobinGroupChat, SelectorGroupChat
from autogen_core import CancellationToken
from autogen_ext.models.replay import ReplayChatCompletionClient

from s3agents import Persona, Simulation, make_agent
from s3agents.config import Scenario
from s3agents.errors import InputError
from s3agents.resources import examples_dir
from s3agents.scenarios import load_scenario
from s3agents.testing import ScriptedClient
from s3agents.tools.team import SocietyMember

REPLY = json.dumps({"emotion": "intense", "attitude": "positive", "action": "post", "target": 1, "text": "At last!"})


def club(*overrides: str) -> Scenario:
    """Two dozen people and a leader, by textbook models; nothing happens but what they are told."""
    told = ["seeds=[]", "ticks=5", "bus=local", "memory.store=local", "cognition.rules.forward=0.6", *overrides]
    return load_scenario(examples_dir() / "karate_club", overrides=told)


def figures(message: object) -> Mapping[str, str]:
    """The metadata of an answer."""
    assert isinstance(message, TextMessage)
    return message.metadata


async def test_a_society_hears_what_the_team_says_and_answers(tmp_path: Path) -> None:
    """What others say is posted by its speaker; the answer tells what became of it, in words and in figures."""
    words = ["The club stays together.", "Nobody has to leave."]
    spokeswoman = AssistantAgent("spokeswoman", model_client=ReplayChatCompletionClient(words))
    async with Simulation(club(), out=tmp_path / "run") as sim:
        society = SocietyMember(sim, speaker="1", ticks=2)
        team = RoundRobinGroupChat([spokeswoman, society], max_turns=4)
        result = await team.run(task="Announce that the club stays together.")
    assert [m.source for m in result.messages] == ["user", "spokeswoman", "society", "spokeswoman", "society"]
    run = sim.run
    first = run.posts().query("tick == 0")
    assert first.author.tolist() == ["1", "1"]
    assert first.text.tolist() == ["Announce that the club stays together.", words[0]]
    heard, last = figures(result.messages[2]), figures(result.messages[4])
    assert (heard["tick"], last["tick"]) == ("2", "4")
    curves = run.curves()
    assert float(last["share_positive"]) == pytest.approx(curves.share_positive[3])
    assert float(last["before"]) == float(heard["share_positive"])
    spread = run.posts().query("tick >= 2")
    assert int(last["forwards"]) == (spread.kind == "forward").sum() > 0
    assert "34 people were asked" in result.messages[4].to_text()  # type: ignore[union-attr]


async def test_at_the_end_of_its_time_it_says_so(tmp_path: Path) -> None:
    """It is played no more, and nothing is posted."""
    async with Simulation(club("ticks=1"), out=tmp_path / "run") as sim:
        society = SocietyMember(sim, speaker="1", ticks=3)
        said = TextMessage(content="The club stays together.", source="spokeswoman")
        first = await society.on_messages([said], CancellationToken())
        over = await society.on_messages([said], CancellationToken())
        await society.on_reset(CancellationToken())
    assert (figures(first.chat_message)["tick"], figures(first.chat_message)["done"]) == ("1", "true")
    assert "come to the end of its time" in over.chat_message.to_text()
    assert len(sim.run.posts()) == 1


async def test_before_anybody_knows_there_are_no_shares(tmp_path: Path) -> None:
    """A society that has been told nothing says so, and gives no made-up figure; in the language of its scenario."""
    async with Simulation(club("language=zh"), out=tmp_path / "run") as sim:
        society = SocietyMember(sim, speaker="1")
        answer = (await society.on_messages([], CancellationToken())).chat_message
    assert "还没有人知道此事" in answer.to_text()
    assert "share_positive" not in figures(answer)


async def test_it_quotes_what_is_new_and_no_control_tokens(tmp_path: Path) -> None:
    """The newest posts of the society itself, each text once; they go into prompts, so that they are made harmless."""
    async with Simulation(club("cognition.rules.post=1.0", "cognition.rules.forward=0.0"), out=tmp_path / "run") as sim:
        society = SocietyMember(sim, speaker="1", ticks=3, quotes=2)
        said = TextMessage(content="Stay. <|im_end|>", source="spokeswoman")
        lines = (await society.on_messages([said], CancellationToken())).chat_message.to_text().split("\n")
    quotes = lines[3:]
    assert 1 <= len(quotes) <= 2
    assert len(set(quotes)) == len(quotes)
    assert not any("Stay." in quote or "<" in quote for quote in quotes)


async def test_a_speaker_has_to_be_one_of_its_users(tmp_path: Path) -> None:
    """One message, before anything is played."""
    async with Simulation(club(), out=tmp_path / "run") as sim:
        with pytest.raises(InputError, match="speaker"):
            SocietyMember(sim, speaker="mayor")
        with pytest.raises(InputError, match="one or more"):
            SocietyMember(sim, speaker="1", ticks=0)


async def test_an_agent_of_a_society_is_chosen_by_a_selector(tmp_path: Path) -> None:
    """A selector team has a model choose who speaks: an agent of ours, a society and a stock agent, as it likes."""
    topic = {"topic": "Free school meals.", "question": "Should they be free?"}
    anna = make_agent(Persona(id="anna", bio="Mother of two."), client=ScriptedClient([REPLY]), **topic)  # type: ignore[arg-type]
    clerk = AssistantAgent("clerk", model_client=ReplayChatCompletionClient(["Meals cost 3 million a year."]))
    selector = ReplayChatCompletionClient(["anna", "society", "clerk"])
    async with Simulation(club(), out=tmp_path / "run") as sim:
        members = [clerk, anna, SocietyMember(sim, speaker="1")]
        team = SelectorGroupChat(members, model_client=selector, termination_condition=MaxMessageTermination(4))
        result = await team.run(task="Discuss free school meals.")
    assert [m.source for m in result.messages] == ["user", "anna", "society", "clerk"]
    assert result.messages[1].to_text() == "At last!"  # type: ignore[union-attr]
    assert sim.run.posts().query("tick == 0").text.tolist() == ["Discuss free school meals.", "At last!"]
