"""Measure: everything that one command measures, in its order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from s3agents.bench.bench import Bench
from s3agents.bench.load import Load
from s3agents.bench.machine import machine
from s3agents.bench.passes import Pair
from s3agents.bench.rows import ROWS, main_load
from s3agents.bench.targets import RowResult
from s3agents.errors import InputError, explain

__all__ = ["Measured", "measure"]

_PART = 4
"""The memory of an agent is the slope between a society and one of this part of its size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured.

    Attributes:
        machine: where.
        pairs: each society, beside the bare loop where there is one.
        rows: the targets.
    """

    machine: dict[str, Any]
    pairs: tuple[Pair, ...]
    rows: tuple[RowResult, ...]

    @property
    def others(self) -> float:
        """Processors that were busy with other things, in the pass in which that were most of them."""
        passes = [each for pair in self.pairs for each in (pair.bare, pair.society) if each is not None]
        return max((each.others or 0.0 for each in passes), default=0.0)

    def plain(self) -> dict[str, Any]:
        """All of it as values that JSON takes."""
        rows = [row.plain() for row in self.rows]
        return {"machine": self.machine, "passes": [pair.plain() for pair in self.pairs], "rows": rows}


def measure(bench: Bench, rows: Sequence[str], *, main: bool) -> Measured:
    """Measure.

    Args:
        bench: makes the passes.
        rows: names of rows.
        main: whether to measure the society that the command line describes, with what an agent more of it costs.

    Raises:
        InputError: if a row asks a model, and the agents have another mode.
        S3AgentsError: if a pass fails.
    """
    _check(bench, rows)
    where = machine()
    agent_bytes = {}
    if main:
        load = main_load(bench)
        pair = bench.pair(load) if load.mode == "llm" else None
        whole = pair.society if pair is not None else bench.society(load)
        agent_bytes[load] = _agent_bytes(bench, load, users=whole.outcome.users, peak=whole.outcome.peak)
    made = [ROWS[row].measure(bench) for row in rows]
    pairs = [replace(pair, agent_bytes=agent_bytes.get(pair.load)) for pair in bench.pairs]
    return Measured(machine=where, pairs=tuple(pairs), rows=tuple(made))


def _check(bench: Bench, rows: Sequence[str]) -> None:
    """Nothing, if agents think as the rows have it."""
    mode = bench.load().mode
    asking = [row for row in rows if ROWS[row].asks]
    if mode != "llm" and asking:
        raise InputError(explain("--mode", wanted=f"llm for row {asking[0]}", got=mode))


def _agent_bytes(bench: Bench, load: Load, *, users: int, peak: int) -> float | None:
    """What an agent more costs; ``None`` for a society that was not made by a number of users, or too small a one."""
    part = users // _PART
    if load.like is not None or part < 1 or bench.endpoint.url is not None:
        return None
    smaller = bench.aside(replace(load, users=part))
    return max(0.0, (peak - smaller.outcome.peak) / (users - part))
