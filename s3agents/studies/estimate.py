"""Estimate: what a study would take, from a measured sample: the first ticks of its control."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from s3agents.errors import ConfigError, explain
from s3agents.report.page.costs import Prices
from s3agents.simulation import Simulation
from s3agents.studies.conduct import economical
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

    runs: int
    ticks: int
    sampled: int
    calls: int
    prompt_tokens: int
    reply_tokens: int
    seconds: float
    cost: float | None


async def estimate(
    cells: Sequence[Cell],
    folder: Path,
    *,
    models: Models,
    sample: int,
    parallel: int,
    prices: Mapping[str, Prices],
) -> Estimate:
    """Play the first ticks of the control, and tell what all cells would take.

    Cells of mode ``llm`` are taken to be like the control where that is, too; the wall time of runs with a model falls
    with the number at a time, that of others does not, since they share the processor.

    Args:
        cells: of the study, the control first.
        folder: for the sample, which is a run like any other.
        models: the client of each scenario.
        sample: ticks to measure.
        parallel: runs at a time.
        prices: by model.

    Raises:
        RunError: if the sample cannot be played.
    """
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
    price = prices.get(control.model.name)
    return Estimate(
        runs=len(cells),
        ticks=whole,
        sampled=ticks,
        calls=round(calls * share),
        prompt_tokens=round(prompt * share),
        reply_tokens=round(reply * share),
        seconds=wall * share / (min(parallel, len(cells)) if calls else 1),
        cost=price.cost(round(prompt * share), round(reply * share)) if price is not None else None,
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
