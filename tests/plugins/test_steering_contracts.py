"""Contracts of channels, interventions, actions and agents: ours keep to them, and what has anything wrong is found."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from s3agents.actions.base import Aim, Effect, SocialAction
from s3agents.actions.foreign import ForeignAction
from s3agents.actions.table import ACTIONS
from s3agents.agents.base import Agent
from s3agents.agents.foreign import ForeignAgent
from s3agents.agents.social_agent import SocialAgent
from s3agents.channels.base import Ask, Channel, Offer
from s3agents.channels.foreign import ForeignChannel
from s3agents.channels.mix import Mix
from s3agents.channels.random import Random
from s3agents.channels.ranked import Chronological, Popularity
from s3agents.channels.similarity import Similarity
from s3agents.cognition.mind import Mind
from s3agents.cognition.turn import TurnResult
from s3agents.config.selection import PostsSection
from s3agents.errors import RunError
from s3agents.events import Delivery, Post, PostKind, Source
from s3agents.ids import PostId, UserId
from s3agents.interventions.accounts import Follow, Suspend, Unfollow
from s3agents.interventions.base import Intervention, Levers, Situation
from s3agents.interventions.foreign import ForeignIntervention
from s3agents.interventions.posts import DownRank, Inject, Label, Remove
from s3agents.interventions.selecting import PostSelection
from s3agents.interventions.throttle import Throttle
from s3agents.labels import Attitude
from s3agents.memory.text_table import TextTable
from s3agents.persona import Persona
from s3agents.state import AgentState
from s3agents.testing.action_contract import ActionContract
from s3agents.testing.agent_contract import AgentContract
from s3agents.testing.channel_contract import ChannelContract, some_asks, some_offer
from s3agents.testing.intervention_contract import InterventionContract, NotingLevers, some_situations

POSITIVE = PostSelection(section=PostsSection(attitude=Attitude.POSITIVE))
A, B = UserId("u0"), UserId("u3")

CHANNELS: Mapping[str, Callable[[], Channel]] = {
    "chronological": Chronological,
    "popularity": Popularity,
    "random": Random,
    "similarity": Similarity,
    "mix": lambda: Mix([(Popularity(), 1.0), (Random(), 2.0)]),
    "foreign": lambda: ForeignChannel(Chronological(), "channels.0"),
}
INTERVENTIONS: Mapping[str, Callable[[], Intervention]] = {
    "down_rank": lambda: DownRank(POSITIVE, 0.5),
    "follow": lambda: Follow([A], [B]),
    "inject": lambda: Inject(A, "A statement."),
    "label": lambda: Label(POSITIVE, "Disputed."),
    "remove": lambda: Remove(POSITIVE),
    "suspend": lambda: Suspend([A]),
    "throttle": lambda: Throttle(share=0.5, most=1),
    "unfollow": lambda: Unfollow([B], [A]),
    "foreign": lambda: ForeignIntervention(Remove(POSITIVE), "interventions.0"),
}


@pytest.mark.parametrize("kind", CHANNELS)
class TestChannels(ChannelContract):
    @pytest.fixture(autouse=True)
    def _kind(self, kind: str) -> None:
        self._make = CHANNELS[kind]

    def make_channel(self) -> Channel:
        """Each of ours."""
        return self._make()


@pytest.mark.parametrize("kind", INTERVENTIONS)
class TestInterventions(InterventionContract):
    @pytest.fixture(autouse=True)
    def _kind(self, kind: str) -> None:
        self._make = INTERVENTIONS[kind]

    def make_intervention(self) -> Intervention:
        """Each of ours."""
        return self._make()


@pytest.mark.parametrize("name", [*ACTIONS, "foreign"])
class TestActions(ActionContract):
    languages = ("en", "zh")

    @pytest.fixture(autouse=True)
    def _name(self, name: str) -> None:
        self._action = ACTIONS.get(name) or ForeignAction(ACTIONS["quote"], "actions.0")
        if not self._action.sentences:  # packs speak of these by themselves
            self.languages = ()

    def make_action(self) -> SocialAction:
        """Each of ours."""
        return self._action


class TestSocialAgent(AgentContract):
    def make_agent(self, persona: Persona, mind: Mind, state: AgentState | None = None) -> SocialAgent:
        """Ours."""
        return SocialAgent(persona, mind, state=state)


class TestForeignAgent(AgentContract):
    def make_agent(self, persona: Persona, mind: Mind, state: AgentState | None = None) -> ForeignAgent:
        """What a plugin's agent becomes in a run."""
        return ForeignAgent(SocialAgent(persona, mind, state=state), "agent of me")


