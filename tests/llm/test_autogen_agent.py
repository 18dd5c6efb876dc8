"""An agent of AutoGen in the place of a model: asked turn by turn, without a memory of its own, and recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from autogen_agentchat.agents import AssistantAgent, BaseChatAgent
from autogen_agentchat.base import Response
from autogen_agentchat.messages import BaseChatMessage, HandoffMessage, StructuredMessage, TextMessage
from autogen_core import CancellationToken, Component
from autogen_core.models import RequestUsage, SystemMessage, UserMessage
from autogen_ext.models.replay import ReplayChatCompletionClient
from pydantic import BaseModel

from s3agents import Simulation
from s3agents.errors import InputError
from s3agents.llm.autogen_agent import AgentClient
from s3agents.llm.base import Request
from s3agents.testing.societies import lively_scenario, society_of

SOCIETY = society_of(6, [(a, b) for a in range(6) for b in range(6) if a != b])
REPLY = '{"emotion":"intense","attitude":"negative","action":"post","target":0,"text":"So says my agent."}'
REQUEST = Request([SystemMessage(content="Rules."), UserMessage(content="Posts.", source="scene")])


class ParrotConfig(BaseModel):
    """What a parrot can say, and its key."""

    says: str = "text"
    api_key: str = "none"


class Parrot(BaseChatAgent, Component[ParrotConfig]):
    """Answers with the messages that it has got since it was reset."""

    component_config_schema = ParrotConfig
    component_provider_override = "tests.llm.test_autogen_agent.Parrot"

    def __init__(self, config: ParrotConfig) -> None:
        super().__init__("parrot", "It repeats what it hears.")
        if config.says == "nothing":
            raise ValueError(f"nothing to say with {config.api_key}")
        self._config, self._heard = config, list[str]()

    @property
    def produced_message_types(self) -> Sequence[type[BaseChatMessage]]:
        """Texts."""
        return (TextMessage,)

    async def on_messages(self, messages: Sequence[BaseChatMessage], cancellation_token: CancellationToken) -> Response:
        """All that was heard."""
        self._heard += [message.to_text() for message in messages]
        await asyncio.sleep(0)
        if self._config.says == "handoff":
            return Response(chat_message=HandoffMessage(content="you", target="you", source=self.name, context=[]))
        if self._config.says == "structure":
            return Response(chat_message=StructuredMessage[ParrotConfig](content=self._config, source=self.name))
        text = TextMessage(content="|".join(self._heard), source=self.name, models_usage=RequestUsage(7, 3))
        return Response(chat_message=text, inner_messages=[text])

    async def on_reset(self, cancellation_token: CancellationToken) -> None:
        """Forget."""
        self._heard.clear()

    @classmethod
    def _from_config(cls, config: ParrotConfig) -> Parrot:
        return cls(config)


PARROT = {"provider": "tests.llm.test_autogen_agent.Parrot"}


async def test_an_agent_is_asked_as_if_for_the_first_time() -> None:
    """Each question stands alone, also of those that are asked at once; tokens of all that it did are counted."""
    client = AgentClient(PARROT)
    replies = await asyncio.gather(*[client.ask(REQUEST) for _ in range(3)])
    replies.append(await client.ask(REQUEST))
    assert [reply.content for reply in replies] == ["Rules.\n\nPosts."] * 4
    assert replies[0].usage == RequestUsage(14, 6)
    assert client.total_usage() == RequestUsage(56, 24)
    await client.close()


async def test_a_structure_is_its_json_and_a_handoff_no_reply() -> None:
    """What an agent answers has to be a text in the end."""
    reply = await AgentClient({**PARROT, "config": {"says": "structure"}}).ask(REQUEST)
    assert reply.content == '{"says":"structure","api_key":"none"}'
    handoff = AgentClient({**PARROT, "config": {"says": "handoff"}})
    assert (await handoff.ask(REQUEST)).content == "you"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "got no provider"),
        ({"provider": "x.Y", "conifg": {}}, "got unknown keys: conifg"),
        ({"provider": "tests.llm.nowhere.Agent"}, "ModuleNotFoundError"),
        ({**PARROT, "config": {"says": 7}}, "says: Input should be a valid string"),
        ({**PARROT, "config": {"says": "nothing", "api_key": "sk-123456"}}, "nothing to say with ***"),
        (
            {"provider": "autogen_ext.models.replay.ReplayChatCompletionClient", "config": {"chat_completions": []}},
            "got",
        ),
    ],
)
def test_an_agent_that_cannot_be_made_is_named(options: dict[str, Any], message: str) -> None:
    """Key and cause, and no secret."""
    with pytest.raises(InputError) as caught:
        AgentClient(options)
    assert message in str(caught.value)
    assert "options of mode autogen: wanted provider" in str(caught.value)


def assistant(replies: Sequence[str]) -> dict[str, Any]:
    """A stock assistant of AutoGen, whose model answers ``replies``."""
    model = ReplayChatCompletionClient(list(replies))
    agent = AssistantAgent("helper", model_client=model, system_message="You are Bob.")
    return dict(agent.dump_component().model_dump())


def scenario_of(options: dict[str, Any], **changes: Any) -> Any:
    """A run in which u1 is an agent of AutoGen and all others are textbook agents."""
    groups = [{"name": "agent", "users": ["u1"], "mode": "autogen", "options": options}]
    return lively_scenario(["u0", "u2", "u3"], ticks=6, cognition={"groups": groups}, **changes)


def test_a_stock_assistant_takes_turns(tmp_path: Path) -> None:
    """Its replies are read, those that cannot be used are asked for again, and all of them are replayed."""
    scenario = scenario_of(assistant(["What?", *[REPLY] * 9]))
    run = Simulation(scenario, SOCIETY, out=tmp_path / "run").run()
    turns = run.turns().query("user == 'u1'")
    assert set(turns["mode"]) == {"autogen"}
    assert turns.iloc[0].calls == 2
    assert "So says my agent." in set(run.posts().text)
    assert run.faults().empty
    again = Simulation.replay(tmp_path / "run", SOCIETY, out=tmp_path / "again").run()
    assert again.fingerprint() == run.fingerprint()


def test_a_reply_that_stays_unusable_is_a_fault(tmp_path: Path) -> None:
    """Nothing is made up for an agent that answers no JSON."""
    scenario = scenario_of(assistant(["What?"] * 50), limits={"faults": 1.0})
    run = Simulation(scenario, SOCIETY, out=tmp_path / "run").run()
    assert set(run.faults().cause) == {"not_json"}


def test_another_agent_is_another_scenario() -> None:
    """What it is made of shapes the record, and tells its replies from those of others."""
    one, two = scenario_of(PARROT), scenario_of({**PARROT, "config": {"says": "x"}})
    assert one.digest() != two.digest()
    (first,), (second,) = one.models.values(), two.models.values()
    assert first.name != second.name


def test_what_an_agent_raises_is_a_fault_of_its_turn(tmp_path: Path) -> None:
    """An agent whose model has nothing more to say fails its turn, and no more than that."""
    scenario = scenario_of(assistant([REPLY]), limits={"faults": 1.0}, model={"retries": 0})
    run = Simulation(scenario, SOCIETY, out=tmp_path / "run").run()
    assert set(run.faults().user) == {"u1"}


def test_a_key_of_an_agent_is_in_no_manifest(tmp_path: Path) -> None:
    """A run is replayed without the key that its agent had, and its folder does not tell it."""
    scenario = scenario_of({**PARROT, "config": {"says": "text", "api_key": "sk-123456"}}, limits={"faults": 1.0})
    run = Simulation(scenario, SOCIETY, out=tmp_path / "run").run()
    assert "sk-123456" not in (tmp_path / "run" / "manifest.json").read_text()
    again = Simulation.replay(tmp_path / "run", SOCIETY, out=tmp_path / "again").run()
    assert again.fingerprint() == run.fingerprint()
