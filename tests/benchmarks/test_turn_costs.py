"""What the parts of a turn cost that are not the model's, with pools full: printed (``pytest -m benchmark``)."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from s3agents.agents.social_agent import SocialAgent
from s3agents.cognition.base import Appraisal, Decision, Scene, TurnView
from s3agents.cognition.in_hand import begin, finish
from s3agents.cognition.mind import Mind
from s3agents.cognition.turn import TurnResult
from s3agents.config.memory import AUTHENTICITY, WeightsSection
from s3agents.coordinator.collector import seldom_collected
from s3agents.embed.hashing import HashingEmbedder
from s3agents.events import Action, Delivery, Post
from s3agents.ids import UserId, post_id
from s3agents.memory.chroma import ChromaStore
from s3agents.memory.influence import Influence
from s3agents.network.feed import deliveries
from s3agents.network.society import Society
from s3agents.record.base import TickRecord
from s3agents.record.sqlite import SqliteRecorder
from s3agents.testing.societies import society_of

pytestmark = pytest.mark.benchmark

Say = Callable[[str], None]

AGENTS, TICKS, MAIL = 400, 50, 8


class Scripted:
    """A mind of no cost that forwards in one turn of three, writes in another, and feels nothing."""

    mode = "scripted"

    async def appraise(self, view: TurnView) -> Appraisal:
        """As before."""
        return Appraisal(emotion=view.emotion, attitude=view.attitude)

    async def act(self, view: TurnView, appraisal: Appraisal) -> Decision:
        """By lot."""
        u = view.draws.uniform("scripted")
        if u < 1 / 3 and view.perceived:
            return Decision(action=Action.FORWARD, target=view.perceived[0].post.id)
        if u < 2 / 3:
            return Decision(action=Action.POST, text=f"At {view.tick} user {view.persona.id} has this to say: no.")
        return Decision(action=Action.INACTIVE)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Prints a figure, whether or not pytest captures output."""

    def printed(text: str) -> None:
        with capsys.disabled():
            print(f"\n  {text}", end="")

    return printed


@pytest.fixture(autouse=True)
def collected_as_in_a_run() -> Iterator[None]:
    """Garbage is looked for as seldom as in a run."""
    with seldom_collected():
        yield


class Stages:
    """CPU by stage, of this thread: what Chroma's own thread does is no part of a stage."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._mark = time.thread_time()

    def begin(self) -> None:
        """Leave out what went before."""
        self._mark = time.thread_time()

    def end(self, stage: str) -> None:
        """What was spent since the last mark belongs to ``stage``."""
        now = time.thread_time()
        self.seconds[stage] += now - self._mark
        self._mark = now

    def told(self, turns: int) -> str:
        """Milliseconds a turn by stage and in all."""
        parts = ", ".join(f"{stage} {1e3 * spent / turns:.3f}" for stage, spent in self.seconds.items())
        return f"{1e3 * sum(self.seconds.values()) / turns:.3f} ms a turn ({parts})"


def crowd() -> Society:
    """Everybody follows ``MAIL`` others."""
    rng = np.random.default_rng(4)
    return society_of(AGENTS, {(a, int(b)) for a in range(AGENTS) for b in rng.integers(0, AGENTS, MAIL) if a != b})


async def taken(
    agents: Sequence[SocialAgent], tick: int, mail: dict[int, list[Delivery]], cpu: Stages
) -> list[TurnResult]:
    """The turns of a tick, phase by phase."""
    cpu.begin()
    turns = [agent.turn(tick, mail.get(i, ())) for i, agent in enumerate(agents)]
    store = agents[0].mind.store
    await begin(store, turns)
    cpu.end("perceive and recall")
    for turn in turns:
        await turn.think()
    cpu.end("view and act")
    results = await finish(store, turns)
    cpu.end("remember and state")
    return results


async def test_cost_of_a_turn_by_stage(tmp_path: Path, say: Say) -> None:
    """32 memories, 4 recalled, 8 posts read, over Chroma and with the record: the last ticks against the first full."""
    society = crowd()
    store = ChromaStore(HashingEmbedder(), tmp_path / "memory", late=131_072)
    scene, influence = Scene(topic="t", question="q"), Influence(WeightsSection(), AUTHENTICITY, 6.0)
    mind = Mind(scene=scene, cognition=Scripted(), store=store, influence=influence)
    agents = [SocialAgent(persona, mind) for persona in society.personas]
    recorder = SqliteRecorder(tmp_path / "run.sqlite")
    posts = [first(agent.persona.id) for agent in agents]
    recorder.commit(TickRecord(tick=0, posts=posts, turns=(), users=AGENTS))
    spent: dict[int, Stages] = {}
    whole, own = time.process_time(), time.thread_time()
    for tick in range(1, TICKS + 1):
        cpu = spent[tick] = Stages()
        mail = deliveries(posts, range(AGENTS), society)
        cpu.end("feed")
        unread = {d.post.text_id: d.post.text for inbox in mail.values() for d in inbox}
        await store.add(unread | {agent.profile.id: agent.profile.text for agent in agents})
        cpu.end("embed")
        results = await taken(agents, tick, mail, cpu)
        for agent, result in zip(agents, results, strict=True):
            agent.settle(result)
        cpu.end("settle")
        posts = sorted((post for result in results for post in result.posts), key=lambda post: post.order)
        turns = sorted((result.record for result in results), key=lambda turn: turn.user)
        recorder.commit(TickRecord(tick=tick, posts=posts, turns=turns, users=AGENTS))
        cpu.end("commit")
    full = next(tick for tick in spent if tick > 8)
    for name, ticks in (("first full ticks", range(full, full + 5)), ("last ticks", range(TICKS - 4, TICKS + 1))):
        both = Stages()
        for tick in ticks:
            for stage, seconds in spent[tick].seconds.items():
                both.seconds[stage] += seconds
        say(f"{name} ({ticks[0]} to {ticks[-1]}): {both.told(5 * AGENTS)}")
    assert sum(len(agent.state.pool) for agent in agents) > 31 * AGENTS
    await store.flush()
    behind = time.process_time() - whole - (time.thread_time() - own)
    say(f"Chroma, behind the turns: {await store.count()} texts, {1e3 * behind / TICKS / AGENTS:.3f} ms a turn")
    await store.close()
    recorder.close()


def first(user: UserId) -> Post:
    """A post of tick 0."""
    own = post_id(0, user, 0)
    return Post(id=own, author=user, tick=0, text=f"The first post of {user} is about water.", root=own)
