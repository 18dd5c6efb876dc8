"""The contract of minds: ours keep to it, and a mind with anything wrong is found out."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from s3agents.behaviour.delay import STEPS, Delays
from s3agents.behaviour.model import BehaviourModel
from s3agents.behaviour.model_facts import PARTS, BehaviourFacts, PartFacts
from s3agents.behaviour.outcome import Outcome
from s3agents.cognition.base import Appraisal, Cognition, Decision, TurnView, Writer
from s3agents.cognition.fitted import FittedCognition
from s3agents.cognition.foreign import foreign_cognition
from s3agents.cognition.llm import LlmCognition
from s3agents.cognition.rules import RulesCognition
from s3agents.config.cognition import FittedSection, RulesSection
from s3agents.errors import BudgetError, EndpointError, ReplyError
from s3agents.events import Action
from s3agents.ids import PostId
from s3agents.labels import Attitude
from s3agents.llm.base import Request
from s3agents.prompts import PromptPack
from s3agents.testing.cognition_contract import CognitionContract, many_views
from s3agents.testing.scripted_client import ScriptedClient

PHRASES = {Attitude.POSITIVE: "Yes.", Attitude.NEGATIVE: "No."}


class TestRules(CognitionContract):
    def make_cognition(self) -> RulesCognition:
        """Textbook models."""
        return RulesCognition(RulesSection(forward=0.3, post=0.3), phrases=PHRASES)


class TestFitted(CognitionContract):
    def make_cognition(self) -> FittedCognition:
        """A model whose probabilities are the same for every exposure."""
        rate = {"forward": Outcome(None, 0.0, float(np.log(0.3 / 0.7))), "post": Outcome(None, 0.0, -2.0)}
        facts = BehaviourFacts(
            name="toy", parts={name: PartFacts(method="by hand") for name in PARTS}, folds=2, seed=0, versions={}
        )
        model = BehaviourModel(facts=facts, outcomes=rate, delays=Delays(np.zeros(1), np.full((1, STEPS + 1), 30.0)))
        return FittedCognition(model, FittedSection(), rules=RulesSection(), phrases=PHRASES)


@lru_cache
def _pack() -> PromptPack:
    return PromptPack.load("joint", "en")


class TestModel(CognitionContract):
    def make_cognition(self) -> LlmCognition:
        """A mind that asks a model, whose answers are functions of what it was asked."""

        def answer(request: Request) -> str:
            length = len(str(request.messages[-1].content))
            mood, side = ("calm", "moderate", "intense")[length % 3], ("positive", "negative")[length % 2]
            return json.dumps({"emotion": mood, "attitude": side, "action": "post", "target": 0, "text": "Well."})

        client = ScriptedClient(answer)
        return LlmCognition(client, _pack(), temperature=0.0, max_tokens=99, logprobs=False, repairs=0)


class TestForeign(TestRules):
    def make_cognition(self) -> Cognition:  # type: ignore[override]
        """What a plugin's mind becomes in a run."""
        return foreign_cognition(super().make_cognition(), "mode mine")


class _Double:
    """A mind that forwards the first post it reads, with something wrong."""

    mode: Any = "double"

    def __init__(self, wrong: str = "") -> None:
        self._wrong, self._seen = wrong, 0
        if wrong == "name":
            self.mode = " "

    async def appraise(self, view: TurnView) -> Any:
        if self._wrong == "mixes":
            self._now = view
            await asyncio.sleep(0)
            view = self._now
        if self._wrong == "feels":
            emotion = SimpleNamespace(level=view.emotion.level, p=(0.9, 0.9, 0.9))
            return Appraisal(emotion=emotion, attitude=view.attitude)  # type: ignore[arg-type]
        return Appraisal(emotion=view.emotion, attitude=view.attitude)

    async def act(self, view: TurnView, appraisal: Appraisal) -> Any:
        self._seen += 1
        if self._wrong == "elsewhere":
            return Decision(action=Action.FORWARD, target=PostId("0.0.nobody"))
        if self._wrong == "remembers" and self._seen > 10:
            return Decision(action=Action.INACTIVE)
        if self._wrong == "mixes":
            return Decision(action=Action.POST, text=str(self._now.persona.id))
        if self._wrong == "guesses":
            return Decision(action=Action.POST, text=str(random.random()))
        if not view.perceived:
            return Decision(action=Action.INACTIVE)
        p = {Action.FORWARD: 1.0, Action.INACTIVE: 0.5} if self._wrong == "sums" else {Action.FORWARD: 1.0}
        return Decision(action=Action.FORWARD, target=view.perceived[0].post.id, p=p)


