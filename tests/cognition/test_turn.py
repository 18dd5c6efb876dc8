"""Turn: its phases in their order, what it takes from an inbox, and what a failure leaves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents.cognition.act import intended
from s3agents.cognition.base import Appraisal, Decision, Scene, TurnView, Usage
from s3agents.cognition.in_hand import take_alone
from s3agents.cognition.initial import initial_state
from s3agents.cognition.mind import Mind
from s3agents.cognition.perceive import perceive
from s3agents.cognition.turn import Phase, Turn, TurnResult
from s3agents.config.memory import AUTHENTICITY, WeightsSection
from s3agents.embed.hashing import HashingEmbedder
from s3agents.errors import EndpointError, ModelError, ReplyError
from s3agents.events import Action, Delivery, Post, PostKind, Source
from s3agents.ids import PostId, UserId
from s3agents.labels import Attitude, Emotion
from s3agents.memory.influence import Influence
from s3agents.memory.local import LocalStore
from s3agents.persona import Persona
from s3agents.rng import Draws
from s3agents.state import AgentState, AttitudeBelief, EmotionBelief

ME = Persona(id=UserId("me"), bio="I like trains.")
FELT = EmotionBelief.certain(Emotion.MODERATE)
SIDE = AttitudeBelief.certain(Attitude.POSITIVE)


class FixedMind:
    """A cognition that always decides the same, or fails."""

    mode = "fixed"

    def __init__(self, decision: Decision, error: ModelError | None = None) -> None:
        self.decision, self.error = decision, error
        self.seen: list[TurnView] = []

    async def appraise(self, view: TurnView) -> Appraisal:
        """Always moderate and positive."""
        self.seen.append(view)
        return Appraisal(emotion=FELT, attitude=SIDE)

    async def act(self, view: TurnView, appraisal: Appraisal) -> Decision:
        """The fixed decision."""
        if self.error is not None:
            raise self.error
        return self.decision


def mind(cognition: FixedMind, **settings: int) -> Mind:
    """A mind that decides by ``cognition``."""
    return Mind(
        scene=Scene(topic="t", question="q", post_chars=20),
        cognition=cognition,
        store=LocalStore(HashingEmbedder()),
        influence=Influence(WeightsSection(), AUTHENTICITY, 6.0),
        **settings,
    )


def mail(n: int, tick: int = 0, root: str | None = None) -> Delivery:
    """A post of followee ``a{n}``."""
    own = PostId(f"p{n}")
    post = Post(id=own, author=UserId(f"a{n}"), tick=tick, text=f"text {n}", root=PostId(root or own))
    return Delivery(post=post, source=Source.FOLLOWEE)


def fresh() -> AgentState:
    """The state in which ``ME`` enters a run."""
    return initial_state(ME, prior=0.5, certainty=0.9, seed=0)


FORWARD = Decision(action=Action.FORWARD, target=PostId("p1"))


async def played(thinks_by: Mind, state: AgentState, *, tick: int, inbox: list[Delivery]) -> TurnResult:
    """The whole of one turn of ``ME``."""
    return await take_alone(thinks_by.store, Turn(thinks_by, ME, state, tick=tick, inbox=inbox))


async def test_a_turn_publishes_remembers_and_moves_on() -> None:
    """A forward carries text and root of its target; what was read and written is remembered, each text once."""
    result = await played(mind(FixedMind(FORWARD)), fresh(), tick=1, inbox=[mail(1), mail(2, root="r")])
    (post,) = result.posts
    assert (post.kind, post.parent, post.root, post.text, post.author) == (PostKind.FORWARD, "p1", "p1", "text 1", "me")
    assert result.state is not None
    assert (result.state.emotion, result.state.attitude, result.state.felt) == (FELT, SIDE, 1)
    assert {item.post: item.source for item in result.state.pool} == {
        "p2": Source.FOLLOWEE,
        post.id: Source.SELF,
    }
    assert result.state.shared == ("p1",)
    assert [e.attended for e in result.record.exposures] == [True, True]


async def test_a_text_read_again_is_one_memory_as_of_now() -> None:
    """Forwards of one text do not fill the pool: its memory is renewed, from the most authentic source it had."""
    shared = mind(FixedMind(Decision(action=Action.INACTIVE)))
    friend = Delivery(post=mail(1).post, source=Source.MUTUAL)
    first = await played(shared, fresh(), tick=1, inbox=[friend, mail(2)])
    assert first.state is not None
    again = Post(id=PostId("f1"), author=UserId("b"), tick=5, text="text 1", root=PostId("p1"), parent=PostId("p1"))
    later = Delivery(post=again, source=Source.PLATFORM)
    second = await played(shared, first.state, tick=6, inbox=[later])
    assert second.state is not None
    assert {i.post: (i.tick, i.source) for i in second.state.pool} == {
        "p2": (0, Source.FOLLOWEE),
        "f1": (5, Source.MUTUAL),
    }
    assert second.record.forgotten == ("p1",)
    assert [item.post for item in second.record.remembered] == ["f1"]


async def test_a_failed_turn_says_what_it_cost() -> None:
    """Replies that came before a turn failed are on its record."""

    class Asking(FixedMind):
        """A mind that asks twice before it fails."""

        async def appraise(self, view: TurnView) -> Appraisal:
            view.meter.add(Usage(2, 30, 4))
            return await super().appraise(view)

    broken = Asking(FORWARD, ReplyError("no reply", cause="schema"))
    result = await played(mind(broken), fresh(), tick=1, inbox=[mail(1)])
    assert result.record.usage == Usage(2, 30, 4)


async def test_memories_come_to_mind_later() -> None:
    """What was read in one turn is recalled in the next, with its age; what is being read now is not."""
    cognition = FixedMind(Decision(action=Action.INACTIVE))
    shared = mind(cognition, recall=1)
    first = await played(shared, fresh(), tick=1, inbox=[mail(1)])
    assert first.state is not None
    await played(shared, first.state, tick=4, inbox=[mail(2, tick=3)])
    assert [r.text for r in cognition.seen[0].recalled] == []
    assert [(r.text, r.age) for r in cognition.seen[1].recalled] == [("text 1", 4)]


@pytest.mark.parametrize(
    "decision",
    [
        Decision(action=Action.FORWARD),
        Decision(action=Action.FORWARD, target=PostId("never seen")),
        Decision(action=Action.POST, text="  "),
        Decision(action=Action.POST),
        Decision(action=Action.POST, text="back then", delay=-1),
    ],
)
async def test_impossible_decisions_are_faults(decision: Decision) -> None:
    """Forwarding what was not read, or writing nothing, is a fault of phase act, and changes nothing."""
    result = await played(mind(FixedMind(decision)), fresh(), tick=1, inbox=[mail(1)])
    assert (result.posts, result.state) == ((), None)
    assert result.record.fault is not None
    assert result.record.fault.stage == "acted"
    assert (result.record.action, result.record.emotion) == (None, None)


async def test_an_endpoint_that_fails_makes_a_fault_not_an_inactive() -> None:
    """A reply that cannot be had is recorded with its cause; the exposures stay on the record."""
    down = EndpointError("no answer", cause="timeout", transient=True)
    result = await played(mind(FixedMind(FORWARD, down)), fresh(), tick=1, inbox=[mail(1)])
    assert result.record.fault is not None
    assert result.record.fault.cause == "timeout"
    assert len(result.record.exposures) == 1


async def test_other_errors_are_not_swallowed() -> None:
    """A bug in a cognition ends the run; it is no fault of the turn."""
    broken = FixedMind(FORWARD)
    broken.decision = None  # type: ignore[assignment]
    with pytest.raises(AttributeError):
        await played(mind(broken), fresh(), tick=1, inbox=[mail(1)])


async def test_phases_cannot_be_skipped() -> None:
    """Acting before appraising is refused."""
    turn = Turn(mind(FixedMind(FORWARD)), ME, fresh(), tick=1, inbox=[mail(1)])
    turn.perceive()
    with pytest.raises(RuntimeError, match="from PERCEIVED to ACTED"):
        await turn.act(Appraisal(emotion=FELT, attitude=SIDE))
    assert turn.phase is Phase.PERCEIVED


def test_long_posts_are_cut() -> None:
    """A post is never longer than the scene allows."""
    view = TurnView(
        scene=Scene(topic="t", question="q", post_chars=5),
        persona=ME,
        emotion=FELT,
        attitude=SIDE,
        tick=2,
        perceived=(),
        recalled=(),
        draws=Draws(0, "me", 2),
    )
    decision = Decision(action=Action.POST, text="1234567890")
    intention = intended(view, Appraisal(emotion=FELT, attitude=SIDE), decision)
    assert intention is not None
    assert intention.text == "12345"
    with pytest.raises(ReplyError):
        intended(view, Appraisal(emotion=FELT, attitude=SIDE), FORWARD)


@given(st.lists(st.integers(0, 50), unique=True), st.integers(1, 10), st.integers(0, 99))
def test_attention_is_bounded_and_fair(numbers: list[int], attention: int, seed: int) -> None:
    """At most so many posts are perceived, in total order, and none of a cascade already taken part in."""
    inbox = [mail(n) for n in numbers]
    seen = perceive(inbox, shared={PostId("p7")}, attention=attention, draws=Draws(seed, "me", 1))
    assert len(seen) == min(attention, len([n for n in numbers if n != 7]))
    assert list(seen) == sorted(seen, key=lambda d: d.post.order)
    assert all(d.post.root != "p7" for d in seen)


@given(st.floats(0, 1), st.floats(0.5, 1), st.integers(0, 2**31))
def test_everyone_starts_calm(prior: float, certainty: float, seed: int) -> None:
    """Before the run everybody is calm, and known attitudes are held with the stated certainty."""
    unknown = initial_state(ME, prior=prior, certainty=certainty, seed=seed)
    known = initial_state(Persona(id=UserId("k"), attitude="negative"), prior=prior, certainty=certainty, seed=seed)
    assert unknown.emotion == EmotionBelief.certain(Emotion.CALM)
    assert unknown.attitude.p_positive == prior
    assert known.attitude == AttitudeBelief(stance=Attitude.NEGATIVE, p_positive=1 - certainty)
