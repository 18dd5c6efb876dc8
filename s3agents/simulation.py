"""Simulation: a scenario, a society and a folder, and the run that comes of them.

In ten lines::

    from s3agents import Scenario, Simulation, Society, load_scenario

    run = Simulation(load_scenario("examples/karate_club")).run()
    print(run.curves())
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import structlog

from s3agents import wiring
from s3agents.agents.host import Host, HostLimits
from s3agents.config import Scenario
from s3agents.coordinator.coordinator import Coordinator, Progress, StopRequest
from s3agents.coordinator.run_folder import RunFolder
from s3agents.errors import ConfigError, RunFolderError, explain
from s3agents.llm.base import ChatCompletionClient
from s3agents.llm.foreign import ForeignClient
from s3agents.llm.replay import RecordingClient, ReplayClient
from s3agents.llm.reply_store import ReplyStore
from s3agents.network.society import Society
from s3agents.preparation import Prepared, prepare
from s3agents.record.counts import faults_by_cause
from s3agents.record.sqlite import SqliteRecorder
from s3agents.report.manifest import Manifest, Status
from s3agents.report.run import Run
from s3agents.scenarios import parse_scenario

__all__ = ["Simulation"]

OnProgress = Callable[[Progress], None]


class Simulation:
    """One run, from its preparation to its end.

    Everything is checked when it is made; nothing is written before it runs.

    Args:
        scenario: what to run.
        society: used instead of the one that the scenario names.
        out: folder of the run; by default a new one under ``runs/``.
        client: a model client to use instead of the one that the scenario names (tests, other frameworks).
        strict: whether anything that the society's loader would drop is an error.

    Raises:
        InputError: if the scenario does not fit its society, or anything that it refers to is missing.
    """

    def __init__(
        self,
        scenario: Scenario,
        society: Society | None = None,
        *,
        out: str | Path | None = None,
        client: ChatCompletionClient | None = None,
        strict: bool = False,
    ) -> None:
        self.prepared = prepare(scenario, society, strict=strict, endpoint=client is None)
        self.folder = RunFolder.new(Path(out) if out is not None else _default_folder(scenario))
        self.stop = StopRequest()
        self.notes: list[str] = []
        self._client = client
        self._replies: Path | None = None
        self._resumed: Manifest | None = None

    @classmethod
    def resume(
        cls,
        folder: str | Path,
        society: Society | None = None,
        *,
        client: ChatCompletionClient | None = None,
        changes: Mapping[str, object] | None = None,
    ) -> Simulation:
        """The run of ``folder``, to be continued after its last whole tick.

        Args:
            folder: of a run that was interrupted, killed or failed.
            society: as in the constructor; needed if the run was given one.
            client: as in the constructor.
            changes: keys of the scenario's ``model`` section that do not shape the record (``url``, ``concurrency``,
                ``timeout``, ``retries``, ``patience``, ``budget``).

        Raises:
            RunFolderError: if the folder holds no run, or the society is no longer the same.
        """
        existing = RunFolder.existing(Path(folder))
        manifest = Manifest.read(existing.manifest)
        scenario = parse_scenario(manifest.scenario, origin=str(existing.manifest))
        if changes:
            scenario = scenario.model_copy(update={"model": scenario.model.model_copy(update=dict(changes))})
        simulation = cls._over(existing, prepare(scenario, society, endpoint=client is None), client)
        simulation._resumed = manifest
        simulation._check_same(manifest)
        return simulation

    @classmethod
    def replay(cls, folder: str | Path, society: Society | None = None, *, out: str | Path | None = None) -> Simulation:
        """The run of ``folder`` once more in a new folder, from its recorded replies and with no endpoint.

        Raises:
            RunFolderError: if the folder holds no run, or the society is no longer the same.
        """
        existing = RunFolder.existing(Path(folder))
        manifest = Manifest.read(existing.manifest)
        scenario = parse_scenario(manifest.scenario, origin=str(existing.manifest))
        target = Path(out) if out is not None else _default_folder(scenario, suffix="-replay")
        simulation = cls._over(RunFolder.new(target), prepare(scenario, society, endpoint=False), None)
        simulation._replies = existing.replies
        simulation._check_same(manifest)
        return simulation

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
        _calm_logs()
        with self.folder:
            manifest = self._manifest()
            manifest.write(self.folder.manifest)
            try:
                finished = await self._coordinate(on_progress)
            except BaseException as error:
                stopped = isinstance(error, asyncio.CancelledError | KeyboardInterrupt)
                self._ended(manifest, "interrupted" if stopped else "failed", str(error))
                raise
            self._ended(manifest, "done" if finished else "interrupted")
        return Run(self.folder.path)

    @property
    def bus_kind(self) -> str:
        """Which bus the run gets: ``local``, ``nats``, or an address."""
        return wiring.choose_bus(self.prepared.scenario)[0]

    @classmethod
    def _over(cls, folder: RunFolder, prepared: Prepared, client: ChatCompletionClient | None) -> Simulation:
        simulation = cls.__new__(cls)
        simulation.prepared = prepared
        simulation.folder = folder
        simulation.stop = StopRequest()
        simulation.notes = []
        simulation._client, simulation._replies, simulation._resumed = client, None, None
        return simulation

    def _check_same(self, manifest: Manifest) -> None:
        """A record goes on only over the society and prompts that it began with."""
        society = self.prepared.society
        if society.digest != manifest.society.digest:
            wanted = f"the society it began with (digest {manifest.society.digest[:12]})"
            raise RunFolderError(explain(str(self.folder.path), wanted=wanted, got=society.digest[:12]))
        began = {pack.name: pack.sha256 for pack in manifest.prompts}
        for pack in self.prepared.packs.values():
            if began.get(pack.name) != pack.sha256:
                wanted = f"prompt pack {pack.name} as it was when the run began"
                raise RunFolderError(explain(str(self.folder.path), wanted=wanted, got="another version of it"))

    async def _coordinate(self, on_progress: OnProgress) -> bool:
        prepared, scenario = self.prepared, self.prepared.scenario
        async with AsyncExitStack() as stack:
            recorder = SqliteRecorder(self.folder.record)
            stack.callback(recorder.close)
            store = wiring.build_store(
                scenario, prepared.embedder, folder=self.folder.memory, run=self.folder.path.name
            )
            stack.push_async_callback(store.close)
            client = await stack.enter_async_context(self._model())
            bus = await stack.enter_async_context(wiring.opened_bus(scenario, self.folder.bus, self.notes))
            minds = wiring.Minds(scenario, prepared.roster, store, client=client, packs=prepared.packs)
            host = Host(prepared.society, bus, store, mind_of=minds, limits=_host_limits(scenario))
            coordinator = Coordinator(
                host,
                bus,
                recorder,
                announcements=prepared.announcements,
                users=len(prepared.society.ids),
                ticks=scenario.ticks,
                fault_limit=scenario.limits.faults,
            )
            return await coordinator.run(_bus_name(self.folder), stop=self.stop, on_progress=on_progress)

    @asynccontextmanager
    async def _model(self) -> AsyncIterator[ChatCompletionClient | None]:
        """The client of a run, with everything around it; ``None`` where no agent asks a model."""
        scenario = self.prepared.scenario
        if not wiring.uses_model(scenario):
            yield None
            return
        if self._replies is not None:
            store = ReplyStore(self._replies, readonly=True)
            client: ChatCompletionClient = ReplayClient(store, model=scenario.model.name)
        else:
            store = ReplyStore(self.folder.replies)
            bare = ForeignClient(self._client) if self._client is not None else self.prepared.client
            if bare is None:
                raise ConfigError(explain("model", wanted="an endpoint", got="none"))
            wrapped = wiring.wrap_client(bare, scenario.model, spent=store.tokens())
            client = RecordingClient(wrapped, store, model=scenario.model.name)
        try:
            yield client
        finally:
            await client.close()
            store.close()

    def _ended(self, manifest: Manifest, status: Status, message: str = "") -> None:
        faults = faults_by_cause(self.folder.record) if self.folder.record.exists() else {}
        manifest.ended(status, message=message, faults=faults).write(self.folder.manifest)

    def _manifest(self) -> Manifest:
        if self._resumed is not None:
            return self._resumed.again()
        return Manifest.begin(self.prepared, bus=self.bus_kind, started=datetime.now(UTC))


def _calm_logs() -> None:
    """Warnings only, unless the program that uses us has its own idea: structlog prints everything by default."""
    if not structlog.is_configured():
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


def _host_limits(scenario: Scenario) -> HostLimits:
    limits = scenario.limits
    return HostLimits(
        shard=limits.shard,
        concurrency=scenario.model.concurrency if wiring.uses_model(scenario) else 1,
        history=limits.history,
        spontaneous=scenario.cognition.spontaneous,
        faults=limits.faults,
    )


def _default_folder(scenario: Scenario, suffix: str = "") -> Path:
    """A folder under ``runs/`` that does not exist yet."""
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    base = Path("runs") / f"{scenario.name}{suffix}-{stamp}"
    path, n = base, 2
    while path.exists():
        path, n = base.with_name(f"{base.name}-{n}"), n + 1
    return path


def _bus_name(folder: RunFolder) -> str:
    """A name that no other run on the same server has."""
    return f"{folder.path.name}-{os.getpid()}"
