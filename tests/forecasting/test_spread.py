"""The quick spread of calibration is that of fitted minds in a society: same rules, in the mean the same course."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from s3agents.agents.crowd import Crowd, CrowdLimits
from s3agents.agents.host import Host
from s3agents.behaviour.model import BehaviourModel
from s3agents.bus.local import LocalBus
from s3agents.cognition.announce import Announcement
from s3agents.cognition.base import Scene
from s3agents.cognition.fitted import FittedCognition
from s3agents.cognition.mind import Mind
from s3agents.config.cognition import FittedSection, RulesSection
from s3agents.config.memory import MemorySection
from s3agents.coordinator.coordinator import Coordinator, StopRequest
from s3agents.coordinator.pipeline import Pace
from s3agents.coordinator.turns import LocalTurns
from s3agents.embed.hashing import HashingEmbedder
from s3agents.events import Action, PostKind
from s3agents.forecasting.spread import FreeParameters, Luck, spread
from s3agents.ids import UserId
from s3agents.labels import Attitude
from s3agents.memory.influence import Influence
from s3agents.memory.local import LocalStore
from s3agents.network.graph import FollowGraph
from s3agents.network.society import Society
from s3agents.persona import Persona
from s3agents.testing.memory_recorder import MemoryRecorder

USERS, TICKS, MINUTES = 200, 24, 5.0
LOG_ODDS = 0.2
PARAMETERS = FreeParameters(base_rate=0.5, time_scale=2.0)


def _society() -> Society:
    """User 0 has 60 followers, everybody else a few."""
    draw = np.random.default_rng(3)
    edges = {(i, 0) for i in range(1, 61)}
    edges |= {(int(a), int(b)) for a, b in draw.integers(1, USERS, (500, 2)) if a != b}
    people = [Persona(id=UserId(f"u{i:03}")) for i in range(USERS)]
    return Society(people, FollowGraph.from_edges(USERS, [a for a, _ in edges], [b for _, b in edges]))


def _wait(u: float, age: float) -> float:
    return -(8.0 + 0.1 * age) * math.log1p(-u)


class _Model:
    """Everybody forwards with the same odds, and nothing else was learnt."""

    acts = True
    emotion = attitude = None
    facts = SimpleNamespace(name="even", emotion_step=None, attitude_step=None)
    delays = SimpleNamespace(at=_wait)

    def probabilities_of_each(self, parts: Sequence[Any], *, base_rate: float) -> list[dict[Action, Any]]:
        p = 1.0 / (1.0 + math.exp(-LOG_ODDS - math.log(base_rate)))
        return [{Action.FORWARD: np.full(len(rows), p), Action.POST: np.zeros(len(rows))} for rows in parts]


async def _played(society: Society, seed: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Forwards up to each tick of a society of fitted minds."""
    store, bus, memory = LocalStore(HashingEmbedder(16)), LocalBus(), MemorySection()
    mind = Mind(
        scene=Scene(topic="t", question="?", minutes=MINUTES),
        cognition=FittedCognition(
            cast(BehaviourModel, _Model()),
            FittedSection(base_rate=PARAMETERS.base_rate, time_scale=PARAMETERS.time_scale),
            rules=RulesSection(),
            phrases=dict.fromkeys(Attitude, "so"),
        ),
        store=store,
        influence=Influence(memory.weights, memory.authenticity, memory.half_life),
        seed=seed,
        recall=0,
    )
    crowd = Crowd(society, store, mind_of=lambda persona: mind, limits=CrowdLimits(history=0))
    recorder, seeds = MemoryRecorder(), {0: {society.ids[0]: [Announcement(text="News")]}}
    options = {"announcements": seeds, "users": USERS, "ticks": TICKS}
    await Coordinator(LocalTurns(Host(crowd, bus), Pace()), recorder, **options).run("run", stop=StopRequest())
    counts = [sum(post.kind is PostKind.FORWARD for post in tick.posts) for tick in recorder.ticks]
    return np.cumsum(np.array(counts, dtype=np.float64))


async def test_spread_is_that_of_fitted_minds() -> None:
    """The mean course over replicates is the same, within what so few replicates can tell."""
    society = _society()
    played = np.array([await _played(society, seed) for seed in range(24)])
    ticks = np.arange(TICKS) * MINUTES
    quick = []
    for seed in range(400):
        times = spread(
            society.graph,
            0,
            log_odds=np.full(USERS, LOG_ODDS),
            delay=_wait,
            parameters=PARAMETERS,
            luck=Luck.drawn(USERS, np.random.default_rng(seed)),
            tick_minutes=MINUTES,
            end=float(ticks[-1]),
        )
        quick.append(times.searchsorted(ticks, side="right"))
    expected = np.mean(quick, axis=0)
    error = np.std(quick, axis=0) / math.sqrt(len(played))
    assert expected[-1] > 30
    assert played.mean(axis=0) == pytest.approx(expected, abs=3.5 * float(error.max()))
    assert 3.5 * float(error.max()) < 0.2 * expected[-1]
