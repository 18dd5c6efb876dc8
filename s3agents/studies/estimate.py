"""Estimate: what a study would take, from a measured sample: the first ticks of its control."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from s3agents.cognition.base import Usage
from s3agents.errors import ConfigError, explain
from s3agents.report.page.costs import Prices
from s3agents.simulation import Simulation
from s3agents.studies.conduct import economical
from s3agents.studies.individual import Individuals
from s3agents.studies.models import Models
from s3agents.studies.plan import Cell
from s3agents.yaml_files import read_yaml_keys

__all__ = ["Estimate", "estimate", "read_prices"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What all cells would take together, if every tick were like those of the sample.

    Attributes:
        runs: cells.
        ticks: of all cells.
        sampled: ticks that were measured.
        calls: of models, were nothing shared.
        prompt_tokens: likewise.
        reply_tokens: likewise.
        seconds: of wall time, with so many runs at a time as the study says.
        cost: in the currency of the prices; ``None`` where a model has none.
    """

    runs: int = 0
    ticks: int = 0
    sampled: int = 0
    calls: int = 0
    prompt_tokens: int = 0
    reply_tokens: int = 0
    seconds: float = 0.0
    cost: float | None = None


_NOTHING = Estimate()
_PROBES = 16
"""Probes of each task that are measured."""


async def estimate(
    cells: Sequence[Cell],
    folder: Path,
    *,
    models: Models,
    sample: int,
    parallel: int,
    prices: Mapping[str, Prices],
    individuals: Individuals | None = None,
    plays: bool = True,
) -> Estimate:
    """Play the first ticks of the control, ask its mind some probes, and tell what all cells would take.

    Cells of mode ``llm`` are taken to be like the control where that is, too; the wall time of runs with a model falls
    with the number at a time, that of others does not, since they share the processor.

    Args:
        cells: of the study, the control first.
        folder: for the sample, which is a run like any other.
        models: the client of each scenario.
        sample: ticks to measure.
        parallel: runs at a time.
        prices: by model.
        individuals: real users that the minds are held against.
        plays: whether there are runs at all.

    Raises:
        RunError: if the sample cannot be played.
    """
    control = cells[0].scenario
    found = await _of_runs(cells, folder, models=models, sample=sample, parallel=parallel) if plays else _NOTHING
    if individuals is not None:
        found = _with_probes(found, *await _of_probes(individuals, models))
    price = prices.get(control.model.name)
    cost = price.cost(found.prompt_tokens, found.reply_tokens) if price is not None else None
    return replace(found, cost=cost)


async def _of_runs(cells: Sequence[Cell], folder: Path, *, models: Models, sample: int, parallel: int) -> Estimate:
    control = cells[0].scenario
    ticks = min(sample, control.ticks)
    scenario = economical(control).model_copy(update={"ticks": ticks})
    began = time.perf_counter()
    run = await Simulation(scenario, out=folder / "sample", client=models(scenario)).run_async()
    wall = time.perf_counter() - began
    table = run.ticks()
    calls, prompt, reply = (int(table[name].sum()) for name in ("calls", "prompt_tokens", "reply_tokens"))
    whole = sum(cell.scenario.ticks for cell in cells)
    share = whole / ticks if ticks else 0.0
    return Estimate(
        runs=len(cells),
        ticks=whole,
        sampled=ticks,
        calls=round(calls * share),
        prompt_tokens=round(prompt * share),
        reply_tokens=round(reply * share),
        seconds=wall * share / (min(parallel, len(cells)) if calls else 1),
    )


async def _of_probes(individuals: Individuals, models: Models) -> tuple[Usage, float]:
    """What all probes of all variants would cost, and how many seconds they would take."""
    began = time.perf_counter()
    usage, share = await individuals.sample(models, _PROBES)
    wall = time.perf_counter() - began
    whole = (round(number / share) for number in (usage.calls, usage.prompt_tokens, usage.reply_tokens))
    return Usage(*whole), wall / share


def _with_probes(found: Estimate, usage: Usage, seconds: float) -> Estimate:
    return replace(
        found,
        calls=found.calls + usage.calls,
        prompt_tokens=found.prompt_tokens + usage.prompt_tokens,
        reply_tokens=found.reply_tokens + usage.reply_tokens,
        seconds=found.seconds + seconds,
    )


def read_prices(file: Path) -> dict[str, Prices]:
    """Prices of a million tokens by model: ``gpt-x: {prompt: 0.4, reply: 1.6}``.

    Raises:
        ConfigError: if it is no such file.
    """
    found = {}
    for model, value in read_yaml_keys(file, wanted="a file of prices", keys="names of models").items():
        try:
            found[str(model)] = Prices(**{name: float(price) for name, price in dict(value).items()})
        except (TypeError, ValueError) as exc:
            wanted = "prompt and reply, prices of a million tokens"
            raise ConfigError(explain(f"{file}: {model}", wanted=wanted, got=repr(value))) from exc
    return found
