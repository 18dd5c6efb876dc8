"""Streams: what an opening of a run with workers has on the server: made, and removed again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

from s3agents.bus.base import Shard
from s3agents.bus.nats_leftovers import remove_leftovers
from s3agents.bus.nats_link import NatsLink
from s3agents.bus.nats_posts import post_stream, read_subjects
from s3agents.fleet.limits import MAX_AGE, FleetLimits
from s3agents.fleet.names import FleetNames

__all__ = ["COLLECTOR", "make_streams", "remove_streams"]

COLLECTOR: Final = "coordinator"
"""Consumer of what the shards come to."""

_AT_ONCE: Final = 8  # consumers made at the same time
_COLLECT_SECONDS: Final = 5.0  # after which an entry that was not acknowledged, say lost with a server, comes again


async def make_streams(
    link: NatsLink, names: FleetNames, shards: Sequence[Shard], *, lanes: int, limits: FleetLimits
) -> None:
    """Make the streams of an opening, and remove what killed openings of the same run have left.

    Args:
        link: a connection.
        names: of the opening.
        shards: of the run; each that follows somebody gets its durable consumer of posts.
        lanes: of orders.
        limits: bounds.

    Raises:
        BusError: if the server refuses.
    """
    js = link.js
    await remove_leftovers(link, names.mark, keep=names.posts.stream)
    posts = post_stream(names.posts, replicas=limits.replicas, max_bytes=limits.post_bytes)
    for config in (posts, _log_stream(names, limits), _order_stream(names, limits)):
        await link.call("make a stream", partial(js.add_stream, config))
    making = [(names.orders, _lane(names, lane, limits)) for lane in range(lanes)]
    making += [(names.posts.stream, _reader(names, shard)) for shard in shards if shard.authors]
    making.append((names.logs, _collector(names)))
    places = asyncio.Semaphore(_AT_ONCE)

    async def make(stream: str, config: ConsumerConfig) -> None:
        async with places:
            await link.call(f"make consumer {config.durable_name}", partial(js.add_consumer, stream, config))

    await asyncio.gather(*(make(stream, config) for stream, config in making))


async def remove_streams(link: NatsLink, names: FleetNames) -> None:
    """Remove all that the opening has on the server. Safe to repeat.

    Raises:
        Error: whatever the server or the connection says.
    """
    for stream in (names.orders, names.logs, names.posts.stream):
        with suppress(NotFoundError):
            await link.js.delete_stream(stream)


def _log_stream(names: FleetNames, limits: FleetLimits) -> StreamConfig:
    return StreamConfig(
        name=names.logs,
        description=names.mark,
        subjects=[names.log("*"), names.part("*"), names.done("*")],
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.NEW,
        max_bytes=limits.log_bytes,
        max_age=MAX_AGE,
        storage=StorageType.FILE,
        num_replicas=limits.replicas,
    )


def _order_stream(names: FleetNames, limits: FleetLimits) -> StreamConfig:
    return StreamConfig(
        name=names.orders,
        description=names.mark,
        subjects=[names.order("*")],
        retention=RetentionPolicy.WORK_QUEUE,
        discard=DiscardPolicy.NEW,
        max_bytes=limits.order_bytes,
        max_age=MAX_AGE,
        storage=StorageType.FILE,
        num_replicas=limits.replicas,
    )


def _lane(names: FleetNames, lane: int, limits: FleetLimits) -> ConsumerConfig:
    """What workers draw orders from; one that is not acknowledged in time goes to another."""
    return ConsumerConfig(
        name=names.lane(lane),
        durable_name=names.lane(lane),
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=limits.lease,
        max_deliver=-1,
        max_ack_pending=100_000,
        filter_subject=names.order(lane),
    )


def _reader(names: FleetNames, shard: Shard) -> ConsumerConfig:
    """The follow edges of a shard, mirrored in subjects."""
    return ConsumerConfig(
        name=names.readers(shard.number),
        durable_name=names.readers(shard.number),
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.NONE,
        filter_subjects=read_subjects(names.posts, shard.authors),
    )


def _collector(names: FleetNames) -> ConsumerConfig:
    return ConsumerConfig(
        name=COLLECTOR,
        durable_name=COLLECTOR,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=_COLLECT_SECONDS,
        max_deliver=-1,
        max_ack_pending=1_000,
        filter_subjects=[names.log("*"), names.done("*")],
    )
