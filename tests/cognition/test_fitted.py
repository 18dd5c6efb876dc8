"""A learnt mind: acts at the learnt rates and delays, reads what it wrote, and decides on a cascade once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from s3agents.behaviour.delay import STEPS, Delays
from s3agents.behaviour.model import BehaviourModel
from s3agents.behaviour.model_facts import PARTS, BehaviourFacts, PartFacts
from s3agents.behaviour.outcome import Outcome
from s3agents.behaviour.readers import AttitudeReader, EmotionReader
from s3agents.cognition.base import Decision, TurnView
from s3agents.cognition.fitted import FittedCognition
from s3agents.config.cognition import FittedSection, RulesSection
from s3agents.events import Action, Delivery, Post, Source
from s3agents.ids import UserId, post_id
from s3agents.labels import Attitude, Emotion
from s3agents.rng import Draws
from s3agents.state import Heard, Intention
from s3agents.testing.turn_views import turn_view
from s3agents.traits.learnt.heads import Heads
from s3agents.traits.learnt.ngrams import features_of

PHRASES = {Attitude.POSITIVE: "Yes.", Attitude.NEGATIVE: "No."}


def _word_head(words: list[str]) -> Heads:
    """One head for each word, which is all that it looks at."""
    found = [features_of([word]) for word in words]
    columns = np.unique(np.concatenate([one.columns for one in found]))
    weights = np.zeros((len(words), len(columns)))
    for k, one in enumerate(found):
        weights[k, np.searchsorted(columns, one.columns)] = 20.0 * one.values
    intercepts = np.full(len(words), -8.0, dtype=np.float32)
    return Heads(columns.astype(np.int32), weights.astype(np.float32), intercepts, 1.0)


def _model(forward: float = 0.3, post: float = 0.1, minutes: float = 0.0, **fields: Any) -> BehaviourModel:
    """A model whose probabilities are the same for every exposure."""

    def rate(p: float) -> Outcome:
        return Outcome(None, 0.0, float(np.log(p / (1 - p))))

    parts = {name: PartFacts(method="by hand") for name in PARTS}
    facts = BehaviourFacts(name="toy", parts=parts, folds=2, seed=0, versions={}, **fields.pop("facts", {}))
    delays = Delays(np.zeros(1), np.full((1, STEPS + 1), minutes))
    return BehaviourModel(facts=facts, outcomes={"forward": rate(forward), "post": rate(post)}, delays=delays, **fields)


def _mind(model: BehaviourModel, **parameters: Any) -> FittedCognition:
    return FittedCognition(model, FittedSection(**parameters), rules=RulesSection(), phrases=PHRASES)


async def _act(mind: FittedCognition, view: TurnView) -> Decision:
    return await mind.act(view, await mind.appraise(view))


async def _shares(mind: FittedCognition, view_of: Callable[[int], TurnView], n: int = 2000) -> dict[Action, float]:
    made = [(await _act(mind, view_of(i))).action for i in range(n)]
    return {action: made.count(action) / n for action in Action}


def _view(i: int, posts: tuple[str, ...] = ("News!",), **changes: Any) -> TurnView:
    return turn_view(posts, draws=Draws(i, "me", 4), **changes)


async def test_agents_act_at_the_learnt_rates() -> None:
    """Forward with the learnt probability, answer with that of those who do not forward."""
    mind = _mind(_model(forward=0.3, post=0.1))
    shares = await _shares(mind, _view)
    assert shares[Action.FORWARD] == pytest.approx(0.3, abs=0.03)
    assert shares[Action.POST] == pytest.approx(0.07, abs=0.02)
    decision = await _act(mind, _view(0))
    assert decision.p is not None
    assert sum(decision.p.values()) == pytest.approx(1.0)
    assert decision.p[Action.FORWARD] == pytest.approx(0.3)


async def test_several_cascades_are_several_chances() -> None:
    """One of two comes to be forwarded more often than one alone."""
    decision = await _act(_mind(_model(forward=0.3)), _view(0, ("News!", "More!")))
    assert decision.p is not None
    assert decision.p[Action.FORWARD] == pytest.approx(1 - 0.7**2)


async def test_the_base_rate_is_a_factor_on_the_odds() -> None:
    """Odds of 3 to 7, doubled."""
    decision = await _act(_mind(_model(forward=0.3), base_rate=2.0), _view(0))
    assert decision.p is not None
    assert decision.p[Action.FORWARD] == pytest.approx(6 / 13)


@pytest.mark.parametrize(("minutes", "scale", "delay"), [(0, 1, 0), (60, 1, 0), (180, 1, 2), (180, 2, 5), (180, 0, 0)])
async def test_acts_wait_as_long_as_they_did(minutes: float, scale: float, delay: int) -> None:
    """Ticks of an hour; a post published in the tick before can be acted on in this one at the soonest."""
    mind = _mind(_model(forward=0.999999, minutes=minutes), time_scale=scale)
    decision = await _act(mind, _view(0))
    assert (decision.action, decision.delay) == (Action.FORWARD, delay)


async def test_a_cascade_is_decided_on_once() -> None:
    """Heard of in an earlier turn, intended or shared: further posts of it change nothing."""
    mind = _mind(_model(forward=0.999999))
    view = _view(0)
    root = view.perceived[0].post.root
    assert (await _act(mind, view)).action is Action.FORWARD
    heard = (Heard(root=root, times=2, since=view.tick - 1),)
    intended = (Intention(decided=3, due=9, action=Action.FORWARD, root=root, text="x"),)
    for again in (replace(view, heard=heard), replace(view, intentions=intended), replace(view, shared=(root,))):
        decision = await _act(mind, again)
        assert decision.action is Action.INACTIVE
        assert decision.p == {Action.FORWARD: 0.0, Action.POST: 0.0, Action.INACTIVE: 1.0}
    now = (Heard(root=root, times=1, since=view.tick),)
    assert (await _act(mind, replace(view, heard=now))).action is Action.FORWARD


async def test_nothing_read_is_nothing_done() -> None:
    """Without mail an agent does nothing."""
    assert (await _act(_mind(_model()), _view(0, ()))).action is Action.INACTIVE


async def test_an_own_post_says_what_its_author_feels_and_thinks() -> None:
    """The level and the side of what the agent itself wrote, not a step from its state."""
    emotion, sides = (
        EmotionReader(_word_head(["calm", "so", "outrage"])),
        AttitudeReader(answering=_word_head(["true"])),
    )
    mind = _mind(_model(emotion=emotion, attitude=sides))
    me = UserId("me")
    for text, level, side in (("outrage", Emotion.INTENSE, Attitude.NEGATIVE), ("true", None, Attitude.POSITIVE)):
        post = Post(id=post_id(3, me, 0), author=me, tick=3, text=text, root=post_id(3, me, 0))
        appraisal = await mind.appraise(_view(0, perceived=(Delivery(post=post, source=Source.SELF),)))
        assert level is None or appraisal.emotion.level is level
        assert appraisal.attitude.stance is side
        assert sum(appraisal.emotion.p) == pytest.approx(1.0)


async def test_others_move_an_agent_a_step() -> None:
    """By what their texts express: intense posts raise the level, sides draw the attitude."""
    emotion, sides = (
        EmotionReader(_word_head(["calm", "so", "outrage"])),
        AttitudeReader(answering=_word_head(["true"])),
    )
    mind = _mind(_model(emotion=emotion, attitude=sides))
    loud, quiet = [await mind.appraise(_view(0, (text,) * 3)) for text in ("outrage", "calm")]
    assert loud.emotion.p[1] > quiet.emotion.p[1]
    believed = await mind.appraise(_view(0, ("true",)))
    assert believed.attitude.p_positive > 0.99


async def test_learnt_transitions_are_used_where_there_are_some() -> None:
    """The next level comes from the table, given the one before."""
    table = ((0.1, 0.2, 0.7), (0.0, 0.0, 1.0), (1.0, 0.0, 0.0))
    mind = _mind(_model(facts={"emotion_step": table, "attitude_step": ((0.5, 0.5), (1.0, 0.0))}))
    appraisal = await mind.appraise(_view(0))
    assert appraisal.emotion.p == table[0]


async def test_the_target_of_a_text_is_the_topic_or_an_attribute() -> None:
    """Where the reader tells several targets apart."""
    reader = AttitudeReader(targets=("cats", "dogs"), towards=_word_head(["purr", "bark"]))
    mind = _mind(_model(attitude=reader))
    me = UserId("me")
    post = Post(id=post_id(3, me, 0), author=me, tick=3, text="purr", root=post_id(3, me, 0))
    view = _view(0, perceived=(Delivery(post=post, source=Source.SELF),))
    of = {
        topic: (await mind.appraise(replace(view, scene=replace(view.scene, topic=topic)))).attitude.stance
        for topic in ("Cats", "dogs")
    }
    assert of == {"Cats": Attitude.POSITIVE, "dogs": Attitude.NEGATIVE}
    owner = replace(view.persona, extra={"target": "cats"})
    assert (await mind.appraise(replace(view, persona=owner))).attitude.stance is Attitude.POSITIVE
    assert (await mind.appraise(view)).attitude == view.attitude


async def test_it_can_be_told_to_write() -> None:
    """The sentence of its side."""
    assert await _mind(_model()).write(_view(0)) in PHRASES.values()
