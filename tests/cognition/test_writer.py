"""Writing on demand: a mind that is told to write gives a text, whatever it would have done."""

from __future__ import annotations

import pytest

from s3agents.cognition.base import Cognition, Writer
from s3agents.cognition.llm import LlmCognition
from s3agents.cognition.rules import RulesCognition
from s3agents.config.cognition import RulesSection
from s3agents.errors import ReplyError
from s3agents.labels import Attitude
from s3agents.prompts import PromptPack
from s3agents.testing.scripted_client import ScriptedClient
from s3agents.testing.turn_views import turn_view

PHRASES = {Attitude.POSITIVE: "Yes.", Attitude.NEGATIVE: "No."}
JOINT = '{"emotion":"calm","attitude":"positive","action":"%s","target":1,"text":"Sweet."}'


def llm(client: ScriptedClient, pack: str, *, repairs: int = 0) -> LlmCognition:
    """A mind that asks ``client``."""
    return LlmCognition(
        client, PromptPack.load(pack, "en"), temperature=0.8, max_tokens=99, logprobs=False, repairs=repairs
    )


async def test_rules_say_their_sentence() -> None:
    """The sentence of the attitude that the agent has after its turn."""
    mind = RulesCognition(RulesSection(), phrases=PHRASES)
    assert await mind.write(turn_view(["Tax it."])) == "Yes."


async def test_one_stage_can_only_choose_to_post() -> None:
    """With ``joint`` the schema leaves no other action, and the text is that of the plan."""
    client = ScriptedClient([JOINT % "post"])
    view = turn_view(["Tax it."])
    assert await llm(client, "joint").write(view, target=view.perceived[0].post.id) == "Sweet."
    schema = client.requests[0].json_output
    assert not isinstance(schema, bool)
    assert schema is not None
    assert schema.model_json_schema()["properties"]["action"]["enum"] == ["post"]
    assert view.meter.usage.calls == 1


async def test_a_model_that_does_not_write_is_a_fault() -> None:
    """Another action is an unusable reply, never an empty text."""
    with pytest.raises(ReplyError):
        await llm(ScriptedClient([JOINT % "inactive"]), "joint", repairs=1).write(turn_view(["Tax it."]))


async def test_four_stages_skip_the_act() -> None:
    """With ``paper`` emotion, attitude and text are asked for; the text answers the post that it is to answer."""
    replies = ['{"emotion":"intense"}', '{"attitude":"negative"}', '{"text":"Bitter."}']
    client = ScriptedClient(replies)
    view = turn_view(["Tax it.", "Never."])
    assert await llm(client, "paper").write(view, target=view.perceived[1].post.id) == "Bitter."
    said = str(client.requests[-1].messages[-1].content)
    assert "an answer to post 2" in said
    assert "Your emotion is intense, your attitude negative" in said
    assert view.meter.usage.calls == 3


def test_who_can_write_is_known() -> None:
    """Minds that cannot write are told from those that can."""

    class Mute:
        mode = "mute"

    minds: list[Cognition] = [RulesCognition(RulesSection(), phrases=PHRASES), llm(ScriptedClient([""]), "joint")]
    assert all(isinstance(mind, Writer) for mind in minds)
    assert not isinstance(Mute(), Writer)
