"""Helm: has a run steered that is under way: from its beginning, or from when something is first done to it."""

from __future__ import annotations

from pathlib import Path

from s3agents.config.timing import TimedSection
from s3agents.coordinator.coordinator import Coordinator
from s3agents.coordinator.turns import LocalTurns
from s3agents.memory.base import TextStore
from s3agents.preparation import Prepared
from s3agents.record.connection import reading
from s3agents.record.past import read_past
from s3agents.steering.build import Steersman
from s3agents.steering.steering import Steering

__all__ = ["Helm"]


class Helm:
    """Steers the turns of one run, taken in this process.

    Args:
        record: of the run.
        turns: that are steered.
        store: the texts of the run.
    """

    def __init__(self, record: Path, turns: LocalTurns, store: TextStore) -> None:
        self._record, self._turns, self._store = record, turns, store
        self._steering: Steering | None = None

    def take(self, prepared: Prepared, coordinator: Coordinator) -> None:
        """Have the run steered from its next tick on, as its scenario says, and as if it had been from the first on.

        Args:
            prepared: what it plays.
            coordinator: of the run; between two ticks.

        Raises:
            InputError: if what the scenario names cannot be had.
            RecordError: if the ticks so far cannot be read.
        """
        steering = _steersman(prepared).steering(self._store)
        with reading(self._record) as db:
            steering.recall(read_past(db))
        self._turns.steer(steering)
        coordinator.steering = self._steering = steering

    def add(self, section: TimedSection, prepared: Prepared, coordinator: Coordinator) -> None:
        """Have an intervention, the last one of the scenario, in force as well; see :meth:`take`."""
        if self._steering is None:
            self.take(prepared, coordinator)
            return
        key = f"interventions.{len(prepared.scenario.interventions) - 1}"
        self._steering.add(_steersman(prepared).planned(section, key))


def _steersman(prepared: Prepared) -> Steersman:
    return Steersman(prepared.scenario, prepared.society, groups=prepared.roster.members)
