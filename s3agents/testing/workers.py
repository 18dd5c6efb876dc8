"""Workers inside of a test: a coordinator and its workers as tasks of one process, over a real NATS server."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, closing
from functools import partial
from pathlib import Path

from s3agents import wiring
from s3agents.agents.crowd import Crowd
from s3agents.agents.shards import users_of
from s3agents.bus.nats_credentials import NatsCredentials
from s3agents.bus.nats_link import NatsLink
from s3agents.coordinator.coordinator import Coordinator, Progress, StopRequest
from s3agents.fleet.basket import ReplyRow
from s3agents.fleet.fleet import Fleet
from s3agents.fleet.limits import FleetLimits
from s3agents.fleet.names import FleetNames
from s3agents.fleet.offer import Offer, ask_for_offers
from s3agents.fleet.shard_log import ShardLog
from s3agents.fleet.shelf import Shelf
from s3agents.fleet.worker import Worker
from s3agents.memory.local import LocalStore
from s3agents.minds import Minds
from s3agents.preparation import Prepared
from s3agents.record.sqlite import SqliteRecorder

__all__ = ["coordinate", "work"]

_PATIENCE = 10.0
_SMALL = 64 << 20


async def coordinate(
    url: str,
    prepared: Prepared,
    file: Path,
    *,
    run: str = "run",
    limits: FleetLimits | None = None,
    stop: StopRequest | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    keep: Callable[[Sequence[ReplyRow]], None] = lambda rows: None,
) -> bool:
    """Run ``prepared`` on whatever workers come, from where the record in ``file`` stands, to its end.

    Args:
        url: of the server.
        prepared: what to run.
        file: the record.
        run: how workers call the run.
        limits: bounds.
        stop: asks for the end at a barrier.
        on_progress: told of turns and ticks.
        keep: takes the replies of a model.

    Returns:
        Whether it came to its end.
    """
    scenario, society = prepared.scenario, prepared.society
    bounds = limits or FleetLimits(post_bytes=_SMALL, log_bytes=_SMALL, order_bytes=_SMALL, patience=_PATIENCE)

    fleet = Fleet(
        NatsLink(url, NatsCredentials(), patience=_PATIENCE),
        society,
        shard=scenario.limits.shard,
        spontaneous=scenario.cognition.spontaneous > 0.0,
        limits=bounds,
        faults=scenario.limits.faults,
        offer_of=partial(_offer, prepared, run, bounds),
        keep=keep,
    )
    with closing(SqliteRecorder(file)) as recorder:
        coordinator = Coordinator(
            fleet,
            recorder,
            announcements=prepared.announcements,
            users=len(society.ids),
            ticks=scenario.ticks,
            faults=scenario.limits.faults,
        )
        try:
            opening = f"{run}/{secrets.token_hex(4)}"
            return await coordinator.run(opening, stop=stop or StopRequest(), on_progress=on_progress)
        finally:
            await fleet.close()


def _offer(prepared: Prepared, run: str, limits: FleetLimits, opening: str, lanes: int) -> Offer:
    """An offer that says what no worker here looks at as shortly as possible."""
    return Offer(
        run=run,
        opening=opening,
        scenario={},
        around=(),
        digest="",
        society=prepared.society.digest,
        order="",
        packs={},
        embedder=prepared.embedder.name,
        lanes=lanes,
        lease=limits.lease,
        concurrency=1,
    )


async def work(
    url: str,
    prepared: Prepared,
    *,
    run: str = "run",
    openings: int = 1,
    hire: Callable[..., Worker] = Worker,
) -> list[str | None]:
    """Work for the openings of a run, one after the other.

    Args:
        url: of the server.
        prepared: what the run is of; nothing is checked.
        run: which run.
        openings: how many.
        hire: what makes the worker.

    Returns:
        How each ended.
    """
    ends: dict[str, str | None] = {}
    while len(ends) < openings:
        link = NatsLink(url, NatsCredentials(), patience=_PATIENCE)
        async with AsyncExitStack() as stack:
            await link.connect()
            stack.push_async_callback(link.close)
            offers = [one for one in await ask_for_offers(link) if one.run == run and one.opening not in ends]
            if offers:
                worker = await _hired(stack, link, offers[0], prepared, hire)
                ends[offers[0].opening] = await worker.run()
    return list(ends.values())


async def _hired(
    stack: AsyncExitStack, link: NatsLink, offer: Offer, prepared: Prepared, hire: Callable[..., Worker]
) -> Worker:
    scenario, society = prepared.scenario, prepared.society
    store = LocalStore(wiring.build_embedder(scenario.memory.embedder))
    stack.push_async_callback(store.close)
    minds = Minds(scenario, prepared.roster, store, client=None, packs=prepared.packs, learnt=prepared.learnt)
    log, size, limits = (
        ShardLog(link, FleetNames.of(offer.opening)),
        scenario.limits.shard,
        wiring.crowd_limits(scenario),
    )

    def crowd(shard: int) -> Crowd:
        users = users_of(shard, size, len(society.ids))
        return Crowd(society, store, mind_of=minds, limits=limits, users=users)

    return hire(
        link,
        offer,
        name=f"worker-{secrets.token_hex(4)}",
        society=society,
        shelf=Shelf(log, store, crowd),
        log=log,
        shard=size,
        concurrency=4,
    )
