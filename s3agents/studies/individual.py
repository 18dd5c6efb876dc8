"""Individual: the minds of a study's variants held against real users, replicate by replicate.

In a replicate all variants are asked the same probes, drawn by its seed, so that they are compared in pairs. What a
model is asked goes on the study's record of replies, and is asked once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from s3agents import wiring
from s3agents.cognition.base import Usage
from s3agents.config import Scenario
from s3agents.config.cognition import MindSection
from s3agents.config.memory import EmbedderSection
from s3agents.config.study import IndividualSection
from s3agents.contenders import fitted_contender, llm_contenders, load_prompt_packs, rules_contender
from s3agents.errors import BudgetError, ConfigError, RunError, explain
from s3agents.evaluation.individual.asking import Contender
from s3agents.evaluation.individual.evaluate import Settings, evaluate_individual
from s3agents.evaluation.individual.probe import TASKS, Task
from s3agents.evaluation.individual.results import IndividualReport, LabelRow, TextRow
from s3agents.evaluation.individual.sources import Material, read_material
from s3agents.evaluation.individual.wording import read_wording
from s3agents.learnt_models import load_learnt
from s3agents.observed.cascades import Cascades, read_cascades
from s3agents.studies.models import Models
from s3agents.studies.plan import Cell
from s3agents.traits.scores import Score

__all__ = ["Individuals", "Scores"]

Scores = Mapping[str, Mapping[str, float | None]]
"""By name of the cell, then of the outcome, such as ``emotion_level.accuracy``."""


class Individuals:
    """Real users that the minds of a study are held against; read and checked when made.

    Args:
        section: which data, and how many probes.
        outcomes: the scores that are wanted, ``TASK.SCORE`` each.
        cells: of the study.
        folder: to which the paths of the study are relative.

    Raises:
        InputError: if the data cannot be read, or do not allow a task that is wanted.
    """

    def __init__(
        self, section: IndividualSection, outcomes: Sequence[str], cells: Sequence[Cell], *, folder: Path
    ) -> None:
        self._section, self._outcomes = section, tuple(outcomes)
        self._names = tuple(task for task in TASKS if any(name.partition(".")[0] == task for name in outcomes))
        self._material: Material = read_material([folder / path for path in section.data], split=section.split)
        self._history: list[Cascades] = [read_cascades(folder / path) for path in section.history]
        self._replicates = _replicates(cells)
        missing = set(self._names) - {task.name for task in self._tasks(cells[0])}
        if missing:
            got = f"none for {', '.join(sorted(missing))}"
            raise ConfigError(explain("study: individual.data", wanted="data for every outcome", got=got))

    async def scores(
        self,
        models: Models,
        *,
        on_done: Callable[[int, int], None] = lambda done, due: None,
    ) -> tuple[Scores, Mapping[str, str]]:
        """The scores of each variant in each replicate; those of one society, for a society plays no part in them.

        Args:
            models: the client of each scenario.
            on_done: told how many replicates are done, and of how many.

        Returns:
            The scores, and why there are none of a replicate. A budget that is used up ends it.
        """
        found: dict[str, Mapping[str, float | None]] = {}
        failed: dict[str, str] = {}
        for number, (seed, cells) in enumerate(self._replicates.items(), start=1):
            try:
                report = await self._replicate(seed, cells, models, None)
            except RunError as error:
                failed[f"individuals, seed {seed}"] = str(error)
                if isinstance(error, BudgetError):
                    break
            else:
                for row, cell in enumerate(cells):
                    found[cell.name] = {name: _score(report, name, row) for name in self._outcomes}
            on_done(number, len(self._replicates))
        return found, failed

    async def sample(self, models: Models, probes: int) -> tuple[Usage, float]:
        """What some probes of each task cost with the control, and what share of the whole that is.

        Raises:
            RunError: if they cannot be asked.
        """
        seed, cells = next(iter(self._replicates.items()))
        report = await self._replicate(seed, cells[:1], models, probes)
        usage = sum((result.rows[0].usage for result in report.results), Usage())
        asked = sum(len(result.task.probes) for result in report.results)
        whole = sum(min(len(task.probes), self._section.limit) for task in self._tasks(cells[0]))
        return usage, asked / (whole * sum(map(len, self._replicates.values())))

    async def _replicate(self, seed: int, cells: Sequence[Cell], models: Models, only: int | None) -> IndividualReport:
        contenders = [_contender(cell.scenario, models) for cell in cells]
        most = max(cell.scenario.model.concurrency for cell in cells)
        limit = self._section.limit if only is None else only
        settings = Settings(limit=limit, seed=seed, concurrency=most)
        embedder = wiring.build_embedder(EmbedderSection())
        try:
            return await evaluate_individual(self._tasks(cells[0]), contenders, settings, embedder=embedder)
        finally:
            await embedder.close()

    def _tasks(self, cell: Cell) -> list[Task]:
        wording = read_wording(cell.scenario.language)
        return self._material.tasks(wording, names=self._names, history=self._history, seed=cell.seed)


def _replicates(cells: Sequence[Cell]) -> Mapping[int, Sequence[Cell]]:
    """By seed, one cell of each variant."""
    found: dict[int, dict[str, Cell]] = {}
    for cell in cells:
        found.setdefault(cell.seed, {}).setdefault(cell.variant, cell)
    return MappingProxyType({seed: tuple(by_variant.values()) for seed, by_variant in found.items()})


def _contender(scenario: Scenario, models: Models) -> Contender:
    """The mind that most users of ``scenario`` have."""
    cognition = scenario.cognition
    tiered = cognition.mode == "tiered" and cognition.tiers is not None
    section: MindSection = cognition.tiers.of("regular") if tiered and cognition.tiers is not None else cognition
    if section.mode == "rules":
        return rules_contender(scenario.language, section.rules)
    if section.mode == "fitted":
        return fitted_contender(load_learnt(scenario)[str(section.learnt)], scenario.language)
    client = models(scenario) if section.mode == "llm" else None
    if client is None:
        raise ConfigError(explain("study: individual", wanted="a mind of mode llm, fitted or rules", got=section.mode))
    model = scenario.model_of(section)
    packs = load_prompt_packs([section.pack], scenario.language)
    return llm_contenders(wiring.wrap_client(client(model), model), model, packs)[0]


def _score(report: IndividualReport, outcome: str, row: int) -> float | None:
    """The mean over the sources that allow the task, by their numbers of answers."""
    task, _, name = outcome.partition(".")
    total = weight = 0.0
    for result in report.results:
        if result.task.name == task:
            scored = result.rows[row]
            value, n = _value(scored, name)
            if value is not None:
                total, weight = total + n * value, weight + n
    return total / weight if weight else None


def _value(row: LabelRow | TextRow, name: str) -> tuple[float | None, int]:
    holder = row.scores if isinstance(row, LabelRow) else row
    value = getattr(holder, name)
    return (value.value if isinstance(value, Score) else value), holder.n
