"""Simulation: a scenario, a society and a folder, and the run that comes of them.

In ten lines::

    from s3agents import Scenario, Simulation, Society, load_scenario

    run = Simulation(load_scenario("examples/karate_club")).run()
    print(run.curves())
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from types import TracebackType

import structlog

from s3agents import wiring
from s3agents.agents.crowd import Crowd
from s3agents.agents.host import Host
from s3agents.agents.shards import shard_size
from s3agents.config import Scenario
from s3agents.config.model import PACE
from s3agents.config.scenario import ROOM, SeedPost
from s3agents.coordinator.collector import seldom_collected
from s3agents.coordinator.coordinator import Coordinator, Progress, StopRequest
from s3agents.coordinator.pipeline import Pace
from s3agents.coordinator.run_folder import RunFolder, free_folder
from s3agents.coordinator.seeds import plan_seeds
from s3agents.coordinator.turns import LocalTurns, Turns
from s3agents.errors import ConfigError, InputError, RecordError, RunFolderError, explain
from s3agents.helm import Helm
from s3agents.llm.asked import Asked
from s3agents.llm.reply_store import ReplyStore
from s3agents.minds import Agents, Minds
from s3agents.network.society import Society
from s3agents.plugged import recorder_beside
from s3agents.preparation import Prepared, prepare
from s3agents.record.base import Recorder
from s3agents.record.counts import committed_ticks, faults_by_cause
from s3agents.report.manifest import Manifest, Status
from s3agents.report.run import Run
from s3agents.run_models import RunModels, opened_models, replayed_models, together
from s3agents.scenarios import parse_scenario, with_nats_files, with_values
from s3agents.steering.build import check_steering
from s3agents.stepping import Steps
from s3agents.workforce import check_workers, opened_fleet

__all__ = ["Simulation"]

OnProgress = Callable[[Progress], None]
Flush = Callable[[], None]

_TOGETHER = 256
"""Turns at once where no model is asked: as many as are worth one walk through the trees of a fitted mind."""

_FREE = (
    *("bus", "metrics", "nats.credentials", "nats.tls", "nats.replicas", "recorders"),
    *(f"limits.{key}" for key in sorted(ROOM)),
    *(f"model.{key}" for key in sorted(PACE)),
)
"""Keys of a scenario that a run may change when it goes on, with those below them."""

_OWN_MODEL = re.compile(r"^cognition\.(groups\.\d+|tiers\.\w+)\.model\.")
"""Of the model of a group or tier, what may change of everybody's may change as well."""


