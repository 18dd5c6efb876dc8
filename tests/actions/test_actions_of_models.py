"""Actions of models: which replies there can be, how an act without a target is asked for again, what prompts tell."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from autogen_core.models import ChatCompletionTokenLogprob, CreateResult, RequestUsage, TopLogprob

from s3agents import Simulation
from s3agents.actions.table import ACTIONS, offer_of
from s3agents.cognition.base import Meter, TurnView
from s3agents.cognition.llm import LlmCognition
from s3agents.errors import ReplyError
from s3agents.events import Source
from s3agents.llm.base import Request
from s3agents.llm.wire import response_format
from s3agents.prompts import PromptPack
from s3agents.record.connection import reading
from s3agents.testing.scripted_client import ScriptedClient
from s3agents.testing.societies import lively_scenario, society_of
from s3agents.testing.stub_endpoint import StubEndpoint
from s3agents.testing.turn_views import turn_view

JOINT = {"emotion": "intense", "attitude": "negative", "action": "inactive", "target": 0, "text": ""}


def everything(*texts: str) -> TurnView:
    """The view of an agent that can do everything; posts reached it from a mutual, a followee and the platform."""
    view = turn_view(texts)
    return replace(view, scene=replace(view.scene, offer=offer_of(tuple(ACTIONS), language="en")))


def mind(client: ScriptedClient, pack: str = "joint", **changes: Any) -> LlmCognition:
    """A mind that asks ``client``."""
    settings = {"temperature": 0.5, "max_tokens": 99, "logprobs": False, "repairs": 1, **changes}
    return LlmCognition(client, PromptPack.load(pack, "en"), **settings)


def fields(request: Request) -> dict[str, Any]:
    """What may stand in the reply that is asked for."""
    assert isinstance(request.json_output, type)
    properties: dict[str, Any] = request.json_output.model_json_schema()["properties"]
    return {name: schema.get("enum") for name, schema in properties.items()}


def joint(**changes: Any) -> str:
    """A reply."""
    return json.dumps(JOINT | changes)


async def test_a_schema_offers_what_is_possible() -> None:
    """With no post read nothing that needs one; of posts of followees alone nobody can be followed."""
    client = ScriptedClient([joint()])
    alone, read = everything(), everything("one")
    await mind(client).appraise(alone)
    await mind(client).appraise(read)
    none, one = map(fields, client.requests)
    assert (none["action"], none["target"]) == (["post", "inactive"], [0])
    assert one["action"] == ["forward", "post", "like", "reply", "quote", "unfollow", "inactive"]
    assert one["target"] == [0, 1]
    assert alone.perceived == ()
    assert read.perceived[0].source is Source.MUTUAL


@pytest.mark.parametrize(
    ("action", "numbers"), [("forward", [1, 2, 3]), ("like", [1, 2, 3]), ("unfollow", [1, 2]), ("follow", [2, 3])]
)
async def test_an_act_that_names_no_post_is_asked_for_again_alone(action: str, numbers: list[int]) -> None:
    """The same prompt, and nothing left to choose but the posts that it can be about; what else was said stands."""
    view = replace(everything("a", "b", "c"), meter=Meter())
    client = ScriptedClient([joint(action=action), joint(emotion="calm", action=action, target=numbers[-1])])
    appraisal = await mind(client).appraise(view)
    first, second = client.requests
    assert (fields(second)["action"], fields(second)["target"]) == ([action], numbers)
    assert fields(first)["target"] == [0, 1, 2, 3]
    assert first.messages == second.messages
    assert first.args["seed"] != second.args["seed"]
    assert appraisal.plan is not None
    assert (appraisal.plan.action, appraisal.plan.target) == (action, view.perceived[numbers[-1] - 1].post.id)
    assert appraisal.emotion.level == "intense"
    assert view.meter.usage.calls == 2


async def test_another_act_than_the_one_asked_for_again_counts() -> None:
    """An endpoint that keeps to no schema may change its mind: the second reply is then all that counts."""
    client = ScriptedClient([joint(action="forward"), joint(emotion="calm")])
    appraisal = await mind(client).appraise(everything("a", "b"))
    assert appraisal.plan is not None
    assert appraisal.plan.action == "inactive"
    assert appraisal.emotion.level == "calm"


async def test_a_target_that_does_not_fit_is_a_fault_in_the_end() -> None:
    """Whoever shows only on the platform's account cannot be unfollowed; the message says what could be."""
    client = ScriptedClient([joint(action="unfollow", target=3)])
    with pytest.raises(ReplyError, match="target of unfollow: wanted a number from 1 to 2, got 3") as caught:
        await mind(client).appraise(everything("a", "b", "c"))
    assert caught.value.cause == "target"


@pytest.mark.parametrize("action", ["reply", "quote"])
async def test_a_text_comes_with_what_has_one(action: str) -> None:
    """In one reply, or asked for by a prompt that says what it is; an empty one is refused."""
    view = everything("a", "b")
    appraisal = await mind(ScriptedClient([joint(action=action, target=2, text="Oh no")])).appraise(view)
    assert appraisal.plan is not None
    assert (appraisal.plan.text, appraisal.plan.target) == ("Oh no", view.perceived[1].post.id)
    with pytest.raises(ReplyError, match="says something"):
        await mind(ScriptedClient([joint(action=action, target=2)])).appraise(view)
    stages = [{"emotion": "calm"}, {"attitude": "positive"}, {"action": action, "target": 2}, {"text": "Oh no"}]
    client = ScriptedClient([json.dumps(reply) for reply in stages])
    paper = mind(client, "paper")
    decision = await paper.act(view, await paper.appraise(view))
    assert (decision.text, decision.target) == ("Oh no", view.perceived[1].post.id)
    assert ACTIONS[action].writing["en"].format(n=2) in str(client.requests[3].messages[1].content)


