"""A mind that asks a model: which calls it makes, what it makes of the replies, and when it gives up."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pytest
from autogen_core.models import ChatCompletionTokenLogprob, CreateResult, RequestUsage, TopLogprob
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents.cognition.base import Cognition, Meter, Usage
from s3agents.cognition.llm import LlmCognition
from s3agents.errors import EndpointError, ReplyError
from s3agents.events import Action
from s3agents.labels import Attitude, Emotion
from s3agents.llm.base import Request
from s3agents.prompts import PromptPack, tidy
from s3agents.rng import Draws
from s3agents.state import AttitudeBelief, EmotionBelief
from s3agents.testing.scripted_client import ScriptedClient, text_result
from s3agents.testing.turn_views import turn_view

VIEW = turn_view(["Tax it!", "No more taxes"], memories=["I said so"])
JOINT = {"emotion": "intense", "attitude": "negative", "action": "inactive", "target": 0, "text": ""}
PAPER: dict[str, dict[str, Any]] = {
    "EmotionReply": {"emotion": "moderate"},
    "AttitudeReply": {"attitude": "negative"},
    "ActReply": {"action": "post", "target": 2},
    "WriteReply": {"text": " Not with\nme! "},
}


def _mind(client: ScriptedClient, pack: str = "joint", **changes: Any) -> LlmCognition:
    sampling = {"temperature": 0.5, "max_tokens": 99, "logprobs": False, "repairs": 2}
    return LlmCognition(client, _pack(pack), **{**sampling, **changes})


@lru_cache
def _pack(name: str) -> PromptPack:
    return PromptPack.load(name, "en")


def _joint(**changes: Any) -> str:
    return json.dumps(JOINT | changes)


def _name(request: Request) -> str:
    assert isinstance(request.json_output, type)
    return request.json_output.__name__


def _paper(**changes: Mapping[str, Any]) -> ScriptedClient:
    replies = PAPER | changes
    return ScriptedClient(lambda request: json.dumps(replies[_name(request)]))


def _prompt(client: ScriptedClient, call: int) -> str:
    return str(client.requests[call].messages[1].content)


async def test_joint_settles_a_turn_in_one_call() -> None:
    """Emotion, attitude and plan come from one reply; acting costs nothing more."""
    client = ScriptedClient([_joint(action="post", text="So be it", target=2)])
    mind: Cognition = _mind(client)
    view = replace(VIEW, meter=Meter())
    appraisal = await mind.appraise(view)
    assert mind.mode == "llm/joint"
    assert appraisal.emotion == EmotionBelief.certain(Emotion.INTENSE)
    assert appraisal.attitude == AttitudeBelief.certain(Attitude.NEGATIVE)
    plan = await mind.act(view, appraisal)
    assert view.meter.usage == Usage(1, 10, 5)
    assert plan is appraisal.plan
    assert (plan.action, plan.text, plan.target, plan.p) == (Action.POST, "So be it", VIEW.perceived[1].post.id, None)
    assert len(client.requests) == 1


async def test_paper_asks_stage_by_stage() -> None:
    """Emotion, attitude, act and text are asked for in this order, each told what the one before came to."""
    client = _paper()
    mind = _mind(client, "paper")
    view = replace(VIEW, meter=Meter())
    appraisal = await mind.appraise(view)
    decision = await mind.act(view, appraisal)
    assert [_name(request) for request in client.requests] == list(PAPER)
    assert mind.mode == "llm/paper"
    assert (appraisal.emotion.level, appraisal.attitude.stance) == (Emotion.MODERATE, Attitude.NEGATIVE)
    assert (decision.action, decision.text, decision.target) == (Action.POST, "Not with me!", VIEW.perceived[1].post.id)
    assert "emotion until now: calm" in _prompt(client, 0)
    assert "emotion is moderate. Your attitude until now: positive" in _prompt(client, 1)
    assert all("emotion is moderate, your attitude negative" in _prompt(client, call) for call in (2, 3))
    assert "an answer to post 2" in _prompt(client, 3)
    assert appraisal.plan is None
    assert view.meter.usage == Usage(4, 40, 20)


@pytest.mark.parametrize(
    ("act", "calls"), [({"action": "forward", "target": 1}, 3), ({"action": "inactive", "target": 2}, 3)]
)
async def test_paper_writes_only_posts(act: Mapping[str, Any], calls: int) -> None:
    """A forward and doing nothing need no text; who does nothing has no target."""
    client = _paper(ActReply=act)
    mind = _mind(client, "paper")
    decision = await mind.act(VIEW, await mind.appraise(VIEW))
    assert len(client.requests) == calls
    assert decision.text is None
    assert decision.target == (VIEW.perceived[0].post.id if act["action"] == "forward" else None)


async def test_the_prefix_is_shared_between_stages_and_agents() -> None:
    """All calls of all agents start with one system message; those of a turn go on with the same profile and posts."""
    client = _paper()
    mind = _mind(client, "paper")
    for view in (VIEW, turn_view(["Other", "one"], draws=Draws(1, "you", 4))):
        await mind.act(view, await mind.appraise(view))
    assert len({request.messages[0].content for request in client.requests}) == 1
    assert len({_prompt(client, call).partition("\n\nYour")[0] for call in range(4)}) == 1


async def test_requests_carry_derived_seeds() -> None:
    """Seed, temperature and limit go with each request; the seed depends on agent, tick, stage and attempt alone."""

    async def seeds(view: Any) -> list[int]:
        client = _paper(WriteReply={"text": ""})
        mind = _mind(client, "paper", repairs=1)
        appraisal = await mind.appraise(view)
        with pytest.raises(ReplyError):
            await mind.act(view, appraisal)
        assert all(set(r.args) == {"seed", "temperature", "max_tokens"} for r in client.requests)
        assert {(r.args["temperature"], r.args["max_tokens"]) for r in client.requests} == {(0.5, 99)}
        return [request.args["seed"] for request in client.requests]

    first = await seeds(VIEW)
    assert first == [VIEW.draws.model_seed(p) for p in ("emotion/0", "attitude/0", "act/0", "write/0", "write/1")]
    assert len(set(first)) == 5
    assert await seeds(turn_view(["quite another", "post"])) == first
    assert set(await seeds(replace(VIEW, draws=Draws(1, "you", 4)))).isdisjoint(first)


async def test_log_probabilities_are_asked_for_only_if_wanted() -> None:
    """``logprobs`` and ``top_logprobs`` go with a request only where probabilities are wanted."""
    client = ScriptedClient([_joint()])
    await _mind(client, logprobs=True).appraise(VIEW)
    await _mind(client).appraise(VIEW)
    asked, not_asked = (request.args for request in client.requests)
    assert (asked["logprobs"], asked["top_logprobs"]) == (True, 8)
    assert not {"logprobs", "top_logprobs"} & set(not_asked)


def _told(reply: Mapping[str, Any], chances: Mapping[str, Mapping[str, float]]) -> CreateResult:
    """``reply`` as one token a character, with ``chances`` of first letters where the labels start."""
    content = json.dumps(reply)
    tokens = [ChatCompletionTokenLogprob(token=c, logprob=-0.1, bytes=list(c.encode())) for c in content]
    for key, letters in chances.items():
        at = content.index('"', content.index(f'"{key}"') + len(key) + 2) + 1
        tokens[at].top_logprobs = [TopLogprob(math.log(p), list(c.encode())) for c, p in letters.items()]
    return CreateResult(finish_reason="stop", content=content, usage=RequestUsage(7, 3), cached=False, logprobs=tokens)


CHANCES = {"emotion": {"c": 0.2, "m": 0.1, "i": 0.1}, "attitude": {"p": 0.3, "n": 0.9}, "action": {"i": 0.8, "f": 0.2}}


async def test_probabilities_come_from_log_probabilities() -> None:
    """The label is the one replied; its probabilities are those of the alternatives, whichever was drawn."""
    client = ScriptedClient([_told(JOINT, CHANCES)])
    appraisal = await _mind(client, logprobs=True).appraise(VIEW)
    assert appraisal.emotion == EmotionBelief(level=Emotion.INTENSE, p=(0.5, 0.25, 0.25))
    assert appraisal.attitude == AttitudeBelief(stance=Attitude.NEGATIVE, p_positive=0.25)
    assert appraisal.plan is not None
    assert appraisal.plan.p == {Action.FORWARD: 0.2, Action.POST: 0.0, Action.INACTIVE: 0.8}


async def test_paper_has_probabilities_too() -> None:
    """Each stage's own label has its probabilities."""
    client = ScriptedClient(
        lambda request: _told(PAPER[_name(request)], {k: v for k, v in CHANCES.items() if k in PAPER[_name(request)]})
    )
    mind = _mind(client, "paper", logprobs=True)
    appraisal = await mind.appraise(VIEW)
    decision = await mind.act(VIEW, appraisal)
    assert appraisal.emotion.p == (0.5, 0.25, 0.25)
    assert appraisal.attitude.p_positive == 0.25
    assert decision.p is not None
    assert decision.p[Action.INACTIVE] == pytest.approx(0.8 / (0.8 + 0.2 + math.exp(-0.1)))


