"""AgentContract: what every class of agents has to keep to, as tests.

Needs the package ``pytest``. For a class of your own::

    class TestMyAgent(AgentContract):
        def make_agent(self, persona: Persona, mind: Mind, state: AgentState | None = None) -> Agent:
            return MyAgent(persona, mind, state=state, share=0.5)
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from s3agents.agents.base import Agent
from s3agents.cognition.announce import Announcement, Passed
from s3agents.cognition.base import Appraisal, Decision, Scene, TurnView
from s3agents.cognition.in_hand import take_alone
from s3agents.cognition.mind import Mind
from s3agents.cognition.rules import RulesCognition
from s3agents.cognition.turn import TurnResult
from s3agents.config.cognition import RulesSection
from s3agents.config.memory import AUTHENTICITY, WeightsSection
from s3agents.embed.hashing import HashingEmbedder
from s3agents.errors import ReplyError
from s3agents.events import Delivery, Post, Source
from s3agents.ids import UserId, post_id, text_id
from s3agents.labels import Attitude, Emotion
from s3agents.memory.influence import Influence
from s3agents.memory.local import LocalStore
from s3agents.memory.text_table import TextTable
from s3agents.persona import Persona
from s3agents.state import AgentState
from s3agents.testing.chance import without_chance

__all__ = ["AgentContract", "a_mind", "some_deliveries"]

_ME = Persona(id=UserId("me"), bio="I bake with sugar.", age=34)
_SAYS = {Attitude.POSITIVE: "Yes.", Attitude.NEGATIVE: "No."}
_TICKS = 4


class _Failing:
    """A mind that can be had no reply of."""

    mode = "failing"

    async def appraise(self, view: TurnView) -> Appraisal:
        raise ReplyError("no answer", cause="timeout")

    async def act(self, view: TurnView, appraisal: Appraisal) -> Decision:
        raise ReplyError("no answer", cause="timeout")


def a_mind(*, fails: bool = False) -> Mind:
    """A mind by textbook models that often acts, with a memory of its own; or one whose turns all fail."""
    rules = RulesCognition(RulesSection(forward=0.4, post=0.5, contagion=0.5), phrases=_SAYS)
    return Mind(
        scene=Scene(topic="A tax on sugar is proposed.", question="Should sugar be taxed?"),
        cognition=_Failing() if fails else rules,
        store=LocalStore(HashingEmbedder(64)),
        influence=Influence(WeightsSection(), AUTHENTICITY, 6.0),
        capacity=4,
    )


def some_deliveries(tick: int) -> list[Delivery]:
    """The mail of a tick: one post more than in the tick before, in their total order."""
    posts = [_post(UserId(f"author {n}"), tick - 1) for n in range(tick % 4)]
    return [Delivery(post=post, source=list(Source)[1 + n % 3]) for n, post in enumerate(posts)]


class AgentContract:
    """An agent takes turns that change nothing of it until it is told, and goes on from its state."""

    def make_agent(self, persona: Persona, mind: Mind, state: AgentState | None = None) -> Agent:
        """An agent; every call gives one with the same settings."""
        raise NotImplementedError

    def test_it_is_the_user_that_it_is_made_for(self) -> None:
        """With the mind that it is given, and a state to begin with, which is always the same."""
        mind = a_mind()
        agent, other = self.make_agent(_ME, mind), self.make_agent(_ME, mind)
        assert agent.persona == _ME
        assert agent.mind is mind
        assert agent.profile.id == text_id(agent.profile.text)
        assert isinstance(agent.state, AgentState)
        assert agent.state == other.state

    def test_it_is_made_with_a_state(self) -> None:
        """That of a checkpoint, from which it goes on as the one would whose it was."""

        async def parted() -> tuple[list[TurnResult], list[TurnResult]]:
            mind = a_mind()
            one = self.make_agent(_ME, mind)
            first = [await _settled(one, tick) for tick in range(2)]
            other = self.make_agent(_ME, mind, one.state)
            assert other.state == one.state
            rest = [[await _settled(agent, tick) for tick in range(2, _TICKS)] for agent in (one, other)]
            return [*first, *rest[0]], [*first, *rest[1]]

        went_on, anew = _run(parted())
        assert went_on == anew

    def test_a_turn_changes_nothing_before_it_is_settled(self) -> None:
        """A turn that is taken again, after a crash, comes to the same."""

        async def twice() -> tuple[TurnResult, TurnResult]:
            agent = self.make_agent(_ME, a_mind())
            before = agent.state
            one = await _taken(agent, 3)
            assert agent.state == before
            return one, await _taken(agent, 3)

        one, other = _run(twice())
        assert one == other

    def test_it_takes_on_what_a_turn_came_to(self) -> None:
        """The record is of this user, and so are the posts; the state is that of the turn."""

        async def played() -> None:
            agent = self.make_agent(_ME, a_mind())
            for tick in range(_TICKS):
                result = await _settled(agent, tick)
                assert result.record.user == _ME.id
                assert result.record.fault is None
                assert agent.state == result.state
                assert all((post.author, post.tick) == (_ME.id, tick) for post in result.posts)

        _run(played())

    def test_a_turn_that_fails_leaves_it_as_it_was(self) -> None:
        """A fault is recorded with its cause; nothing is made up."""

        async def failed() -> None:
            agent = self.make_agent(_ME, a_mind(fails=True))
            before = agent.state
            result = await _settled(agent, 3)
            assert result.state is None
            assert not result.posts
            assert result.record.fault is not None
            assert result.record.fault.cause == "timeout"
            assert agent.state == before

        _run(failed())

    def test_it_publishes_what_it_is_told_to(self) -> None:
        """What a scenario puts into its mouth, in that order and nothing else; and it passes nothing on twice."""

        async def announced() -> None:
            agent = self.make_agent(_ME, a_mind())
            root = _post(UserId("author 0"), 0)
            told = [
                Announcement(text="Good morning!", attitude=Attitude.POSITIVE, emotion=Emotion.INTENSE),
                Announcement(text=root.text, passes=Passed(parent=root.id, root=root.id)),
            ]
            assert list(agent.unsaid(told)) == told
            result = await take_alone(agent.mind.store, agent.turn(1, some_deliveries(1), told))
            agent.settle(result)
            assert [post.text for post in result.posts] == ["Good morning!", root.text]
            assert list(agent.unsaid(told)) == told[:1]

        _run(announced())

    def test_it_remembers_what_its_user_posted_before(self) -> None:
        """Its state has it, and its record tells of it in the first turn."""

        async def remembered() -> None:
            mind, texts = a_mind(), ["I love cake.", "Cake again."]
            agent = self.make_agent(_ME, mind)
            keys = {text_id(text): text for text in texts} | {agent.profile.id: agent.profile.text}
            await mind.store.add(keys)
            agent.remember_history(texts, TextTable(await mind.store.get(keys.keys())))
            assert {item.text for item in agent.state.pool} == {text_id(text) for text in texts}
            result = await _settled(agent, 0)
            assert {item.text for item in result.record.remembered} >= {text_id(text) for text in texts}

        _run(remembered())

    def test_chance_comes_from_its_draws_alone(self) -> None:
        """Global generators are left alone, and what they are at shapes nothing."""

        async def played() -> list[TurnResult]:
            agent = self.make_agent(_ME, a_mind())
            return [await _settled(agent, tick) for tick in range(_TICKS)]

        without_chance(lambda: _run(played()))


async def _taken(agent: Agent, tick: int) -> TurnResult:
    return await take_alone(agent.mind.store, agent.turn(tick, some_deliveries(tick)))


async def _settled(agent: Agent, tick: int) -> TurnResult:
    result = await _taken(agent, tick)
    agent.settle(result)
    return result


def _run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(coroutine)


def _post(author: UserId, tick: int) -> Post:
    own = post_id(tick, author, 0)
    side = (Attitude.POSITIVE, Attitude.NEGATIVE)[len(own) % 2]
    return Post(
        id=own, author=author, tick=tick, text=f"Sugar? {own}", root=own, attitude=side, emotion=Emotion.INTENSE
    )
