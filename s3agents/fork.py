"""Fork: a counterfactual: a run as it was after a tick, which goes on from there under another scenario.

What both futures share is not done again: the ticks up to the fork are copied, and so are the model's replies, so that
an agent that meets with the same as before is not asked again.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from s3agents.config import Scenario
from s3agents.coordinator.run_folder import RunFolder, free_folder
from s3agents.counterfactual import steered_from
from s3agents.errors import ConfigError, RunFolderError, explain
from s3agents.llm.base import ChatCompletionClient
from s3agents.network.society import Society
from s3agents.preparation import Prepared, prepare
from s3agents.record.cut import copy_database, cut_record
from s3agents.report.facts import ForkFacts
from s3agents.report.manifest import Manifest
from s3agents.scenarios import parse_scenario, with_overrides
from s3agents.simulation import Simulation

__all__ = ["changed_scenario", "fork_run"]

_ADDED = ("seeds", "interventions", "channels")
"""Lists of a scenario to which a change adds; any other value takes the place of what was there."""

_FIXED = ("society", "memory.embedder")
"""Keys that tell of what is in the record already."""

_NO_CHANGES: Mapping[str, Any] = MappingProxyType({})


def fork_run(
    folder: str | Path,
    *,
    at_tick: int,
    changes: Mapping[str, Any] = _NO_CHANGES,
    overrides: tuple[str, ...] = (),
    out: str | Path | None = None,
    society: Society | None = None,
    client: ChatCompletionClient | None = None,
    workers: int | None = None,
) -> Simulation:
    """A new run that shares the ticks of another up to ``at_tick``; it has yet to be run.

    Args:
        folder: of the other run, which is left as it is, and may still go on.
        at_tick: the last tick that both share; -1 for none.
        changes: keys of the scenario that differ from then on, nested as in a scenario's file. Seeds, interventions and
            channels are added to those that there are, and come after ``at_tick``.
        overrides: further changes, as ``cognition.decay=0.1``.
        out: folder of the new run; by default beside the other, named after the tick.
        society: needed if the other run was given one.
        client: a model client to use instead of the scenario's.
        workers: as for any simulation.

    Returns:
        The simulation. Without a change, it ends with the record that the other run has, or would have.

    Raises:
        InputError: if the changed scenario is none, changes what the shared ticks rest on, or the tick was not
            committed; then no folder is left behind.
    """
    existing = RunFolder.existing(Path(folder))
    manifest = Manifest.read(existing.manifest)
    scenario = changed_scenario(manifest, changes, overrides, at_tick=at_tick, origin=str(folder))
    prepared = prepare(scenario, society, endpoint=client is None)
    manifest.check_society(prepared.society, existing.path)
    beside = existing.path.with_name(f"{existing.path.name}-fork-{at_tick}")
    target = RunFolder.new(Path(out) if out is not None else free_folder(beside))
    _branch(existing, target, manifest, prepared, at_tick)
    return Simulation.resume(target.path, society, client=client, workers=workers)


def changed_scenario(
    manifest: Manifest, changes: Mapping[str, Any], overrides: tuple[str, ...] = (), *, at_tick: int, origin: str
) -> Scenario:
    """The scenario of a run as it is from a tick on.

    Raises:
        ConfigError: if it is no scenario, or a change is of what the shared ticks rest on.
    """
    before = parse_scenario(manifest.scenario, origin=origin).pinned()
    data = with_overrides(_merged(before.dump(), changes, top=True), overrides, origin=f"fork of {origin}")
    scenario = parse_scenario(data, origin=f"fork of {origin}")
    for key in _FIXED:
        if _at(before, key) != _at(scenario, key):
            raise ConfigError(
                explain(f"fork: {key}", wanted="what it was: the shared ticks rest on it", got="a change")
            )
    if scenario.ticks <= at_tick + 1:
        remedy = "fork at an earlier tick, or give the fork more ticks"
        wanted = f"more than {at_tick + 1}, those that the futures share"
        raise ConfigError(explain("fork: ticks", wanted=wanted, got=str(scenario.ticks), remedy=remedy))
    old = list(before.seeds)
    for seed in scenario.seeds:
        if seed in old:
            old.remove(seed)
        elif seed.tick <= at_tick:
            wanted = f"a tick after {at_tick}, the last that the futures share"
            raise ConfigError(explain("fork: seeds: tick of a new post", wanted=wanted, got=str(seed.tick)))
    return steered_from(before, scenario, tick=at_tick)


def _merged(data: Mapping[str, Any], changes: Mapping[str, Any], *, top: bool = False) -> dict[str, Any]:
    """``data`` with ``changes``: mappings are gone into, what else there is takes the place of what was there."""
    merged = deepcopy(dict(data))
    for key, value in changes.items():
        if isinstance(value, Mapping) and isinstance(merged.get(key), dict):
            merged[key] = _merged(merged[key], value)
        elif top and key in _ADDED and isinstance(value, list):
            merged[key] = [*merged.get(key, []), *value]
        else:
            merged[key] = value
    return merged


def _at(scenario: Scenario, key: str) -> Any:
    value: Any = scenario
    for part in key.split("."):
        value = getattr(value, part)
    return value


def _branch(existing: RunFolder, target: RunFolder, manifest: Manifest, prepared: Prepared, tick: int) -> None:
    """Make the folder of the new run; its manifest comes last, for without one it is no run."""
    began = datetime.now(UTC)
    try:
        with target:
            if existing.record.exists() or tick >= 0:
                cut_record(existing.record, target.record, tick=tick)
            if existing.replies.exists():
                copy_database(existing.replies, target.replies)
            fork = ForkFacts(run=str(existing.path.absolute()), tick=tick)
            new = Manifest.begin(prepared, bus=manifest.bus, started=began)
            new.model_copy(update={"fork_of": fork}).ended("interrupted").write(target.manifest)
    except BaseException:
        if not target.manifest.exists():
            _remove(target.path)
        raise


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except OSError as exc:
        raise RunFolderError(explain(str(folder), wanted="to remove half a fork", got=str(exc))) from exc