async def test_an_unusable_reply_is_asked_for_again() -> None:
    """The second reply counts, and both are paid for; the prompt stays the same."""
    cut = text_result('{"emotion": "ca').model_copy(update={"finish_reason": "length"})
    client = ScriptedClient([cut, "no JSON", _joint()])
    view = replace(VIEW, meter=Meter())
    appraisal = await _mind(client).appraise(view)
    assert appraisal.emotion.level is Emotion.INTENSE
    assert view.meter.usage == Usage(3, 30, 15)
    assert len({_prompt(client, call) for call in range(3)}) == 1


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        ("I cannot do that.", "not_json"),
        (_joint(emotion="happy"), "schema"),
        (_joint(action="post"), "schema"),
        (_joint(action="post", text="\u200b \n"), "schema"),
        (_joint(action="forward"), "target"),
        (_joint(action="forward", target=3), "schema"),
    ],
)
async def test_a_reply_that_stays_unusable_is_a_fault(reply: str, cause: str) -> None:
    """After the repairs the error is raised with its cause; nothing is made up."""
    client = ScriptedClient([reply])
    with pytest.raises(ReplyError) as caught:
        await _mind(client, repairs=1).appraise(VIEW)
    assert caught.value.cause == cause
    assert len(client.requests) == 2


async def test_no_repairs_means_one_attempt() -> None:
    """With 0 repairs the first unusable reply is the last."""
    client = ScriptedClient(["nothing", _joint()])
    with pytest.raises(ReplyError):
        await _mind(client, repairs=0).appraise(VIEW)
    assert len(client.requests) == 1