class _Anew(_Double):
    """Another one each time that it is made."""

    made = 0

    async def act(self, view: TurnView, appraisal: Appraisal) -> Any:
        return Decision(action=Action.POST, text=f"I am the {self._number}.")

    def __init__(self) -> None:
        super().__init__()
        _Anew.made += 1
        self._number = _Anew.made


class TestDouble(CognitionContract):
    def make_cognition(self) -> _Double:
        """With nothing wrong."""
        return _Double()


BROKEN: list[tuple[Callable[[], Any], str]] = [
    (lambda: _Double("name"), "test_it_has_a_name"),
    (lambda: _Double("feels"), "test_feelings_and_sides_are_probabilities"),
    (lambda: _Double("elsewhere"), "test_what_it_decides_can_be_done"),
    (lambda: _Double("sums"), "test_probabilities_of_actions_sum_to_1"),
    (_Anew, "test_the_same_view_gives_the_same_turn"),
    (lambda: _Double("remembers"), "test_it_keeps_nothing_between_turns"),
    (lambda: _Double("mixes"), "test_turns_at_once_do_not_mix"),
    (lambda: _Double("guesses"), "test_chance_comes_from_the_view_alone"),
]


@pytest.mark.parametrize(("make", "test"), BROKEN, ids=[test for _, test in BROKEN])
def test_a_mind_with_something_wrong_is_found_out(make: Callable[[], Any], test: str, run_suite: Any) -> None:
    """Each test of the suite finds what it is there for."""
    with pytest.raises((AssertionError, ReplyError)):
        run_suite(CognitionContract, "make_cognition", make, test)


def test_every_test_of_the_suite_can_fail() -> None:
    """There is a double that fails it."""
    assert {name for name in dir(CognitionContract) if name.startswith("test_")} == {test for _, test in BROKEN}


class _Failing(_Double):
    """A mind that raises, or answers with something else."""

    def __init__(self, outcome: Any) -> None:
        super().__init__()
        self._outcome = outcome

    async def act(self, view: TurnView, appraisal: Appraisal) -> Any:
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome


async def _act(outcome: Any) -> Decision:
    mind, view = (
        foreign_cognition(_Failing(outcome), "plugin 'mine' of mine 1.0", secrets=["sk-secret"]),
        many_views()[-1],
    )
    return await mind.act(view, await mind.appraise(view))


@pytest.mark.parametrize("outcome", [KeyError("sk-secret"), None, "forward"], ids=repr)
async def test_what_a_mind_of_others_raises_is_the_fault_of_a_turn(outcome: Any) -> None:
    """With its name, its package, and no secret."""
    with pytest.raises(ReplyError, match=r"plugin 'mine' of mine 1\.0") as failed:
        await _act(outcome)
    assert failed.value.cause == "plugin"
    assert "secret" not in str(failed.value)


@pytest.mark.parametrize("error", [EndpointError("gone", cause="timeout", transient=True), BudgetError("spent")])
async def test_errors_of_ours_pass_through_a_mind_of_others(error: Exception) -> None:
    """A client that it was given says by them what became of a request, or ends the run."""
    with pytest.raises(type(error)) as failed:
        await _act(error)
    assert failed.value is error


async def test_a_mind_of_others_can_be_told_to_write_if_it_can_write() -> None:
    """And not every mind can."""
    view = replace(many_views()[0])
    rules = foreign_cognition(RulesCognition(RulesSection(), phrases=PHRASES), "rules")
    assert isinstance(rules, Writer)
    assert await rules.write(view) in PHRASES.values()
    assert not isinstance(foreign_cognition(_Double(), "double"), Writer)
