"""Opening: what a checkpoint knows, on the server, so that any worker can go on from there."""

from __future__ import annotations

from collections.abc import Mapping

from s3agents.bus.nats_link import NatsLink
from s3agents.bus.nats_posts import post_message
from s3agents.bus.nats_writer import NatsWriter
from s3agents.errors import BusError, explain
from s3agents.fleet.names import FleetNames
from s3agents.fleet.shard_log import Entry, ShardLog
from s3agents.fleet.state_codec import pack_states
from s3agents.ids import UserId
from s3agents.network.society import Society
from s3agents.record.base import Checkpoint
from s3agents.state import AgentState

__all__ = ["bring_back"]


async def bring_back(
    link: NatsLink, names: FleetNames, log: ShardLog, *, society: Society, shard: int, checkpoint: Checkpoint
) -> tuple[list[Entry], int]:
    """Begin the logs of all shards with the states of ``checkpoint``, and publish its posts.

    Args:
        link: a connection.
        names: of the opening.
        log: of its shards.
        society: the users.
        shard: users that share one.
        checkpoint: where the run stands.

    Returns:
        The entries, and the place of the first post; 0 if there is none.

    Raises:
        BusError: if the server does not take them.
    """
    groups: dict[int, dict[UserId, AgentState]] = {}
    for user, state in checkpoint.states.items():
        groups.setdefault(society.position(user) // shard, {})[user] = state
    entries = [await _begun(log, number, states, checkpoint) for number, states in sorted(groups.items())]
    places = await NatsWriter(link).send(post_message(names.posts, post) for post in checkpoint.posts)
    return entries, min(places.values(), default=0)


async def _begun(log: ShardLog, shard: int, states: Mapping[UserId, AgentState], checkpoint: Checkpoint) -> Entry:
    needed = {item.text for state in states.values() for item in state.pool}
    data = pack_states(states, {key: checkpoint.texts[key] for key in sorted(needed) if key in checkpoint.texts})
    entry = Entry(
        shard=shard,
        tick=checkpoint.tick,
        by="coordinator",
        next=min((state.intentions[0].due for state in states.values() if state.intentions), default=None),
        awake=len(states),
        states=await log.store(shard, data),
    )
    added = await log.add(entry, after=0)
    if added is None:
        got = "one that others have written to"
        raise BusError(explain(f"log of shard {shard}", wanted="an empty one", got=got))
    return added
