"""In hand: turns of a batch come to what each comes to alone, and ask the store once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents.cognition.announce import Announcement, Announcing
from s3agents.cognition.base import Scene
from s3agents.cognition.in_hand import TurnInHand, begin, finish, take_alone
from s3agents.cognition.initial import initial_state
from s3agents.cognition.mind import Mind
from s3agents.cognition.rules import RulesCognition
from s3agents.cognition.turn import Profile, Turn, TurnResult
from s3agents.config.cognition import RulesSection
from s3agents.config.memory import AUTHENTICITY, WeightsSection
from s3agents.embed.hashing import HashingEmbedder
from s3agents.events import Delivery, Post, Source
from s3agents.ids import PostId, TextId, UserId, post_id
from s3agents.labels import Attitude
from s3agents.memory.base import StoredText
from s3agents.memory.influence import Influence
from s3agents.memory.local import LocalStore
from s3agents.persona import Persona
from s3agents.state import AgentState

PEOPLE = [Persona(id=UserId(f"u{n}"), bio=bio) for n, bio in enumerate(("trains", "taxes and trains", "", "cats"))]
WORDS = ("the tax", "on sugar", "trains are late", "cats", "keep it", "drop it")


class CountingStore(LocalStore):
    """Counts how often it is asked."""

    asked = 0

    async def add(self, texts: Mapping[TextId, str]) -> None:
        """Counted."""
        self.asked += 1
        await super().add(texts)

    async def get(self, ids: Collection[TextId]) -> dict[TextId, StoredText]:
        """Counted."""
        self.asked += 1
        return await super().get(ids)


def mind(store: LocalStore) -> Mind:
    """A textbook mind with little room."""
    return Mind(
        scene=Scene(topic="t", question="q"),
        cognition=RulesCognition(
            RulesSection(), phrases={Attitude.POSITIVE: "Keep it.", Attitude.NEGATIVE: "Drop it."}
        ),
        store=store,
        influence=Influence(WeightsSection(), AUTHENTICITY, 3.0),
        capacity=4,
        recall=2,
    )


def inbox(tick: int, texts: list[str]) -> list[Delivery]:
    """Mail of ``tick``, from others."""
    posts = [
        Post(
            id=post_id(tick - 1, UserId(f"a{n}"), 0),
            author=UserId(f"a{n}"),
            tick=tick - 1,
            text=text,
            root=PostId(f"r{n}"),
        )
        for n, text in enumerate(texts)
    ]
    return [Delivery(post=post, source=Source.MUTUAL if post.text == "cats" else Source.FOLLOWEE) for post in posts]


def turn(thinks_by: Mind, person: Persona, state: AgentState, tick: int, texts: list[str]) -> TurnInHand:
    """A turn of ``person``; without mail the scenario has it publish."""
    common: dict[str, Any] = {"tick": tick, "inbox": inbox(tick, texts), "profile": Profile.of(person)}
    if texts:
        return Turn(thinks_by, person, state, **common)
    return Announcing(thinks_by, person, state, announcements=[Announcement(text=f"News {tick}")], **common)


mails = st.lists(st.lists(st.lists(st.sampled_from(WORDS), max_size=4), min_size=4, max_size=4), min_size=1, max_size=5)


@settings(deadline=None, max_examples=60)
@given(mails=mails)
async def test_a_batch_comes_to_what_each_comes_to_alone(mails: list[list[list[str]]]) -> None:
    """Whatever they read, over several ticks, with announcements among them."""

    async def alone(turns: list[TurnInHand], store: LocalStore) -> list[TurnResult]:
        return [await take_alone(store, one) for one in turns]

    async def together(turns: list[TurnInHand], store: LocalStore) -> list[TurnResult]:
        await store.add({key: text for one in turns for key, text in one.read.items()})
        await begin(store, turns)
        for one in reversed(turns):
            await one.think()
        return await finish(store, turns)

    outcomes = []
    for way in (alone, together):
        store = LocalStore(HashingEmbedder(32))
        thinks_by = mind(store)
        states = {p.id: initial_state(p, prior=0.5, certainty=0.9, seed=0) for p in PEOPLE}
        results: list[TurnResult] = []
        for tick, mail in enumerate(mails, start=1):
            turns = [turn(thinks_by, p, states[p.id], tick, texts) for p, texts in zip(PEOPLE, mail, strict=True)]
            some = await way(turns, store)
            states |= {r.record.user: r.state for r in some if r.state is not None}
            results += some
        outcomes.append(results)
    assert outcomes[0] == outcomes[1]


async def test_a_batch_asks_the_store_once() -> None:
    """For what is recalled; and once to keep and once to find what was written."""
    store = CountingStore(HashingEmbedder(32))
    thinks_by = mind(store)
    turns = [
        turn(thinks_by, p, initial_state(p, prior=0.5, certainty=0.9, seed=0), 1, ["the tax", "cats"][: n % 3])
        for n, p in enumerate(PEOPLE)
    ]
    await store.add({key: text for one in turns for key, text in one.read.items()})
    store.asked = 0
    await begin(store, turns)
    assert store.asked == 1
    for one in turns:
        await one.think()
    await finish(store, turns)
    assert store.asked == 3
