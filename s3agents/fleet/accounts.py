"""Accounts: where each shard stands, as far as the coordinator has to know to give out its next order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from s3agents.cognition.announce import Announcement
from s3agents.events import Post
from s3agents.fleet.orders import Order
from s3agents.fleet.readership import Readership
from s3agents.fleet.shard_log import Entry
from s3agents.ids import UserId
from s3agents.network.society import Society

__all__ = ["Accounts"]


@dataclass(frozen=True, slots=True)
class _Account:
    """A shard.

    Attributes:
        entry: last of its log.
        whole: place of its last entry with all states.
    """

    entry: Entry
    whole: int


class Accounts:
    """All shards of a run.

    Args:
        society: the users.
        shard: users that share one.
        spontaneous: whether agents may have an urge to take a turn with nothing to do.
    """

    def __init__(self, society: Society, shard: int, *, spontaneous: bool) -> None:
        self._society, self._size, self._spontaneous = society, shard, spontaneous
        self._readership = Readership(society, shard)
        self._accounts: dict[int, _Account] = {}

    def note(self, entry: Entry) -> None:
        """Take note of what a shard has come to."""
        before = self._accounts.get(entry.shard)
        whole = entry.place if entry.whole or before is None else before.whole
        self._accounts[entry.shard] = _Account(entry, whole)

    def orders(
        self, tick: int, posts: Sequence[Post], since: int, said: Mapping[UserId, Sequence[Announcement]]
    ) -> Iterator[Order]:
        """The orders of ``tick``: for every shard with somebody who may be due, and for no other.

        Args:
            tick: which.
            posts: of the tick before.
            since: place of the first of them.
            said: what the scenario has agents publish.
        """
        mail = self._readership.count(posts)
        news: dict[int, dict[UserId, Sequence[Announcement]]] = {}
        for user, some in said.items():
            news.setdefault(self._society.position(user) // self._size, {})[user] = some
        waiting = {shard for shard, account in self._accounts.items() if self._may_act(account.entry, tick)}
        for shard in sorted(mail.keys() | news.keys() | waiting):
            account = self._accounts.get(shard)
            yield Order(
                shard=shard,
                tick=tick,
                after=0 if account is None else account.entry.place,
                whole=0 if account is None else account.whole,
                mail=mail.get(shard, 0),
                since=since,
                said=news.get(shard, {}),
            )

    def _may_act(self, entry: Entry, tick: int) -> bool:
        return (self._spontaneous and entry.awake > 0) or (entry.next is not None and entry.next <= tick)
