"""RulesCognition: what textbook agents make of their posts."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from s3agents.cognition.base import Appraisal, Scene, TurnView
from s3agents.cognition.rules import RulesCognition
from s3agents.config.cognition import RulesSection
from s3agents.events import Action, Delivery, Post, Source
from s3agents.ids import PostId, UserId
from s3agents.labels import Attitude, Emotion
from s3agents.persona import Persona
from s3agents.rng import Draws
from s3agents.state import AttitudeBelief, EmotionBelief

PHRASES = {Attitude.POSITIVE: "yes", Attitude.NEGATIVE: "no"}


def post(n: int, **fields: Any) -> Post:
    """A post of another user."""
    return Post(id=PostId(f"p{n}"), author=UserId(f"a{n}"), tick=0, text="text", root=PostId(f"p{n}"), **fields)


def view(posts: list[Post], *, p_positive: float = 0.5, seed: int = 0) -> TurnView:
    """The view of an agent that reads ``posts``."""
    stance = Attitude.POSITIVE if p_positive >= 0.5 else Attitude.NEGATIVE
    return TurnView(
        scene=Scene(topic="t", question="q"),
        persona=Persona(id=UserId("me")),
        emotion=EmotionBelief.certain(Emotion.CALM),
        attitude=AttitudeBelief(stance=stance, p_positive=p_positive),
        tick=1,
        perceived=tuple(Delivery(post=p, source=Source.FOLLOWEE) for p in posts),
        recalled=(),
        draws=Draws(seed, "me", 1),
    )


async def appraised(rules: RulesSection, seen: TurnView) -> Appraisal:
    """What an agent of ``rules`` makes of ``seen``."""
    return await RulesCognition(rules, phrases=PHRASES).appraise(seen)


async def test_positive_posts_raise_the_positive_opinion() -> None:
    """Bounded confidence draws the opinion towards what is read."""
    appraisal = await appraised(RulesSection(convergence=0.5), view([post(1, attitude=Attitude.POSITIVE)]))
    assert appraisal.attitude.p_positive == 0.75


async def test_opinions_out_of_bounds_are_ignored() -> None:
    """A post too far from the reader's opinion does not move it."""
    seen = view([post(1, attitude=Attitude.NEGATIVE)], p_positive=0.9)
    assert (await appraised(RulesSection(confidence=0.5), seen)).attitude.p_positive == 0.9


async def test_calm_posts_leave_calm() -> None:
    """Contagion needs an intensity to pass on."""
    appraisal = await appraised(RulesSection(contagion=1.0), view([post(1, emotion=Emotion.CALM)]))
    assert appraisal.emotion.level is Emotion.CALM
    intense = await appraised(RulesSection(contagion=1.0), view([post(1, emotion=Emotion.INTENSE)]))
    assert intense.emotion.level is Emotion.MODERATE


async def test_certain_forwarding_forwards_and_none_never() -> None:
    """A chance of one always forwards one of the posts read; a chance of zero never does anything."""
    seen = view([post(1), post(2)])
    eager = RulesCognition(RulesSection(forward=1.0), phrases=PHRASES)
    decision = await eager.act(seen, await eager.appraise(seen))
    assert decision.action is Action.FORWARD
    assert decision.target in {"p1", "p2"}
    idle = RulesCognition(RulesSection(forward=0.0, post=0.0), phrases=PHRASES)
    assert (await idle.act(seen, await idle.appraise(seen))).action is Action.INACTIVE


async def test_own_posts_say_what_the_author_thinks() -> None:
    """The words of a post are those of the author's side."""
    mind = RulesCognition(RulesSection(forward=0.0, post=1.0), phrases=PHRASES)
    seen = view([], p_positive=1.0)
    decision = await mind.act(seen, await mind.appraise(seen))
    assert (decision.action, decision.text) == (Action.POST, "yes")


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 5), st.floats(0, 1), st.integers(0, 99))
async def test_decisions_come_with_probabilities(
    forward: float, own: float, posts: int, p_positive: float, seed: int
) -> None:
    """Probabilities of the three actions sum to one, and the action taken is a possible one."""
    mind = RulesCognition(RulesSection(forward=forward, post=own), phrases=PHRASES)
    seen = view([post(n, attitude=Attitude.POSITIVE) for n in range(posts)], p_positive=p_positive, seed=seed)
    decision = await mind.act(seen, await mind.appraise(seen))
    assert decision.p is not None
    assert abs(sum(decision.p.values()) - 1) < 1e-9
    assert decision.p[decision.action] > 0
