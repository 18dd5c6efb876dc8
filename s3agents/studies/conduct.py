"""Conduct: the runs of a study, several at a time, each in its folder; what is done is not done again."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from s3agents.config import Scenario
from s3agents.coordinator.coordinator import StopRequest
from s3agents.coordinator.run_folder import RunFolder
from s3agents.errors import BudgetError, ConfigError, InputError, RunError, RunFolderError, explain
from s3agents.network.society import Society
from s3agents.preparation import prepare
from s3agents.prompts.catalogue import MARKER
from s3agents.prompts.pack_folder import PackFolder
from s3agents.report.manifest import Manifest
from s3agents.report.run import Run
from s3agents.simulation import Simulation
from s3agents.studies.models import Models
from s3agents.studies.plan import Cell

__all__ = ["Conducted", "cell_folder", "check_folder", "check_place", "conduct", "economical"]

_PLAN = "cells.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conducted:
    """What became of a study's runs.

    Attributes:
        runs: those that are done, by name of the cell.
        failed: why others are not; they go on when the study is conducted again.
        scores: of minds beside real users, by name of the cell, then of the outcome.
    """

    runs: dict[str, Run]
    failed: dict[str, str]
    scores: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)


def economical(scenario: Scenario) -> Scenario:
    """``scenario`` with posts and memories in this process: many runs beside each other, and the same records."""
    changes: dict[str, object] = {"bus": "local"} if scenario.bus == "auto" else {}
    if scenario.memory.store == "chroma":
        changes["memory"] = scenario.memory.model_copy(update={"store": "local"})
    return scenario.model_copy(update=changes)


def cell_folder(folder: Path, cell: Cell) -> Path:
    """Where the run of ``cell`` lies in a study's folder."""
    return folder / "cells" / cell.name


def check_place(folder: Path) -> None:
    """Raise unless ``folder`` is a study's, or can become one: nothing is written among other files.

    Raises:
        ConfigError: if it holds anything else.
    """
    if (folder / _PLAN).is_file() or not folder.exists():
        return
    if not folder.is_dir() or any(path.name != "packs" for path in folder.iterdir()):
        raise ConfigError(explain(str(folder), wanted="a new folder, or that of this study", got="other files"))


def check_folder(folder: Path, cells: Sequence[Cell]) -> None:
    """Note in a study's folder what its cells are, or see that they are those that it began with.

    Raises:
        ConfigError: if a cell is another one than before.
        PromptError: if a prompt pack is unknown.
    """
    plan = _plan(cells)
    file = folder / _PLAN
    if file.is_file():
        before = orjson.loads(file.read_bytes())
        for name, digest in plan.items():
            if before.get(name, digest) != digest:
                remedy = "conduct the changed study in another folder"
                raise ConfigError(explain(f"{folder}: {name}", wanted="as before", got="a change", remedy=remedy))
        plan = {**before, **plan}
    folder.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.part")
    part.write_bytes(orjson.dumps(plan, option=orjson.OPT_INDENT_2))
    os.replace(part, file)


def _plan(cells: Sequence[Cell]) -> dict[str, str]:
    """What shapes each cell: its scenario, and the texts of its prompt packs, which a scenario only names."""
    known: dict[tuple[str, str], str] = {}

    def digest(scenario: Scenario) -> str:
        names = sorted({mind.prompts for mind in scenario.cognition.minds if mind.prompts is not None})
        for name in names:
            if (name, scenario.language) not in known:
                known[name, scenario.language] = PackFolder.find(name, scenario.language, marker=MARKER).sha256
        packs = [known[name, scenario.language] for name in names]
        return hashlib.sha256("".join([scenario.digest(), *packs]).encode()).hexdigest()

    return {cell.name: digest(cell.scenario) for cell in cells}


async def conduct(
    cells: Sequence[Cell],
    folder: Path,
    *,
    models: Models,
    parallel: int,
    stop: StopRequest,
    on_done: Callable[[Cell, str], None] = lambda cell, how: None,
) -> Conducted:
    """Run all cells to their ends.

    Args:
        cells: in the order in which they begin.
        folder: of the study.
        models: the client of each scenario.
        parallel: runs at a time.
        stop: runs end at their next barrier once it is wanted, and no further ones begin. A budget that is used up
            wants it, too.
        on_done: told what became of each cell: ``done``, ``kept`` (it was done before), ``stopped`` or ``failed``.

    Returns:
        What came of it. A run that fails ends by itself and keeps what it has.

    Raises:
        InputError: if a cell cannot be run; before any is.
    """
    conductor = _Conductor(folder, models, stop)
    conductor.check(cells)
    queue = iter(cells)

    async def worker() -> None:
        for cell in queue:
            on_done(cell, "stopped" if stop.wanted else await conductor.run(cell))

    async with asyncio.TaskGroup() as group:
        for _ in range(min(parallel, len(cells))):
            group.create_task(worker())
    return conductor.conducted


class _Conductor:
    """Runs one cell after the other, over societies that are made once."""

    def __init__(self, folder: Path, models: Models, stop: StopRequest) -> None:
        self._folder, self._models, self._stop = folder, models, stop
        self._societies: dict[bytes, Society] = {}
        self.conducted = Conducted(runs={}, failed={})

    def check(self, cells: Sequence[Cell]) -> None:
        """Raise what is wrong with a variant or a society, while nothing has been run."""
        for cell in {(cell.variant, cell.society): cell for cell in cells}.values():
            try:
                prepare(cell.scenario, self._society(cell.scenario), endpoint=False)
            except InputError as error:
                raise ConfigError(f"{cell.name}: {error}") from error

    async def run(self, cell: Cell) -> str:
        """What became of ``cell``; see :func:`conduct`."""
        place = cell_folder(self._folder, cell)
        status = _status(place)
        if status == "done":
            self.conducted.runs[cell.name] = Run(place)
            return "kept"
        try:
            run = await self._simulation(cell, place, begun=status is not None).run_async()
        except RunError as error:
            self.conducted.failed[cell.name] = str(error)
            if isinstance(error, BudgetError):
                self._stop()
            return "failed"
        if run.manifest.status != "done":
            return "stopped"
        self.conducted.runs[cell.name] = run
        return "done"

    def _simulation(self, cell: Cell, place: Path, *, begun: bool) -> Simulation:
        scenario = economical(cell.scenario)
        society, client = self._society(scenario), self._models(scenario)
        if begun:
            simulation = Simulation.resume(place, society, client=client)
        else:
            simulation = Simulation(scenario, society, out=place, client=client)
        simulation.stop = self._stop
        return simulation

    def _society(self, scenario: Scenario) -> Society:
        key = orjson.dumps([scenario.society.model_dump(mode="json"), scenario.around])
        if key not in self._societies:
            self._societies[key] = prepare(scenario, endpoint=False).society
        return self._societies[key]


def _status(place: Path) -> str | None:
    """How the run in ``place`` ended; ``None`` if there is none."""
    try:
        return Manifest.read(RunFolder.existing(place).manifest).status
    except RunFolderError:
        return None
