"""Replicate: one run of the local society of a cascade, from the first post to the end of the forecast.

It is a run like any other: the host gives turns to agents, a coordinator takes them from tick to tick, posts go over a
bus. What had happened is put into the mouths of those who did it, in the ticks in which they did.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from s3agents.agents.crowd import Crowd, CrowdLimits
from s3agents.agents.host import Host
from s3agents.bus.local import LocalBus
from s3agents.cognition.announce import Announcement, Passed
from s3agents.cognition.base import Scene
from s3agents.cognition.mind import Mind
from s3agents.cognition.paced import ActingTimes, PacedCognition
from s3agents.config.memory import MemorySection
from s3agents.coordinator.coordinator import Coordinator, StopRequest
from s3agents.coordinator.pipeline import Pace
from s3agents.coordinator.seeds import Announcements
from s3agents.coordinator.turns import LocalTurns
from s3agents.embed.hashing import HashingEmbedder
from s3agents.evaluation.baselines.base import Floats
from s3agents.events import PostKind
from s3agents.forecasting.audience import Audience
from s3agents.forecasting.cases import Case
from s3agents.ids import UserId, post_id
from s3agents.memory.influence import Influence
from s3agents.memory.local import LocalStore
from s3agents.persona import Persona
from s3agents.record.base import Checkpoint, TickRecord

__all__ = ["Ticks", "run_replicate"]

_DIMENSIONS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticks:
    """How time is cut; tick 0 is minute 0.

    Attributes:
        minutes: what a tick takes.
        after: minute at which the forecast begins.
        end: minute at which it ends.
    """

    minutes: float
    after: float
    end: float

    @property
    def number(self) -> int:
        """How many there are."""
        return self.of(self.end) + 1

    @property
    def known(self) -> int:
        """The last one in which it is known what happens."""
        return self.of(self.after)

    def of(self, minute: float) -> int:
        """The tick by the end of which ``minute`` has come."""
        return int(np.ceil(minute / self.minutes - 1e-9))

    def times(self) -> Floats:
        """The minute of each tick, shape ``(number,)``."""
        return np.arange(self.number, dtype=np.float64) * self.minutes


class _Counts:
    """A recorder that keeps how many forwards each tick had."""

    def __init__(self, ticks: int) -> None:
        self.forwards = np.zeros(ticks)

    def commit(self, record: TickRecord) -> None:
        self.forwards[record.tick] = sum(post.kind is PostKind.FORWARD for post in record.posts)

    def checkpoint(self) -> Checkpoint:
        return Checkpoint(tick=-1)

    def failed(self, record: TickRecord) -> None:
        del record

    def close(self) -> None:
        pass


def run_replicate(case: Case, audience: Audience, times: ActingTimes, ticks: Ticks, *, seed: int) -> Floats:
    """Forwards up to each tick, shape ``(ticks.number,)``.

    Args:
        case: what had happened.
        audience: who reads.
        times: when they act.
        ticks: of the run.
        seed: of the run.
    """
    return asyncio.run(_run(case, audience, times, ticks, seed))


async def _run(case: Case, audience: Audience, times: ActingTimes, ticks: Ticks, seed: int) -> Floats:
    store, bus, counts = LocalStore(HashingEmbedder(_DIMENSIONS)), LocalBus(), _Counts(ticks.number)
    memory = MemorySection()
    scene = Scene(topic=case.text[:80], question="", minutes=ticks.minutes)
    influence = Influence(memory.weights, memory.authenticity, memory.half_life)

    def mind_of(persona: Persona) -> Mind:
        cognition = PacedCognition(audience.rates.get(persona.id, 0.0), times)
        return Mind(scene=scene, cognition=cognition, store=store, influence=influence, seed=seed, recall=0)

    crowd = Crowd(audience.society, store, mind_of=mind_of, limits=CrowdLimits(history=0))
    coordinator = Coordinator(
        LocalTurns(Host(crowd, bus, shard=max(1, len(audience.society))), Pace(faults=0.0)),
        counts,
        announcements=_happened(case, audience.author, audience.spreaders, ticks),
        users=len(audience.society),
        ticks=ticks.number,
        faults=0.0,
    )
    try:
        await coordinator.run("forecast", stop=StopRequest())
    finally:
        await bus.close()
        await store.close()
    return np.cumsum(counts.forwards)


def _happened(case: Case, author: UserId, spreaders: Sequence[UserId], ticks: Ticks) -> Announcements:
    """The first post in tick 0 and each known forward in its tick, never before the first post can be read."""
    root = post_id(0, author, 0)
    plan: dict[int, dict[UserId, list[Announcement]]] = {0: {author: [Announcement(text=case.text)]}}
    passed = Announcement(text=case.text, passes=Passed(parent=root, root=root))
    for user, minute in zip(spreaders, case.beginning.forwards.tolist(), strict=True):
        plan.setdefault(max(1, ticks.of(minute)), {}).setdefault(user, []).append(passed)
    return plan
