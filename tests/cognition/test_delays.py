"""Acts that are decided now and carried out later, and cascades that an agent has heard of: in single turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents.cognition.base import Appraisal, Decision, Scene, TurnView, Usage
from s3agents.cognition.hear import hear
from s3agents.cognition.in_hand import take_alone
from s3agents.cognition.initial import initial_state
from s3agents.cognition.intend import due_act, revised
from s3agents.cognition.mind import Mind
from s3agents.cognition.turn import Turn, TurnResult
from s3agents.config.memory import AUTHENTICITY, WeightsSection
from s3agents.embed.hashing import HashingEmbedder
from s3agents.errors import ReplyError
from s3agents.events import Action, Delivery, Post, PostKind, Source
from s3agents.ids import PostId, UserId
from s3agents.labels import Attitude, Emotion
from s3agents.memory.influence import Influence
from s3agents.memory.local import LocalStore
from s3agents.persona import Persona
from s3agents.record.base import Conclusion
from s3agents.state import HEARD_KEPT, INTENTIONS_KEPT, AgentState, AttitudeBelief, EmotionBelief, Heard, Intention

ME = Persona(id=UserId("me"), bio="I like trains.")
FELT = EmotionBelief.certain(Emotion.INTENSE)
SIDE = AttitudeBelief.certain(Attitude.POSITIVE)
P = {Action.FORWARD: 0.5, Action.POST: 0.25, Action.INACTIVE: 0.25}


class Planner:
    """A cognition that goes through given decisions, one a turn, and counts what it is asked."""

    mode = "planner"

    def __init__(self, *decisions: Decision, fails: bool = False) -> None:
        self.decisions, self.fails = list(decisions), fails
        self.seen: list[TurnView] = []

    async def appraise(self, view: TurnView) -> Appraisal:
        """Always intense and positive, for the price of one call."""
        view.meter.add(Usage(1, 10, 1))
        self.seen.append(view)
        return Appraisal(emotion=FELT, attitude=SIDE)

    async def act(self, view: TurnView, appraisal: Appraisal) -> Decision:
        """The next decision."""
        if self.fails:
            raise ReplyError("no reply", cause="schema")
        return self.decisions.pop(0)


def mind(cognition: Planner) -> Mind:
    """A mind that decides by ``cognition``."""
    return Mind(
        scene=Scene(topic="t", question="q", decay=0.0),
        cognition=cognition,
        store=LocalStore(HashingEmbedder()),
        influence=Influence(WeightsSection(), AUTHENTICITY, 6.0),
    )


def mail(name: str, tick: int = 0, root: str | None = None) -> Delivery:
    """A post of followee ``a{name}``."""
    own = PostId(name)
    post = Post(id=own, author=UserId(f"a{name}"), tick=tick, text=f"text {name}", root=PostId(root or own))
    return Delivery(post=post, source=Source.FOLLOWEE)


def fresh() -> AgentState:
    """The state in which ``ME`` enters a run."""
    return initial_state(ME, prior=0.5, certainty=0.9, seed=0)


async def turn(thinks_by: Mind, state: AgentState | None, tick: int, *inbox: Delivery) -> tuple[TurnResult, AgentState]:
    """A turn and the state after it."""
    assert state is not None
    result = await take_alone(thinks_by.store, Turn(thinks_by, ME, state, tick=tick, inbox=inbox))
    return result, result.state or state


def forward(target: str, delay: int = 0) -> Decision:
    """A decision to forward."""
    return Decision(action=Action.FORWARD, target=PostId(target), p=P, delay=delay)


NOTHING = Decision(action=Action.INACTIVE)


async def test_an_act_can_be_put_off() -> None:
    """The turn that decides it is inactive with the probabilities of the decision; the act comes when it is due."""
    by = mind(Planner(forward("p", delay=2)))
    first, state = await turn(by, fresh(), 1, mail("p", root="r"))
    assert (first.posts, first.record.action, first.record.target, first.record.p) == ((), Action.INACTIVE, None, P)
    assert first.record.intended == state.intentions[0]
    assert (state.intentions[0].decided, state.intentions[0].due) == (1, 3)
    assert state.shared == ()
    second, state = await turn(by, state, 3)
    (post,) = second.posts
    assert (post.kind, post.parent, post.root, post.text, post.tick) == (PostKind.FORWARD, "p", "r", "text p", 3)
    assert (second.record.action, second.record.target, second.record.p) == (Action.FORWARD, "p", None)
    assert second.record.concluded == (Conclusion(1, True),)
    assert (state.intentions, state.shared) == ((), ("r",))


async def test_a_post_is_written_as_it_was_decided() -> None:
    """A post that comes later says what it would have said, with the attitude of then and the emotion of now."""
    planner = Planner(Decision(action=Action.POST, text="So there!", delay=1))
    by = replace(mind(planner), scene=Scene(topic="t", question="q", decay=1.0))
    _, state = await turn(by, fresh(), 1, mail("p"))
    result, _ = await turn(by, replace(state, attitude=AttitudeBelief.certain(Attitude.NEGATIVE)), 2)
    (post,) = result.posts
    assert (post.kind, post.text, post.root) == (PostKind.ORIGINAL, "So there!", post.id)
    assert (post.attitude, post.emotion) == (Attitude.POSITIVE, Emotion.MODERATE)


async def test_acting_without_mail_costs_no_model_call() -> None:
    """A due act needs no mind: nothing is asked, feelings and attitude stay but for the decay."""
    planner = Planner(forward("p", delay=1))
    by = mind(planner)
    _, state = await turn(by, fresh(), 1, mail("p"))
    result, after = await turn(by, state, 2)
    assert (len(planner.seen), result.record.usage, result.record.recalled) == (1, Usage(), ())
    assert (after.emotion, after.attitude, after.felt) == (FELT, SIDE, 2)
    assert [item.source for item in after.pool] == [Source.SELF]


async def test_mail_beside_a_due_act_is_read_and_what_it_leads_to_comes_later() -> None:
    """The due act is what the agent does; the new decision becomes an intention of the next tick, never lost."""
    planner = Planner(forward("p", delay=1), forward("q"))
    by = mind(planner)
    _, state = await turn(by, fresh(), 1, mail("p"))
    result, state = await turn(by, state, 2, mail("q", tick=1))
    assert [post.parent for post in result.posts] == ["p"]
    assert (result.record.target, result.record.p) == ("p", P)
    assert planner.seen[1].intentions[0].target == "p"
    assert [e.attended for e in result.record.exposures] == [True]
    assert [(i.target, i.due) for i in state.intentions] == [("q", 3)]
    result, state = await turn(by, state, 3)
    assert [post.parent for post in result.posts] == ["q"]


async def test_of_several_due_acts_one_is_done_a_tick() -> None:
    """Acts that fall due together come one after the other, first decided first."""
    by = mind(Planner(forward("p", delay=3), forward("q", delay=2), NOTHING))
    _, state = await turn(by, fresh(), 1, mail("p"))
    _, state = await turn(by, state, 2, mail("q"))
    first, state = await turn(by, state, 4)
    second, state = await turn(by, state, 5)
    assert [post.parent for post in (*first.posts, *second.posts)] == ["p", "q"]
    assert state.intentions == ()


async def test_a_cascade_shared_meanwhile_is_not_passed_on_again() -> None:
    """An intention about a cascade that the agent has passed on in another way is given up."""
    by = mind(Planner(forward("p", delay=5), forward("f")))
    _, state = await turn(by, fresh(), 1, mail("p", root="r"))
    result, state = await turn(by, state, 2, mail("f", tick=1, root="r"))
    assert [post.parent for post in result.posts] == ["f"]
    assert (state.intentions, result.record.concluded) == ((), (Conclusion(1, False),))


async def test_a_failed_turn_leaves_the_intention_due() -> None:
    """After a fault the agent is as it was, and acts in the next tick."""
    planner = Planner(forward("p", delay=1))
    by = mind(planner)
    _, state = await turn(by, fresh(), 1, mail("p"))
    planner.fails = True
    failed, state = await turn(by, state, 2, mail("q", tick=1))
    assert (failed.posts, failed.state, failed.record.concluded) == ((), None, ())
    assert [item.root for item in state.heard] == ["p"]
    acted, _ = await turn(by, state, 3)
    assert [post.parent for post in acted.posts] == ["p"]


async def test_a_mind_knows_what_its_agent_has_heard_and_shared() -> None:
    """The view counts every post that arrived, read or not, those of this turn too; and lists what was passed on."""
    planner = Planner(forward("p"), NOTHING)
    by = replace(mind(planner), attention=1)
    _, state = await turn(by, fresh(), 1, mail("p"))
    _, state = await turn(by, state, 4, mail("f", tick=3, root="p"), mail("q", tick=3), mail("s", tick=3))
    view = planner.seen[1]
    assert view.shared == ("p",)
    assert view.heard == state.heard
    assert [(h.root, h.times, h.since) for h in view.heard] == [("p", 2, 1), ("q", 1, 4), ("s", 1, 4)]
    assert len(view.perceived) == 1


inboxes = st.lists(st.lists(st.integers(0, 2 * HEARD_KEPT).map(lambda n: PostId(str(n))), max_size=40), max_size=8)


@given(inboxes)
def test_what_was_heard_is_counted_and_bounded(boxes: Sequence[Sequence[PostId]]) -> None:
    """As long as nothing is forgotten, the counts are those of the inboxes; and there are never too many."""
    heard: tuple[Heard, ...] = ()
    for tick, roots in enumerate(boxes):
        heard = hear(heard, roots, tick=tick)
    everything = [root for roots in boxes for root in roots]
    assert len(heard) == min(HEARD_KEPT, len(set(everything))) or len(set(everything)) > HEARD_KEPT
    assert len(heard) <= HEARD_KEPT
    assert [h.since for h in heard] == sorted(h.since for h in heard)
    if len(set(everything)) <= HEARD_KEPT:
        assert [h.root for h in heard] == list(dict.fromkeys(everything))
        assert {h.root: h.times for h in heard} == {root: everything.count(root) for root in everything}


def intention(decided: int, due: int, root: str | None, action: Action) -> Intention:
    """An intention about a cascade."""
    target = PostId(root) if root is not None else None
    return Intention(decided=decided, due=due, action=action, target=target, root=target, text="t")


plans = st.lists(
    st.tuples(
        st.integers(1, 9),
        st.sampled_from([*"abcdefgh", None]),
        st.sampled_from((Action.FORWARD, Action.POST)),
    ),
    max_size=2 * INTENTIONS_KEPT,
)


@given(plans, st.sets(st.sampled_from("abcdefgh").map(PostId), max_size=3))
def test_intentions_are_in_order_bounded_and_worth_while(
    given_plans: list[tuple[int, str | None, Action]], shared: set[PostId]
) -> None:
    """Whatever is decided, turn after turn: each intention is kept or concluded once, and what is kept is in order."""
    kept: tuple[Intention, ...] = ()
    concluded: list[Conclusion] = []
    for tick, (delay, root, wanted) in enumerate(given_plans):
        action = Action.POST if root is None else wanted
        done = due_act(kept, tick)
        assert done is None or done.due <= tick
        kept, ended = revised(kept, shared=shared, done=done, new=intention(tick, tick + delay, root, action))
        concluded += ended
        assert done is None or Conclusion(done.decided, True) in ended
        assert list(kept) == sorted(kept, key=lambda i: (i.due, i.decided))
        assert len(kept) <= INTENTIONS_KEPT
        assert not any(i.root in shared for i in kept)
        forwards = [i.root for i in kept if i.action is Action.FORWARD]
        assert len(forwards) == len(set(forwards))
    ended_or_kept = sorted([c.decided for c in concluded] + [i.decided for i in kept])
    assert ended_or_kept == list(range(len(given_plans)))


def test_at_the_limit_what_is_due_last_is_given_up() -> None:
    """An agent with its hands full does what comes first."""
    full = [intention(n, 100 + n, f"r{n}", Action.FORWARD) for n in range(INTENTIONS_KEPT)]
    soon = intention(50, 60, "soon", Action.FORWARD)
    late = intention(51, 999, "late", Action.FORWARD)
    kept, concluded = revised(full, shared=(), new=soon)
    assert (kept[0], concluded) == (soon, (Conclusion(INTENTIONS_KEPT - 1, False),))
    assert revised(full, shared=(), new=late).concluded == (Conclusion(51, False),)


@pytest.mark.parametrize("tick", [2, 3, 4])
def test_an_intention_is_due_from_its_tick_on(tick: int) -> None:
    """Nothing is done too early; what could not be done in its tick stays due."""
    assert (due_act([intention(1, 3, "r", Action.FORWARD)], tick) is not None) == (tick >= 3)