async def test_a_failing_endpoint_is_not_asked_again() -> None:
    """Retries are not the mind's business: the error passes through."""
    down = EndpointError("down", cause="timeout", transient=True)
    client = ScriptedClient([down])
    with pytest.raises(EndpointError) as caught:
        await _mind(client).appraise(VIEW)
    assert caught.value is down
    assert len(client.requests) == 1


async def test_a_refusal_is_asked_again() -> None:
    """A client that raises for a reply it cannot use is asked again like any other."""
    client = ScriptedClient([ReplyError("declined", cause="refusal"), _joint()])
    view = replace(VIEW, meter=Meter())
    await _mind(client).appraise(view)
    assert view.meter.usage == Usage(1, 10, 5)


async def test_a_forward_of_the_only_post_needs_no_number() -> None:
    """Where one post was read, a forward without a number means that one."""
    client = ScriptedClient([_joint(action="forward")])
    view = turn_view(["the only one"])
    plan = (await _mind(client).appraise(view)).plan
    assert plan is not None
    assert plan.target == view.perceived[0].post.id


@pytest.mark.parametrize("pack", ["joint", "paper"])
async def test_a_spontaneous_turn_cannot_forward(pack: str) -> None:
    """With nothing perceived the schema has no forward, and a forward all the same is refused."""
    act = {"action": "forward", "target": 0}
    client = _paper(ActReply=act, JointReply=JOINT | act)
    mind = _mind(client, pack)
    with pytest.raises(ReplyError, match=r"post.* or .*inactive"):
        await mind.act(turn_view(), await mind.appraise(turn_view()))


async def test_a_spontaneous_turn_can_post() -> None:
    """With nothing perceived a post answers nobody."""
    client = _paper(ActReply={"action": "post", "target": 0})
    mind = _mind(client, "paper")
    decision = await mind.act(turn_view(), await mind.appraise(turn_view()))
    assert (decision.action, decision.target, decision.text) == (Action.POST, None, "Not with me!")
    assert "a post of your own" in _prompt(client, 3)


@pytest.mark.parametrize("pack", ["joint", "paper"])
@settings(deadline=None, max_examples=50)
@given(text=st.text() | st.text(min_size=300))
async def test_own_text_is_tidy_or_refused(pack: str, text: str) -> None:
    """Whatever a model writes: a post has one line, nothing invisible, the length of a post, and says something."""
    client = _paper(WriteReply={"text": text}, JointReply=JOINT | {"action": "post", "text": text})
    mind = _mind(client, pack, repairs=0)
    if not tidy(text, 280):
        with pytest.raises(ReplyError, match="says something"):
            await mind.act(VIEW, await mind.appraise(VIEW))
        return
    decision = await mind.act(VIEW, await mind.appraise(VIEW))
    assert decision.text == tidy(text, 280)


async def test_text_without_a_post_counts_for_nothing() -> None:
    """A model that chats while doing nothing publishes nothing."""
    client = ScriptedClient([_joint(text="I stay out of this")])
    plan = (await _mind(client).appraise(VIEW)).plan
    assert plan is not None
    assert plan.text is None
