"""Groups: which runs are replicates of one scenario, and what to call each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from s3agents.config.model import PACE
from s3agents.config.scenario import ROOM
from s3agents.report.figures.clock import tick_minutes
from s3agents.report.figures.course import Course
from s3agents.report.run import Run

__all__ = ["Group", "group_runs"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """Runs of one scenario that differ in their seeds alone.

    Attributes:
        name: of the scenario, or of the first run's folder where several scenarios have that name.
        runs: in the order given.
    """

    name: str
    runs: tuple[Run, ...]

    def course(self) -> Course:
        """Their curves.

        Raises:
            RecordError: if a record cannot be read.
        """
        minutes = tick_minutes(self.runs[0].scenario)
        return Course(name=self.name, minutes=minutes, replicates=tuple(run.curves() for run in self.runs))


def group_runs(runs: Sequence[Run]) -> tuple[Group, ...]:
    """The groups, in the order of their first runs."""
    found: dict[str, list[Run]] = {}
    for run in runs:
        found.setdefault(_shape(run), []).append(run)
    names = Counter(members[0].manifest.name for members in found.values())
    return tuple(
        Group(name=_name(members[0], alone=names[members[0].manifest.name] == 1), runs=tuple(members))
        for members in found.values()
    )


def _name(run: Run, *, alone: bool) -> str:
    return run.manifest.name if alone else run.folder.resolve().name


def _shape(run: Run) -> str:
    """What shapes a run but its seeds: the scenario without them, without where things lie, and without its pace.

    A society that is made has a seed of its own; any other is told by its digest, wherever it lay.
    """
    scenario: dict[str, Any] = {k: v for k, v in run.scenario.items() if k not in {"seed", "bus", "nats", "society"}}
    scenario["model"] = {k: v for k, v in scenario.get("model", {}).items() if k not in PACE}
    scenario["limits"] = {k: v for k, v in scenario.get("limits", {}).items() if k not in ROOM}
    society = dict(run.scenario.get("society", {}))
    generate = {k: v for k, v in (society.pop("generate", None) or {}).items() if k != "seed"}
    society.pop("path", None)
    who = generate or run.manifest.society.digest
    return json.dumps([scenario, society, who], sort_keys=True)
