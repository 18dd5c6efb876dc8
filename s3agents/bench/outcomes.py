"""Outcomes: what one measured pass came to, of the society and of the bare loop; plain values that cross processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["BareOutcome", "SocietyOutcome", "TickCost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TickCost:
    """What one tick took, from one commit to the next.

    Attributes:
        tick: which.
        turns: taken in it.
        wall: seconds.
        cpu: seconds of processor time of the process.
    """

    tick: int
    turns: int
    wall: float
    cpu: float

    @property
    def cpu_ms(self) -> float | None:
        """Milliseconds of processor time a turn."""
        return 1000.0 * self.cpu / self.turns if self.turns else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SocietyOutcome:
    """A society's run. All but what is said to be of the start is from the commit of tick 0 to that of the last tick.

    Attributes:
        users: of the society.
        turns: taken.
        calls: replies of the model that were had.
        faults: turns that failed.
        prompt_tokens: of these calls, as the record has them.
        reply_tokens: likewise.
        wall: seconds.
        cpu: seconds of processor time of the process, all of its threads.
        start_wall: seconds until the commit of tick 0: making the society, servers, the seed posts.
        start_cpu: likewise, of processor time.
        nats_cpu: seconds of processor time of its NATS server; ``None`` where the system does not tell.
        workers_cpu: likewise, of its workers.
        chroma_cpu: likewise, of its Chroma, where that has a process of its own.
        chroma_peak: most bytes resident in that process; 0 if it was not up before the run was over.
        peak: most bytes resident.
        base: bytes resident before the society was made, all modules loaded.
        ticks: what each took, from tick 1 on.
        modules: seconds of processor time by module, as sampled.
        stages: the same by stage.
        samples: how many.
        bus: which it had.
        lookahead: ticks that an agent could be ahead of others; with any, a tick's costs are in part those of the next.
        fingerprint: of its record.
    """

    users: int
    turns: int
    calls: int
    faults: int
    prompt_tokens: int
    reply_tokens: int
    wall: float
    cpu: float
    start_wall: float
    start_cpu: float
    nats_cpu: float | None
    workers_cpu: float | None
    peak: int
    base: int
    ticks: tuple[TickCost, ...]
    modules: Mapping[str, float] = field(default_factory=dict)
    stages: Mapping[str, float] = field(default_factory=dict)
    samples: int = 0
    bus: str = ""
    lookahead: int = 0
    fingerprint: str = ""
    chroma_cpu: float | None = None
    chroma_peak: int = 0

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> SocietyOutcome:
        """Inverse of :meth:`plain`."""
        return cls(**{**values, "ticks": tuple(TickCost(**tick) for tick in values["ticks"])})

    def plain(self) -> dict[str, Any]:
        """All of it as values that JSON takes."""
        return asdict(self)

    @property
    def cpu_ms(self) -> float | None:
        """Milliseconds of processor time a turn."""
        return 1000.0 * self.cpu / self.turns if self.turns else None

    @property
    def rate(self) -> float | None:
        """Turns a second."""
        return self.turns / self.wall if self.wall else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BareOutcome:
    """A bare loop's requests, from the first sent to the last answered.

    Attributes:
        requests: how many.
        failed: answered by another status than 200, or not at all.
        sent: bytes of their bodies.
        wall: seconds.
        cpu: seconds of processor time of the process.
    """

    requests: int
    failed: int
    sent: int
    wall: float
    cpu: float

    @property
    def cpu_ms(self) -> float | None:
        """Milliseconds of processor time a request."""
        return 1000.0 * self.cpu / self.requests if self.requests else None

    @property
    def rate(self) -> float | None:
        """Requests a second."""
        return self.requests / self.wall if self.wall else None

    def plain(self) -> dict[str, Any]:
        """All of it as values that JSON takes."""
        return asdict(self)
