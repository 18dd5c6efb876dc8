"""Chat models of LangChain as the model that thinks for agents."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from autogen_core.models import SystemMessage, UserMessage
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.messages import SystemMessage as LangChainSystemMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable, RunnableLambda

from s3agents import Run, Simulation
from s3agents.errors import EndpointError, InputError
from s3agents.llm.backend import load_backend
from s3agents.replies import EmotionReply
from s3agents.testing.societies import lively_scenario, society_of

REPLY = '{"emotion": "calm", "attitude": "positive", "action": "post", "target": 0, "text": "Good."}'
HEARD: list[list[BaseMessage]] = []
HERE = f"langchain:{__name__}:"


class Talker(BaseChatModel):
    """Says the same whatever it is asked, and tells us what that was."""

    says: str = REPLY
    api_key: str = "sk-nothing"

    @property
    def _llm_type(self) -> str:
        return "talker"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        HEARD.append(messages)
        if self.says == "broken":
            raise RuntimeError(f"refused with {self.api_key}")
        usage = {"input_tokens": 7, "output_tokens": 3, "total_tokens": 10}
        return ChatResult(generations=[ChatGeneration(message=AIMessage(self.says, usage_metadata=usage))])


class Structured(Talker):
    """Knows how to keep to a schema."""

    def with_structured_output(self, schema: Any, **kwargs: Any) -> Runnable[Any, Any]:
        """A reply of the schema, beside the raw one."""
        assert kwargs == {"include_raw": True}
        label = schema["properties"]["emotion"]["enum"][1]
        return RunnableLambda(lambda _: {"raw": AIMessage(""), "parsed": {"emotion": label}, "parsing_error": None})


def asked(name: str, **options: Any) -> Any:
    """The reply of a chat model."""
    client = load_backend(HERE + name, options)
    messages = [SystemMessage(content="Be short."), UserMessage(content="How do you feel?", source="user")]
    return asyncio.run(client.create(messages, json_output=EmotionReply))


def test_a_society_thinks_with_a_chat_model(tmp_path: Path) -> None:
    """Named in a scenario by its import path; tokens are counted as it tells them; the run replays without it."""
    model = {"backend": HERE + "Talker", "options": {"says": REPLY}, "name": "talker"}
    scenario = lively_scenario(["u0"], ticks=3, cognition={"mode": "llm"}, model=model)
    society = society_of(3, [(1, 0), (2, 1)])
    run = Simulation(scenario, society, out=tmp_path / "run").run()
    turns = run.turns().query("mode == 'llm/joint'")
    assert set(turns.action) == {"post"}
    assert set(turns.prompt_tokens) == {7}
    replay = Simulation.replay(tmp_path / "run", society, out=tmp_path / "replay").run()
    assert replay.fingerprint() == Run(tmp_path / "run").fingerprint()


def test_a_schema_is_handed_on_where_it_can_be() -> None:
    """A chat model that keeps to schemas gets ours; from another the text is taken as it is."""
    assert json.loads(asked("Structured").content) == {"emotion": "moderate"}
    plain = asked("Talker", says="calm, I think")
    assert plain.content == "calm, I think"
    assert (plain.usage.prompt_tokens, plain.usage.completion_tokens) == (7, 3)


def test_messages_keep_their_roles() -> None:
    """What the system says is the system's, what the user says the user's."""
    client = load_backend(HERE + "Talker", {})
    messages = [SystemMessage(content="Be short."), UserMessage(content="Well?", source="user")]
    asyncio.run(client.create(messages))
    assert HEARD[-1] == [LangChainSystemMessage("Be short."), HumanMessage("Well?")]


@pytest.mark.parametrize(
    ("path", "options", "says"),
    [
        ("langchain:nowhere.at_all:Class", {}, "nowhere"),
        (HERE + "Nobody", {}, "Nobody"),
        (HERE + "Path", {}, "a chat model of LangChain"),
        ("langchain:", {}, "chat model"),
        (HERE + "Talker", {"says": 3}, "says"),
    ],
)
def test_what_is_no_chat_model_is_bad_input(path: str, options: dict[str, Any], says: str) -> None:
    """The message names the backend and what came."""
    with pytest.raises(InputError, match=says):
        load_backend(path, options)


def test_an_error_tells_no_key() -> None:
    """What the vendor raises is an error of the endpoint, with the key blotted out."""
    with pytest.raises(EndpointError) as error:
        asked("Talker", says="broken", api_key="sk-very-secret")
    assert "sk-very-secret" not in str(error.value)
    with pytest.raises(InputError) as wrong:
        load_backend(HERE + "Talker", {"says": 3, "api_key": "sk-very-secret"})
    assert "sk-very-secret" not in str(wrong.value)
