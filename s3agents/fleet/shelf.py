"""Shelf: the shards that a worker has in memory, each as of an entry of its log; others are fetched from there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from s3agents.agents.crowd import Crowd, Due
from s3agents.cognition.turn import TurnResult
from s3agents.fleet.orders import Order
from s3agents.fleet.shard_log import Entry, ShardLog
from s3agents.fleet.state_codec import pack_states, unpack_states
from s3agents.ids import TextId, UserId
from s3agents.memory.base import TextStore
from s3agents.state import AgentState

__all__ = ["Shelf"]

_KEPT_TICKS = 8  # for which a shard stays that another worker has taken over, or that has nothing to do
_MOST_ENTRIES = 16  # since the last one with all states
_MOST_GROWTH = 4  # times the size of that one


@dataclass(slots=True)
class _Shelved:
    """A shard in memory.

    Attributes:
        crowd: its agents.
        place: of the last entry of its log that it has taken on; 0 for none.
        tick: in which it was last used.
        whole_bytes: size of its last entry with all states.
        bytes: of the states in the entries since.
        entries: since.
    """

    crowd: Crowd
    place: int
    tick: int
    whole_bytes: int = 0
    bytes: int = 0
    entries: int = 0


class Shelf:
    """Crowds by shard.

    Args:
        log: what the shards have come to.
        store: the texts that their agents remember.
        make_crowd: the crowd of a shard as it is before the run.
    """

    def __init__(self, log: ShardLog, store: TextStore, make_crowd: Callable[[int], Crowd]) -> None:
        self._log, self._store, self._make_crowd = log, store, make_crowd
        self._shelved: dict[int, _Shelved] = {}

    async def crowd(self, order: Order) -> Crowd:
        """The agents of the shard of ``order``, as they are after the entry that it names.

        Raises:
            LookupError: if the log does not have what is needed.
            BusError: if the server is gone.
        """
        shelved = self._shelved.get(order.shard)
        if shelved is None or shelved.place != order.after:
            self.drop(order.shard)
            shelved = self._shelved[order.shard] = await self._fetched(order)
        shelved.tick = order.tick
        return shelved.crowd

    async def states(self, shard: int, results: Sequence[TurnResult]) -> tuple[bytes, bool]:
        """What an entry is to hold of the states of ``shard`` after ``results``, and whether these are all.

        Now and then it is all of them, so that whoever fetches the shard need not read far back.
        """
        shelved = self._shelved[shard]
        new = {result.record.user: result.state for result in results if result.state is not None}
        due_for_all = shelved.entries >= _MOST_ENTRIES or shelved.bytes > _MOST_GROWTH * shelved.whole_bytes
        if not (due_for_all or shelved.place == 0):
            items = (item for result in results for item in result.record.remembered)
            return pack_states(new, await self._texts({item.text for item in items})), False
        states = {**shelved.crowd.states, **new}
        return pack_states(states, await self._texts(_remembered(states))), True

    def settle(self, entry: Entry, size: int, due: Sequence[Due], results: Sequence[TurnResult]) -> None:
        """Have the agents of a shard take on what is in the log now.

        Args:
            entry: as it is there.
            size: of its states, in bytes.
            due: who had a turn.
            results: what came of it.
        """
        shelved = self._shelved[entry.shard]
        shelved.crowd.settle(due, results)
        shelved.place = entry.place
        if entry.whole:
            shelved.whole_bytes, shelved.bytes, shelved.entries = size, 0, 0
        else:
            shelved.bytes, shelved.entries = shelved.bytes + size, shelved.entries + 1
        old = [shard for shard, other in self._shelved.items() if other.tick < entry.tick - _KEPT_TICKS]
        for shard in old:
            self.drop(shard)

    def drop(self, shard: int) -> None:
        """Forget a shard: it is no longer what it is in the log."""
        self._shelved.pop(shard, None)

    async def _fetched(self, order: Order) -> _Shelved:
        crowd = self._make_crowd(order.shard)
        shelved = _Shelved(crowd, order.after, order.tick)
        states: dict[UserId, AgentState] = {}
        texts: dict[TextId, str] = {}
        if order.after:
            async for entry in self._log.entries(order.shard, order.whole, order.after):
                data = await self._log.fetch(entry.states)
                changed, more = unpack_states(data)
                states |= changed
                texts |= more
                if entry.whole:
                    shelved.whole_bytes = len(data)
                else:
                    shelved.bytes, shelved.entries = shelved.bytes + len(data), shelved.entries + 1
        if states:
            needed = _remembered(states)
            await crowd.restore(states, {key: text for key, text in texts.items() if key in needed})
        return shelved

    async def _texts(self, ids: set[TextId]) -> dict[TextId, str]:
        stored = await self._store.get(ids)
        return {key: stored[key].text for key in sorted(ids)}


def _remembered(states: Mapping[UserId, AgentState]) -> set[TextId]:
    return {item.text for state in states.values() for item in state.pool}
