"""WorkerProcess: what a worker needs for the run that it is offered, checked to be what the run has, and set up."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import structlog

from s3agents import wiring
from s3agents.agents.crowd import Crowd
from s3agents.agents.shards import users_of
from s3agents.bus.nats_failures import is_absence
from s3agents.bus.nats_link import NatsLink
from s3agents.config import Scenario
from s3agents.config.cognition import PartSection
from s3agents.coordinator.collector import seldom_collected
from s3agents.errors import BusError, InputError, RunError, explain
from s3agents.fleet.basket import CollectingClient
from s3agents.fleet.names import FleetNames
from s3agents.fleet.offer import Offer, ask_for_offers
from s3agents.fleet.shard_log import ShardLog
from s3agents.fleet.shelf import Shelf
from s3agents.fleet.waiting import Waiting
from s3agents.fleet.worker import Worker
from s3agents.minds import Agents, Minds
from s3agents.network.society import Society
from s3agents.plugins import differing
from s3agents.preparation import Prepared, prepare
from s3agents.run_models import Endpoints, RunModels, collected_models, together
from s3agents.scenarios import parse_scenario, with_overrides
from s3agents.workforce import order_digest

__all__ = ["WorkerOptions", "WorkerProcess"]

_PAUSE_SECONDS = 1.0  # between looks for a server that is not there
_TOGETHER = 256  # turns at once where no model is asked: fitted minds think together

P = TypeVar("P", bound=PartSection)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    """How a worker works.

    Attributes:
        run: the run to work for; ``None`` for the only one that wants workers.
        society: folder of the users and edges; ``None`` for what the scenario names.
        overrides: keys of the scenario that are otherwise here, as ``KEY=VALUE``: paths and addresses.
        concurrency: requests to the model in flight at once; ``None`` for what the run offers.
        wait: seconds to wait for the server, or for a run to work for.
        once: whether to leave when an opening ends, rather than wait for the run to go on.
    """

    run: str | None = None
    society: Path | None = None
    overrides: tuple[str, ...] = ()
    concurrency: int | None = None
    wait: float = 600.0
    once: bool = False


class WorkerProcess:
    """Works for a run, and when that goes on after it was broken off, for it again.

    Args:
        connect: a link to the server, not open yet.
        options: how.
        tell: takes what the user should know: for whom we wait.
    """

    def __init__(
        self, connect: Callable[[], NatsLink], options: WorkerOptions, *, tell: Callable[[str], None] = _log.info
    ) -> None:
        self._connect, self._options, self._tell = connect, options, tell
        self._was_there = False  # the server
        self._prepared: tuple[str, Prepared] | None = None

    async def run(self) -> str:
        """Return how the run ended, once it has: ``done``, or with ``once`` in any way, ``over`` if it did not say.

        Raises:
            InputError: if the run has another society, other prompts or models than are found here.
            BusError: if the server does not let us in, or is not there for too long.
            RunError: if no run wants workers for too long.
        """
        options = self._options
        waiting = Waiting(options.wait, clock=asyncio.get_running_loop().time, tell=self._tell)
        while True:
            try:
                ended = await self._worked()
            except BusError as exc:
                if waiting.over or not (self._was_there or is_absence(exc)):
                    raise
                waiting.note("the server of the run", str(exc))
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            if ended is None:
                self._wait_for_run(waiting)
                continue
            waiting.begin()
            if ended == "done" or options.once:
                return ended or "over"

    def _wait_for_run(self, waiting: Waiting) -> None:
        run = self._options.run
        remedy = "start it with: s3agents run SCENARIO --bus ADDRESS --workers 0"
        if waiting.over:
            wanted = "one that wants workers" if run is None else f"{run} to want some"
            raise RunError(explain("run", wanted=wanted, got=f"none for {self._options.wait:g} s", remedy=remedy))
        waiting.note("a run that wants workers" if run is None else f"run {run}", f"the server has none yet ({remedy})")

    async def _worked(self) -> str | None:
        """How an opening ended that we worked for; empty if it went without a word, ``None`` if there was none."""
        link = self._connect()
        try:
            await link.connect()
            self._was_there = True
            offer = self._chosen(await ask_for_offers(link))
            if offer is None:
                return None
            async with self._hired(link, offer) as worker:
                _log.info("working", run=offer.run, worker=worker.name)
                with seldom_collected():
                    return await worker.run() or ""
        finally:
            await link.close()

    def _chosen(self, offers: Sequence[Offer]) -> Offer | None:
        wanted = self._options.run
        some = [offer for offer in offers if wanted is None or offer.run == wanted]
        if len({offer.run for offer in some}) > 1:
            got = ", ".join(sorted({offer.run for offer in some}))
            raise InputError(explain("run", wanted="one that wants workers", got=got, remedy="name one with --run"))
        return some[0] if some else None

    @asynccontextmanager
    async def _hired(self, link: NatsLink, offer: Offer) -> AsyncIterator[Worker]:
        prepared = self._prepare(offer)
        scenario, society = prepared.scenario, prepared.society
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="s3agents-worker-")))
            embedder = wiring.build_embedder(scenario.memory.embedder)
            store = wiring.build_store(scenario, embedder, folder=folder, run=offer.run, transient=True)
            stack.push_async_callback(store.close)
            client = _models(scenario)
            if client is not None:
                stack.push_async_callback(client.close)
            minds = Minds(scenario, prepared.roster, store, client=client, packs=prepared.packs, learnt=prepared.learnt)
            log, size = ShardLog(link, FleetNames.of(offer.opening)), scenario.limits.shard
            limits, agents = wiring.crowd_limits(scenario), Agents(scenario, prepared.roster)

            def crowd(shard: int) -> Crowd:
                users = users_of(shard, size, len(society.ids))
                return Crowd(society, store, mind_of=minds, limits=limits, agent_of=agents, users=users)

            yield Worker(
                link,
                offer,
                name=_name(),
                society=society,
                shelf=Shelf(log, store, crowd),
                log=log,
                shard=size,
                concurrency=_TOGETHER if client is None else together(scenario),
            )

    def _prepare(self, offer: Offer) -> Prepared:
        """The scenario of ``offer`` with what it refers to, as it is found here.

        Raises:
            InputError: if that is not what the run has.
        """
        if self._prepared is not None and self._prepared[0] == offer.run:
            return self._prepared[1]
        origin = f"run {offer.run}"
        given = parse_scenario(with_overrides(offer.scenario, self._options.overrides, origin=origin), origin=origin)
        _same(given.digest(), offer.digest, "scenario", "the one of the run", "override paths and addresses only")
        concurrency = self._options.concurrency or offer.concurrency
        bounded = _at_most(given, concurrency)
        society = _society(given, offer, self._options.society)
        whole = given.society.model_copy(update={"sample": None})
        prepared = prepare(bounded.model_copy(update={"society": whole}), society)
        for name, digest in offer.packs.items():
            pack = prepared.packs.get(name)
            _same("none" if pack is None else pack.sha256, digest, f"prompt pack {name}", "the one of the run")
        _same(prepared.embedder.name, offer.embedder, "embedder", "the one of the run")
        if others := differing(prepared.plugins, offer.plugins):
            self._tell(f"plugins here are not those of the run: {others}")
        self._prepared = (offer.run, prepared)
        return prepared


def _models(scenario: Scenario) -> RunModels | None:
    """The models of this worker: of connections for one opening and its own keys; the budget is the run's."""
    if not scenario.models:
        return None
    endpoints = Endpoints(scenario.models.items())
    return collected_models(endpoints, lambda client, name: CollectingClient(client, model=name))