_COUNT = itertools.count()


class _Channel:
    """A channel with something wrong."""

    def __init__(self, wrong: str) -> None:
        self._wrong, self._asked = wrong, 0

    async def recommend(self, asks: Sequence[Ask], offer: Offer) -> Sequence[Sequence[PostId]]:
        self._asked += 1
        ids = [post.id for post in offer.posts]
        if self._wrong == "anew" or (self._wrong == "remembers" and self._asked > 1):
            ids = ids[next(_COUNT) % 3 + 1 :]
        if self._wrong == "guesses":
            random.shuffle(ids)
        if self._wrong == "a little":
            ids = [ids[1], *ids]
        if self._wrong == "shares":
            ids = ids[len(asks) // 2 :]
        if self._wrong == "barred":
            return [[post for post in ids if post in ask.barred][: ask.most] for ask in asks]
        free = [[post for post in ids if post not in ask.barred] for ask in asks]
        if self._wrong == "many":
            return free
        if self._wrong == "nothing":
            return [[] for _ in asks]
        return [posts[: ask.most] for posts, ask in zip(free, asks, strict=True)]


class _Intervention:
    """An intervention with something wrong."""

    def __init__(self, wrong: str) -> None:
        self._wrong, self._asked = wrong, 0

    def act(self, now: Situation, levers: Levers) -> None:
        self._asked += 1
        if self._wrong == "nobody":
            levers.suspend(UserId("nobody"))
        if self._wrong == "edges":
            now.edges.follow(0, 3)
        if self._wrong == "anew":
            levers.inject(A, f"Number {next(_COUNT)}")
        if self._wrong == "remembers" and self._asked > 2:
            levers.suspend(A)
        if self._wrong == "guesses" and random.random() < 0.5:
            levers.suspend(A)


class _Action(SocialAction):
    """An action with something wrong."""

    name = "wave"
    sentences = {"en": "wave"}  # noqa: RUF012

    def __init__(self, **wrong: Any) -> None:
        for name, value in wrong.items():
            setattr(self, name, value)


class _Loud(_Action):
    """It publishes nothing that it says."""

    def says(self, text: str, read: Post | None, stance: Attitude) -> tuple[str, Attitude | None]:
        return " ", stance


class _Counting(_Action):
    """It likes another post each time."""

    steers = True

    def effect(self, target: PostId | None) -> Effect:
        return Effect(likes=PostId(f"{next(_COUNT)}.0.somebody"))


class _Agent(SocialAgent):
    """An agent with something wrong."""

    wrong = ""

    def __init__(self, persona: Persona, mind: Mind, *, state: AgentState | None = None) -> None:
        super().__init__(persona, mind, state=None if self.wrong == "forgets" else state)
        if self.wrong == "other":
            self.persona = replace(persona, age=99)

    def turn(self, tick: int, inbox: Sequence[Delivery], announcements: Sequence[Any] = ()) -> Any:
        if self.wrong == "hasty":
            self.state = replace(self.state, felt=tick + 1)
        if self.wrong == "mute":
            announcements = ()
        if self.wrong == "guesses":
            inbox = inbox[: random.randrange(3)]
        return super().turn(tick, inbox, announcements)

    def settle(self, result: Any) -> None:
        if self.wrong == "lazy":
            return
        if self.wrong == "changes" and result.state is None:
            self.state = replace(self.state, felt=self.state.felt + 1)
        super().settle(result)

    def remember_history(self, texts: Sequence[str], known: Any) -> None:
        if self.wrong != "no past":
            super().remember_history(texts, known)


def _agent(wrong: str) -> type[AgentContract]:
    kind = type("Wrong", (_Agent,), {"wrong": wrong})

    class Case(AgentContract):
        def make_agent(self, persona: Persona, mind: Mind, state: AgentState | None = None) -> Agent:
            made: Agent = kind(persona, mind, state=state)
            return made

    return Case


def _action(**wrong: Any) -> Callable[[], SocialAction]:
    return lambda: _Action(**wrong)


BROKEN: list[tuple[type[Any], str, Callable[[], Any], str]] = [
    (ChannelContract, "make_channel", lambda: _Channel("many"), "test_each_reader_has_a_list"),
    (ChannelContract, "make_channel", lambda: _Channel("barred"), "test_nobody_is_shown_what_is_barred"),
    (ChannelContract, "make_channel", lambda: _Channel("nothing"), "test_somebody_is_shown_something"),
    (ChannelContract, "make_channel", lambda: _Channel("a little"), "test_a_little_is_recommended_as_well"),
    (ChannelContract, "make_channel", lambda: _Channel("anew"), "test_the_same_is_recommended_again"),
    (ChannelContract, "make_channel", lambda: _Channel("remembers"), "test_it_keeps_nothing_between_ticks"),
    (ChannelContract, "make_channel", lambda: _Channel("shares"), "test_it_serves_each_reader_alone"),
    (ChannelContract, "make_channel", lambda: _Channel("guesses"), "test_chance_comes_from_the_readers_draws_alone"),
    (InterventionContract, "make_intervention", lambda: _Intervention("nobody"), "test_it_does_what_can_be_done"),
    (InterventionContract, "make_intervention", lambda: _Intervention("nothing"), "test_it_does_something"),
    (InterventionContract, "make_intervention", lambda: _Intervention("anew"), "test_the_same_is_done_again"),
    (
        InterventionContract,
        "make_intervention",
        lambda: _Intervention("remembers"),
        "test_it_keeps_nothing_between_ticks",
    ),
    (InterventionContract, "make_intervention", lambda: _Intervention("edges"), "test_it_changes_nothing_by_itself"),
    (
        InterventionContract,
        "make_intervention",
        lambda: _Intervention("guesses"),
        "test_chance_comes_from_its_draws_alone",
    ),
    (ActionContract, "make_action", _action(name="Wave!"), "test_it_has_a_name_that_replies_and_records_can_hold"),
    (ActionContract, "make_action", _action(sentences={}), "test_prompts_can_offer_it"),
    (ActionContract, "make_action", _action(writes=True), "test_prompts_can_offer_it"),
    (ActionContract, "make_action", _action(writes=True), "test_what_it_writes_is_published"),
    (ActionContract, "make_action", _action(spreads=True), "test_what_it_writes_is_published"),
    (ActionContract, "make_action", _action(fits=lambda read, reader: False), "test_it_knows_what_it_can_be_about"),
    (ActionContract, "make_action", lambda: _Loud(kind=PostKind.REPLY), "test_its_post_says_something"),
    (ActionContract, "make_action", _action(steers=True), "test_it_says_whether_it_changes_anything"),
    (
        ActionContract,
        "make_action",
        _action(aims=Aim.NONE, effect=lambda t: Effect(follows=A)),
        "test_it_says_whether_it_changes_anything",
    ),
    (ActionContract, "make_action", _Counting, "test_it_is_always_the_same"),
]
AGENTS = [
    ("other", "test_it_is_the_user_that_it_is_made_for"),
    ("forgets", "test_it_is_made_with_a_state"),
    ("hasty", "test_a_turn_changes_nothing_before_it_is_settled"),
    ("lazy", "test_it_takes_on_what_a_turn_came_to"),
    ("changes", "test_a_turn_that_fails_leaves_it_as_it_was"),
    ("mute", "test_it_publishes_what_it_is_told_to"),
    ("no past", "test_it_remembers_what_its_user_posted_before"),
    ("guesses", "test_chance_comes_from_its_draws_alone"),
]


@pytest.mark.parametrize(
    ("suite", "method", "make", "test"), BROKEN, ids=[f"{s.__name__}-{t}" for s, _, _, t in BROKEN]
)
def test_a_double_with_something_wrong_is_found_out(
    suite: type[Any], method: str, make: Callable[[], Any], test: str, run_suite: Any
) -> None:
    """A suite that cannot fail is a defect."""
    with pytest.raises((AssertionError, IndexError)):
        run_suite(suite, method, make, test)


@pytest.mark.parametrize(("wrong", "test"), AGENTS, ids=[test for _, test in AGENTS])
def test_an_agent_with_something_wrong_is_found_out(wrong: str, test: str) -> None:
    """By the test that is there for it."""
    with pytest.raises(AssertionError):
        getattr(_agent(wrong)(), test)()


@pytest.mark.parametrize("suite", [ChannelContract, InterventionContract, ActionContract, AgentContract])
def test_every_test_of_a_suite_can_fail(suite: type[Any]) -> None:
    """There is a double that fails it."""
    failed = {test for one, _, _, test in BROKEN if one is suite}
    failed |= {test for _, test in AGENTS} if suite is AgentContract else set()
    assert {name for name in dir(suite) if name.startswith("test_")} == failed


async def test_what_fails_in_a_channel_of_others_is_named() -> None:
    """An error of its own, and an answer that is none; a secret is not told."""
    offer = some_offer()
    for wrong in (RuntimeError("key sk-secret-1"), [], 3):

        class Wrong:
            async def recommend(self, asks: Sequence[Ask], offer: Offer, came: Any = wrong) -> Any:
                if isinstance(came, Exception):
                    raise came
                return came

        with pytest.raises(RunError, match=r"^channels\.0\.kind") as failed:
            await ForeignChannel(Wrong(), "channels.0.kind", secrets=["sk-secret-1"]).recommend(some_asks(offer), offer)
        assert "secret" not in str(failed.value)


def test_what_fails_in_an_intervention_of_others_is_named() -> None:
    """The run ends with its name; what levers refuse keeps its own message."""

    class Wrong:
        def __init__(self, error: Exception) -> None:
            self._error = error

        def act(self, now: Situation, levers: Levers) -> None:
            raise self._error

    now = some_situations()[0]
    with pytest.raises(RunError, match=r"^interventions\.0\.kind: KeyError: 'x'"):
        ForeignIntervention(Wrong(KeyError("x")), "interventions.0.kind").act(now, NotingLevers(now))
    with pytest.raises(RunError, match=r"^no such user"):
        ForeignIntervention(Wrong(RunError("no such user")), "interventions.0.kind").act(now, NotingLevers(now))


def test_what_fails_in_an_action_of_others_is_named() -> None:
    """Whatever it was asked."""

    def fail(*_: object) -> Any:
        raise ZeroDivisionError

    action = ForeignAction(_Action(fits=fail, target=fail, says=fail, effect=fail), "actions.2")
    read = some_offer().posts[0]
    for ask in (
        lambda: action.fits(Delivery(post=read, source=Source.PLATFORM), A),
        lambda: action.target(read),
        lambda: action.says("", read, Attitude.POSITIVE),
        lambda: action.effect(read.id),
    ):
        with pytest.raises(RunError, match=r"^actions\.2: ZeroDivisionError"):
            ask()


def test_what_fails_in_an_agent_of_others_is_named() -> None:
    """Whatever it is asked, and in its turns; what is of ours passes through."""

    class Nothing:
        """It has none of what it should have."""

        def turn(self, *_: object) -> Any:
            return self

    agent = ForeignAgent(cast(Agent, Nothing()), "agent of me", secrets=["sk-secret-1"])
    turn = agent.turn(0, ())
    known = cast(TextTable, None)
    for ask in (
        lambda: agent.unsaid(()),
        lambda: agent.settle(cast(TurnResult, None)),
        lambda: agent.remember_history((), known),
        lambda: turn.read,
        turn.perceive,
        lambda: turn.needed,
        lambda: turn.recall(known),
        lambda: asyncio.run(turn.think()),
        lambda: turn.failed,
        lambda: turn.written,
        lambda: turn.finish(known),
    ):
        with pytest.raises(RunError, match=r"^agent of me: AttributeError"):
            ask()