class Simulation:
    """One run, from its preparation to its end.

    Everything is checked when it is made; nothing is written before it runs.

    Args:
        scenario: what to run.
        society: used instead of the one that the scenario names.
        out: folder of the run; by default a new one under ``runs/``.
        client: a model client to use instead of the one that the scenario names (tests, other frameworks), whatever the
            model of a group; or a function that has one for each section of a model.
        strict: whether anything that the society's loader would drop is an error.
        workers: have worker processes take the turns: so many on this machine, and any others that join. They need a
            scenario that names its society and its model. By default this process takes all turns itself. Whoever
            takes them, the record is the same.

    Raises:
        InputError: if the scenario does not fit its society, or anything that it refers to is missing.
    """

    def __init__(
        self,
        scenario: Scenario,
        society: Society | None = None,
        *,
        out: str | Path | None = None,
        client: Asked | None = None,
        strict: bool = False,
        workers: int | None = None,
    ) -> None:
        if workers is not None:
            check_workers(scenario, own_client=client is not None, own_society=society is not None)
        prepared = prepare(scenario, society, strict=strict, endpoint=client is None)
        folder = RunFolder.new(Path(out) if out is not None else _default_folder(scenario))
        self._set_up(prepared, folder, client=client, workers=workers)

    @classmethod
    def resume(
        cls,
        folder: str | Path,
        society: Society | None = None,
        *,
        client: Asked | None = None,
        changes: Mapping[str, object] | None = None,
        workers: int | None = None,
    ) -> Simulation:
        """The run of ``folder``, to be continued after its last whole tick.

        Args:
            folder: of a run that was interrupted, killed or failed.
            society: as in the constructor; needed if the run was given one.
            client: as in the constructor.
            changes: new values for keys of the scenario that do not shape the record, kept from then on: those of its
                ``model`` section (:data:`~s3agents.config.model.PACE`) by their names, ``limits.NAME``
                (:data:`~s3agents.config.scenario.ROOM`), ``bus``, what stands below ``nats``, ``metrics`` and
                ``recorders``.
            workers: as in the constructor; whether the run had some before does not matter.

        Raises:
            ConfigError: if a change is of another key, or has a wrong value.
            RunFolderError: if the folder holds no run, or society or prompts are no longer the same.
        """
        existing = RunFolder.existing(Path(folder))
        manifest = Manifest.read(existing.manifest)
        scenario = _scenario_of(manifest, existing, changes or {})
        replays = Path(manifest.replay_of) if manifest.replay_of is not None else None
        if workers is not None:
            if replays is not None:
                raise ConfigError(explain("workers", wanted="a run that is no replay", got="one that is"))
            check_workers(scenario, own_client=client is not None, own_society=society is not None)
        prepared = prepare(scenario, society, endpoint=client is None and replays is None)
        simulation = cls.__new__(cls)
        simulation._set_up(prepared, existing, client=client, manifest=manifest, replays=replays, workers=workers)
        manifest.check_same(prepared, existing.path)
        simulation.notes.extend(manifest.changed_plugins(prepared.plugins))
        return simulation

    @classmethod
    def replay(cls, folder: str | Path, society: Society | None = None, *, out: str | Path | None = None) -> Simulation:
        """The run of ``folder`` once more in a new folder, from its recorded replies and with no endpoint.

        A run that did not come to its end is replayed as far as it was committed.

        Raises:
            RunFolderError: if the folder holds no run or no replies, or society or prompts are no longer the same.
        """
        existing = RunFolder.existing(Path(folder))
        manifest = Manifest.read(existing.manifest)
        scenario = _scenario_of(manifest, existing, {})
        committed = committed_ticks(existing.record) if existing.record.exists() else 0
        target = Path(out) if out is not None else _default_folder(scenario, suffix="-replay")
        replays = Path(manifest.replay_of) if manifest.replay_of is not None else existing.path.absolute()
        if wiring.uses_model(scenario) and not RunFolder(replays).replies.is_file():
            wanted = "the recorded replies of the run"
            raise RunFolderError(explain(str(RunFolder(replays).replies), wanted=wanted, got="no such file"))
        prepared = prepare(scenario.model_copy(update={"ticks": committed}), society, endpoint=False)
        simulation = cls.__new__(cls)
        simulation._set_up(prepared, RunFolder.new(target), replays=replays)
        manifest.check_same(prepared, existing.path)
        simulation.notes.extend(manifest.changed_plugins(prepared.plugins))
        return simulation

    def _set_up(
        self,
        prepared: Prepared,
        folder: RunFolder,
        *,
        client: Asked | None = None,
        manifest: Manifest | None = None,
        replays: Path | None = None,
        workers: int | None = None,
    ) -> None:
        """What every simulation has.

        Args:
            prepared: what to run.
            folder: of the run.
            client: to use instead of the scenario's endpoint.
            manifest: of the run that goes on, if it is one.
            replays: folder of the run that is replayed, if it is one.
            workers: processes on this machine that take the turns; ``None`` if this one does.
        """
        self.prepared, self.folder = prepared, folder
        self.stop, self.notes = StopRequest(), list[str]()
        self.announcements = dict(prepared.announcements)
        self._helm: Helm | None = None
        self._client, self._went_on, self._replays, self._workers = client, manifest, replays, workers

    def run(self, *, on_progress: OnProgress = lambda progress: None) -> Run:
        """Run to the end, or to the barrier after :attr:`stop` was called. See :meth:`run_async`."""
        return asyncio.run(self.run_async(on_progress=on_progress))

    async def run_async(self, *, on_progress: OnProgress = lambda progress: None) -> Run:
        """Run to the end, or to the barrier after :attr:`stop` was called.

        Args:
            on_progress: told after every turn and every tick.

        Raises:
            RunError: if the run cannot go on; its folder can be resumed.
        """
        async with self.under_way() as coordinator:
            await coordinator.advance(stop=self.stop, on_progress=on_progress)
        return Run(self.folder.path)

    @asynccontextmanager
    async def under_way(self) -> AsyncIterator[Coordinator]:
        """The run, open, as long as the block lasts; whoever enters it has it advance.

        Its manifest says afterwards whether it came to its end, was interrupted, or failed, and why.
        """
        _calm_logs()
        with self.folder, seldom_collected():
            self.manifest = self._manifest()
            self.manifest.write(self.folder.manifest)
            try:
                async with self._coordinator(self.manifest) as coordinator:
                    yield coordinator
            except BaseException as error:
                stopped = isinstance(error, asyncio.CancelledError | KeyboardInterrupt)
                self._ended(self.manifest, "interrupted" if stopped else "failed", str(error))
                raise
            self._ended(self.manifest, "done" if coordinator.tick >= self.prepared.scenario.ticks else "interrupted")

    async def __aenter__(self) -> Steps:
        """The run, to be taken step by step; see :class:`~s3agents.stepping.Steps`."""
        self._opened = AsyncExitStack()
        return Steps(self, await self._opened.enter_async_context(self.under_way()))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the run; it can be resumed if it did not come to its end."""
        await self._opened.__aexit__(kind, error, trace)

    def add_seed(self, seed: SeedPost) -> None:
        """Have a post enter the run from outside, in a tick that has not begun; the manifest tells of it first."""
        scenario = self.prepared.scenario.pinned()
        scenario = scenario.model_copy(update={"seeds": (*scenario.seeds, seed)})
        planned = plan_seeds(scenario.seeds)
        self._rewrite(scenario)
        self.announcements.update(planned)

    def add_intervention(self, scenario: Scenario) -> None:
        """Have the last intervention of ``scenario`` in force besides, from a tick on that has not begun.

        Raises:
            InputError: if it does not fit the society or cannot be had; then nothing has changed.
        """
        self._steered_by(scenario, "intervene").add(scenario.interventions[-1], self.prepared, self._under)

    def add_channel(self, scenario: Scenario) -> None:
        """Have the last channel of ``scenario`` recommend besides; see :meth:`add_intervention`."""
        self._steered_by(scenario, "recommend").take(self.prepared, self._under)

    def _steered_by(self, scenario: Scenario, what: str) -> Helm:
        """Have the run go by ``scenario``, which steers it otherwise from a tick on that has not begun."""
        if self._helm is None:
            raise InputError(explain(what, wanted="a run without workers", got="one with workers"))
        check_steering(scenario, self.prepared.society, groups=self.prepared.roster.members)
        self._rewrite(scenario)
        return self._helm

    def _rewrite(self, scenario: Scenario) -> None:
        """Have the run, and its manifest before it, go by another scenario."""
        changes = {"scenario": scenario.dump(), "scenario_digest": scenario.digest()}
        self.manifest = self.manifest.model_copy(update=changes)
        self.manifest.write(self.folder.manifest)
        self.prepared = replace(self.prepared, scenario=scenario)

    @property
    def bus_kind(self) -> str:
        """Which bus the run gets: ``local``, ``nats``, or an address."""
        return wiring.choose_bus(self.prepared.scenario)[0]

    @asynccontextmanager
    async def _coordinator(self, manifest: Manifest) -> AsyncIterator[Coordinator]:
        prepared, scenario = self.prepared, self.prepared.scenario
        name = _name_elsewhere(self.folder, manifest)
        async with AsyncExitStack() as stack:
            recorder: Recorder = wiring.build_recorder(scenario, self.folder.record)
            others, folder = prepared.recorders, self.folder.path
            recorder = recorder_beside(recorder, others, scenario=scenario, folder=folder)
            stack.callback(recorder.close)
            turns, flush = await stack.enter_async_context(
                self._turns_here(name) if self._workers is None else self._turns_elsewhere(name, self._workers)
            )
            coordinator = Coordinator(
                turns,
                recorder,
                announcements=self.announcements,
                users=len(prepared.society.ids),
                ticks=scenario.ticks,
                faults=scenario.limits.faults,
                flush=flush,
            )
            if scenario.steered and self._helm is not None:
                self._helm.take(prepared, coordinator)
            self._under = coordinator
            # A bus is opened anew whenever a run goes on, and must not meet what another opening left.
            await coordinator.open(f"{name}/{token_hex(4)}")
            yield coordinator

    @asynccontextmanager
    async def _turns_here(self, name: str) -> AsyncIterator[tuple[Turns, Flush]]:
        prepared, scenario = self.prepared, self.prepared.scenario
        async with AsyncExitStack() as stack:
            users = len(prepared.society)
            store = wiring.build_store(scenario, prepared.embedder, folder=self.folder.memory, run=name, users=users)
            stack.push_async_callback(store.close)
            client = await stack.enter_async_context(self._model())
            bus = await stack.enter_async_context(wiring.opened_bus(scenario, self.folder.bus, self.notes))
            minds = Minds(scenario, prepared.roster, store, client=client, packs=prepared.packs, learnt=prepared.learnt)
            limits, agents = wiring.crowd_limits(scenario), Agents(scenario, prepared.roster)
            crowd = Crowd(prepared.society, store, mind_of=minds, limits=limits, agent_of=agents)
            host = Host(crowd, bus, shard=shard_size(scenario.limits.shard, len(prepared.society)))
            turns = LocalTurns(host, _pace(scenario))
            self._helm = Helm(self.folder.record, turns, store)
            yield turns, _nothing if client is None else client.flush

    @asynccontextmanager
    async def _turns_elsewhere(self, name: str, workers: int) -> AsyncIterator[tuple[Turns, Flush]]:
        scenario, store = self.prepared.scenario, None
        async with AsyncExitStack() as stack:
            if wiring.uses_model(scenario):
                most = round(scenario.limits.replies_gb * 1e9)
                store = stack.enter_context(ReplyStore(self.folder.replies, most_bytes=most))
            fleet = opened_fleet(self.prepared, self.folder, run=name, workers=workers, store=store)
            turns = await stack.enter_async_context(fleet)
            yield turns, _nothing if store is None else store.flush

    def _model(self) -> AbstractAsyncContextManager[RunModels | None]:
        scenario = self.prepared.scenario
        if not wiring.uses_model(scenario):
            return nullcontext()
        if self._replays is not None:
            return replayed_models(RunFolder(self._replays).replies)
        client, room = self._client or self.prepared.client, round(scenario.limits.replies_gb * 1e9)
        return opened_models(scenario, client, self.folder.replies, most_bytes=room)

    def _ended(self, manifest: Manifest, status: Status, message: str = "") -> None:
        try:
            faults = faults_by_cause(self.folder.record) if self.folder.record.exists() else {}
        except RecordError:  # the run failed because of its record: that is the message to keep
            faults = {}
        try:
            manifest.ended(status, message=message, faults=faults).write(self.folder.manifest)
        except RunFolderError as exc:
            if not message:
                raise RecordError(str(exc)) from exc
            self.notes.append(str(exc))  # what ended the run is the message to keep

    def _manifest(self) -> Manifest:
        if self._went_on is not None:
            changes = {"scenario": self.prepared.scenario.dump(), "bus": self.bus_kind}
            return self._went_on.again(plugins=self.prepared.plugins).model_copy(update=changes)
        replay_of = str(self._replays) if self._replays is not None else None
        return Manifest.begin(self.prepared, bus=self.bus_kind, started=datetime.now(UTC), replay_of=replay_of)


def _calm_logs() -> None:
    """Warnings only, unless the program that uses us has its own idea: structlog prints everything by default."""
    if not structlog.is_configured():
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


def _nothing() -> None:
    """Nothing is to be written before a tick is committed."""


def _pace(scenario: Scenario) -> Pace:
    """With no model nothing is waited for, and whole ticks are the cheapest batches; fitted minds think together."""
    limits = scenario.limits
    if not wiring.uses_model(scenario):
        return Pace(concurrency=_TOGETHER, faults=limits.faults)
    return Pace(concurrency=together(scenario), lookahead=limits.lookahead, faults=limits.faults)


def _default_folder(scenario: Scenario, suffix: str = "") -> Path:
    """A folder under ``runs/`` that does not exist yet."""
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    return free_folder(Path("runs") / f"{scenario.name}{suffix}-{stamp}")


def _name_elsewhere(folder: RunFolder, manifest: Manifest) -> str:
    """What servers that runs share call this one: the same whenever it goes on, and no other run's."""
    told_apart = hashlib.sha256(f"{folder.path.absolute()}{manifest.started.isoformat()}".encode()).hexdigest()
    return f"{folder.path.name}-{told_apart[:8]}"


def _scenario_of(manifest: Manifest, folder: RunFolder, changes: Mapping[str, object]) -> Scenario:
    """The scenario of a manifest, with changes to what does not shape the record."""
    named = {key if "." in key or key in _FREE else f"model.{key}": value for key, value in changes.items()}
    for key in named:
        common = _OWN_MODEL.sub("model.", key)
        if not any(common == free or common.startswith(f"{free}.") for free in _FREE):
            raise ConfigError(explain(f"change of {key}", wanted=f"one of {', '.join(_FREE)}", got=key))
    changed = with_values(manifest.scenario, named, origin=str(folder.manifest))
    return parse_scenario(with_nats_files(changed, Path.cwd()), origin=str(folder.manifest))
