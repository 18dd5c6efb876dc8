"""Passes: an outcome with what the endpoint and the machine said meanwhile, and a society's beside the bare loop's."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from s3agents.bench.counters import Counters
from s3agents.bench.endpoint import Endpoint
from s3agents.bench.load import Load
from s3agents.bench.outcomes import BareOutcome, SocietyOutcome

__all__ = ["BarePass", "Pair", "SocietyPass"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BarePass:
    """A bare loop over an endpoint.

    Attributes:
        outcome: of the loop.
        counters: what the endpoint counted.
        full: share of the wall time during which the endpoint had all it can have.
        load: mean share of its slots that were taken.
        others: processors that were busy with anything else, on average.
    """

    outcome: BareOutcome
    counters: Counters
    full: float | None = None
    load: float | None = None
    others: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SocietyPass:
    """A society over an endpoint; as :class:`BarePass`."""

    outcome: SocietyOutcome
    counters: Counters
    full: float | None = None
    load: float | None = None
    others: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The two side by side, or a society by itself.

    Attributes:
        load: what the society did.
        endpoint: whom both asked.
        bare: the limit; ``None`` for a society that asks no endpoint, or whose limit was not measured.
        society: what a society makes of it.
        agent_bytes: what an agent more costs, where it was measured.
    """

    load: Load
    endpoint: Endpoint
    society: SocietyPass
    bare: BarePass | None = None
    agent_bytes: float | None = None

    @property
    def title(self) -> str:
        """How tables call it."""
        size = f"{self.society.outcome.users:,} users, {self.load.ticks} ticks"
        asked = f"{self.endpoint.title}, {self.load.concurrency} at once" if self.load.mode == "llm" else self.load.mode
        workers = [] if self.load.workers is None else [f"{self.load.workers} workers"]
        return ", ".join([size, asked, *workers, *self.load.overrides])

    @property
    def ratio(self) -> float | None:
        """The society's wall time as a ratio to the bare loop's."""
        return None if self.bare is None else self.society.outcome.wall / self.bare.outcome.wall

    @property
    def share(self) -> float | None:
        """The society's rate as a share of the bare loop's, for the same requests."""
        return None if self.ratio is None else 1.0 / self.ratio

    def plain(self) -> dict[str, Any]:
        """All of it as values that JSON takes."""
        return {
            "title": self.title,
            "load": {**self.load.plain(), "learnt": self.load.learnt is not None},
            "endpoint": self.endpoint.plain(),
            "ratio": self.ratio,
            "bare": None if self.bare is None else _plain(self.bare),
            "society": _plain(self.society),
            "agent_bytes": self.agent_bytes,
        }


def _plain(made: BarePass | SocietyPass) -> dict[str, Any]:
    rest = {"full": made.full, "load": made.load, "others": made.others}
    return {**made.outcome.plain(), **rest, "counters": asdict(made.counters), "hit_rate": made.counters.hit_rate}