async def test_probabilities_are_those_of_the_reply_that_named_the_act() -> None:
    """The reply in which nothing else could be chosen says nothing of how probable the act was."""
    content = joint(action="like")
    tokens = [ChatCompletionTokenLogprob(token=c, logprob=-0.1, bytes=list(c.encode())) for c in content]
    at = content.index('"like') + 1
    tokens[at].top_logprobs = [TopLogprob(math.log(p), [ord(c)]) for c, p in {"l": 0.3, "i": 0.6}.items()]
    usage = RequestUsage(1, 1)
    told = CreateResult(finish_reason="stop", content=content, usage=usage, cached=False, logprobs=tokens)
    client = ScriptedClient([told, joint(action="like", target=1)])
    plan = (await mind(client, logprobs=True).appraise(everything("a", "b"))).plan
    assert plan is not None
    assert plan.p is not None
    assert plan.p["like"] == pytest.approx(1 / 3)
    assert plan.p["inactive"] == pytest.approx(2 / 3)
    assert plan.p["forward"] == 0.0


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("pack", ["joint", "paper"])
def test_a_prompt_tells_of_further_actions(pack: str, language: str) -> None:
    """Each has its sentence at the end of the system message, which goes on from that of the usual actions."""
    prompts, view = PromptPack.load(pack, language), turn_view(["a", "b"])
    usual, _ = prompts.messages("joint" if pack == "joint" else "act", view)
    offer = offer_of(("forward", "like", "quote"), language=language)
    told, asked = prompts.messages(
        "joint" if pack == "joint" else "act", replace(view, scene=replace(view.scene, offer=offer))
    )
    assert str(told.content).startswith(f"{usual.content}\n\n")
    added = str(told.content).removeprefix(str(usual.content))
    assert "forward, like, quote, inactive" in added
    assert all(ACTIONS[name].sentences[language] in added for name in ("like", "quote"))
    assert (pack == "paper") == ("forward, like, quote, inactive" in str(asked.content))


def test_a_budget_has_room_for_further_actions() -> None:
    """What they take is taken from what users wrote."""
    pack, view = PromptPack.load("joint", "en", prompt_tokens=900), turn_view(["word " * 60] * 8)
    more = replace(view, scene=replace(view.scene, offer=offer_of(tuple(ACTIONS), language="en")))
    less = [len(str(pack.messages("joint", one)[1].content)) for one in (view, more)]
    assert less[0] > less[1]


@pytest.mark.parametrize("pack", ["joint", "paper"])
async def test_acts_that_are_bound_are_held_to_what_is_possible(pack: str) -> None:
    """Each kind of act is an alternative, with the numbers that it can have, and a text or none."""
    replies = [{"emotion": "calm"}, {"attitude": "positive"}, {"action": "forward", "target": 2}]
    client = ScriptedClient(
        [json.dumps(reply) for reply in replies] if pack == "paper" else [joint(action="post", text="x")]
    )
    bound = mind(client, pack, bound_acts=True)
    view = turn_view(["a", "b"])
    decision = await bound.act(view, await bound.appraise(view))
    asked = client.requests[-1].json_output
    assert isinstance(asked, type)
    sent = json.loads(response_format(asked))["json_schema"]["schema"]["anyOf"]
    fields = [{key: kind.get("enum") for key, kind in one["properties"].items()} for one in sent]
    assert [(one["action"], one["target"]) for one in fields] == [
        (["forward"], [1, 2]),
        (["post"], [0, 1, 2]),
        (["inactive"], [0]),
    ]
    assert all(one["required"] == list(one["properties"]) and one["additionalProperties"] is False for one in sent)
    if pack == "joint":
        assert [one["text"] for one in fields] == [[""], None, [""]]
    assert decision.action == ("post" if pack == "joint" else "forward")


def test_binding_acts_changes_no_digest_while_it_is_not_asked_for() -> None:
    """A scenario without it is what it was."""
    plain, bound = lively_scenario(["u0"]), lively_scenario(["u0"], model={"bound_acts": True})
    assert "bound_acts" not in plain.dump()["model"]
    assert plain.digest() == lively_scenario(["u0"], model={"bound_acts": False}).digest() != bound.digest()


@pytest.mark.parametrize("pack", ["joint", "paper"])
@pytest.mark.parametrize("bound", [True, False])
async def test_a_model_that_keeps_to_schemas_never_fails(bound: bool, pack: str, tmp_path: Path) -> None:
    """A random one does all that there is; without bounds its acts need one repair at most, which is replayed too."""
    society = society_of(9, [(a, b) for a in range(9) for b in range(9) if (a + 2 * b) % 3 and a != b])
    async with StubEndpoint() as endpoint:
        scenario = lively_scenario(
            ["u0", "u3"],
            actions=list(ACTIONS),
            cognition={"mode": "llm", "pack": pack, "spontaneous": 0.3},
            model={"url": endpoint.url, "name": "stub", "repairs": 0 if bound else 1, "bound_acts": bound},
            limits={"faults": 1.0, "prompt_tokens": 2000},
        )
        run = await Simulation(scenario, society, out=tmp_path / "run").run_async()
    assert run.faults().empty
    again = await Simulation.replay(tmp_path / "run", society, out=tmp_path / "again").run_async()
    assert again.fingerprint() == run.fingerprint()
    with reading(run.record) as db:
        acts = {action for (action,) in db.execute("SELECT action FROM turns")}
        shares = db.execute("SELECT max(p_forward + p_post + p_inactive) FROM turns WHERE mode != 'seed'").fetchone()[0]
    assert len(acts) >= 6
    assert shares <= 1.0 + 1e-9
