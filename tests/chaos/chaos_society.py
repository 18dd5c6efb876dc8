"""The society of the trials: 2,000 users that ask a model, over NATS, with Chroma and a record, as in earnest."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from chaos_processes import s3agents

__all__ = ["Setting", "ticks_of", "timeline"]

_SCENARIO = """
name: chaos
topic: A town votes on a new power plant.
question: Should the plant be built?
ticks: {ticks}
seed: 7
society: {{generate: {{users: {users}, relations: {relations}, posts: {users}, seed: 3}}}}
seeds:
  - {{author: "{first}", text: The plant is to be built., attitude: negative, emotion: intense}}
  - {{author: "{second}", text: The plant is safe., attitude: positive, emotion: calm}}
  - {{tick: 1, author: "{third}", text: Come to the hearing., attitude: positive, emotion: moderate}}
cognition: {{mode: llm, pack: joint, spontaneous: 0.05}}
memory: {{capacity: 8, recall: 3}}
limits: {{history: 1, shard: 128}}
model: {{name: stub, concurrency: 64, url: "{url}"}}
bus: {bus}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How large a trial is.

    Attributes:
        users: of the society.
        ticks: of the scenario.
        latency: seconds that the endpoint takes for a reply.
    """

    users: int = 2_000
    ticks: int = 4
    latency: float = 0.02

    def write(self, file: Path, *, url: str, bus: str) -> Path:
        """The scenario in ``file``."""
        first, second, third = (f"u{n:05d}" for n in (0, 1, 2))
        relations = 4 * self.users
        text = _SCENARIO.format(
            ticks=self.ticks,
            users=self.users,
            relations=relations,
            first=first,
            second=second,
            third=third,
            url=url,
            bus=bus,
        )
        file.write_text(text)
        return file

    def command(self, scenario: Path, folder: Path) -> list[str]:
        """The command that plays ``scenario`` in ``folder``."""
        return s3agents("run", str(scenario), "-o", str(folder))


def ticks_of(errors: Path) -> list[datetime]:
    """When each tick was committed, by what a run has said so far."""
    return [datetime.fromisoformat(line["timestamp"]) for line in _events(errors) if line.get("event") == "tick"]


def timeline(errors: Path, began: datetime, seconds: float) -> list[float]:
    """Moments of a run that is over, in seconds from its beginning: 0, each commit, and the end."""
    return [0.0, *((moment - began).total_seconds() for moment in ticks_of(errors)), seconds]


def _events(errors: Path) -> Iterable[dict[str, str]]:
    for line in errors.read_bytes().splitlines(keepends=True) if errors.exists() else ():
        if line.startswith(b"{") and line.endswith(b"}\n"):
            yield json.loads(line)
