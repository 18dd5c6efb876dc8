"""What turns, recalls and idle agents cost: printed (``pytest -m benchmark``); no time is asserted."""

from __future__ import annotations

import asyncio
import gc
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from s3agents import Simulation, Society
from s3agents.cognition.base import Scene
from s3agents.cognition.mind import Mind
from s3agents.cognition.recall import recollect
from s3agents.cognition.rules import RulesCognition
from s3agents.config.cognition import RulesSection
from s3agents.config.memory import AUTHENTICITY, WeightsSection
from s3agents.embed.hashing import HashingEmbedder
from s3agents.events import Source
from s3agents.ids import PostId, text_id
from s3agents.memory.chroma import ChromaStore
from s3agents.memory.influence import Influence
from s3agents.memory.text_table import TextTable
from s3agents.state import MemoryItem
from s3agents.testing.societies import lively_scenario, society_of
from s3agents.testing.stub_launcher import stub_process

pytestmark = pytest.mark.benchmark

Say = Callable[[str], None]

IDLE_BYTES = 2048


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Prints a figure, whether or not pytest captures output."""

    def printed(text: str) -> None:
        with capsys.disabled():
            print(f"\n  {text}", end="")

    return printed


def crowd(users: int, degree: int = 8) -> Society:
    """A random society in which everybody follows ``degree`` others."""
    rng = np.random.default_rng(3)
    followees = rng.integers(0, users, (users, degree))
    return society_of(users, ((a, int(b)) for a in range(users) for b in followees[a] if a != b))


def test_cost_of_a_turn(tmp_path: Path, say: Say) -> None:
    """CPU of a turn with everything on: NATS, Chroma, a model call to an endpoint of no latency, the record."""
    society = crowd(1000)
    with stub_process() as url:
        scenario = lively_scenario(
            [f"u{n}" for n in range(200)],
            ticks=6,
            bus="nats",
            memory={"store": "chroma"},
            cognition={"mode": "llm"},
            model={"url": url, "name": "stub", "concurrency": 64},
        )
        simulation = Simulation(scenario, society, out=tmp_path / "run")
        cpu, wall = time.process_time(), time.perf_counter()
        run = simulation.run()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    turns = int((run.turns()["mode"] == "llm/joint").sum())
    say(f"turns: {turns}; CPU a turn: {1000 * cpu / turns:.2f} ms; turns/s: {turns / wall:.0f}")
    assert turns > 1000
    assert len(run.faults()) < 0.01 * turns, "the stub now and then forwards nothing in particular"


async def test_cost_of_a_recall(tmp_path: Path, say: Say) -> None:
    """Recall from a full pool over Chroma, with the texts in the cache and without."""
    store = ChromaStore(HashingEmbedder(), path=tmp_path / "memory")
    texts = {text_id(f"text {n}"): f"text {n}" for n in range(20_000)}
    await store.add(texts)
    await store.close()
    store = ChromaStore(HashingEmbedder(), path=tmp_path / "memory")
    mind = Mind(
        scene=Scene(topic="t", question="q"),
        cognition=RulesCognition(RulesSection(), phrases={}),
        store=store,
        influence=Influence(WeightsSection(), AUTHENTICITY, 6.0),
    )
    keys = list(texts)
    for name in ("cold", "warm"):
        cpu, wall = time.process_time(), time.perf_counter()
        rng = np.random.default_rng(1)
        for _ in range(200):
            pool = tuple(
                MemoryItem(post=PostId(f"p{k}"), text=keys[k], tick=0, source=Source.MUTUAL, relevance=0.1)
                for k in rng.integers(0, 20_000, 32)
            )
            known = TextTable(await store.get({item.text for item in pool}))
            recalled, _ = recollect(mind, pool, known, tick=3)
            assert len(recalled) == mind.recall
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        say(f"recall of 4 from 32, {name}: {5 * cpu:.2f} ms CPU, {5 * wall:.2f} ms wall")
    await store.close()


def test_idle_agents_cost_little(say: Say) -> None:
    """A user without mail is no object but its persona: under 2 KB each, with edges and index."""
    tracemalloc.start()
    society = crowd(20_000, degree=4)
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    say(f"an idle agent: {size / len(society):.0f} bytes")
    assert size / len(society) < IDLE_BYTES


def test_cost_of_embedding(say: Say) -> None:
    """The default embedder on a tweet."""
    texts = [
        f"France: {n} people dead after shooting at HQ of satirical weekly newspaper, according to witnesses"
        for n in range(500)
    ]
    cpu = time.process_time()
    assert asyncio.run(HashingEmbedder().embed(texts)).shape == (500, 256)
    say(f"embedding a tweet: {2 * (time.process_time() - cpu):.2f} ms")