def _at_most(scenario: Scenario, concurrency: int) -> Scenario:
    """``scenario`` with so many requests in flight at its endpoint, and in proportion at those of its groups."""

    def bounded(part: P) -> P:
        own = part.model
        if own is None or "concurrency" not in own.model_fields_set:
            return part
        share = max(1, own.concurrency * concurrency // scenario.model.concurrency)
        return part.model_copy(update={"model": own.model_copy(update={"concurrency": share})})

    groups = tuple(map(bounded, scenario.cognition.groups))
    model = scenario.model.model_copy(update={"concurrency": concurrency})
    cognition = scenario.cognition.model_copy(update={"groups": groups})
    return scenario.model_copy(update={"model": model, "cognition": cognition})


def _society(scenario: Scenario, offer: Offer, folder: Path | None) -> Society:
    section = scenario.society
    if folder is None:
        society = wiring.build_society(section, around=offer.around)
    else:
        society = Society.load(folder)
        society = society if section.sample is None else society.sample(section.sample, around=offer.around)
    remedy = "give the folder of the society that the run goes over with --society"
    _same(society.digest, offer.society, "society", "the one of the run", remedy)
    _same(order_digest(society), offer.order, "order of the users", "the one of the run", remedy)
    return society


def _same(got: str, wanted: str, what: str, whose: str, remedy: str = "") -> None:
    if got != wanted:
        raise InputError(explain(what, wanted=f"{whose} ({wanted[:12]})", got=got[:12], remedy=remedy))


def _name() -> str:
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"
