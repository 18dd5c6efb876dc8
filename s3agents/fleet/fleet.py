"""Fleet: the turns of a run, taken by workers: gives out orders tick by tick, and collects what they come to.

It stands where the agents of the process would stand, for a coordinator that need not know. A tick is given out when
the one before it is whole: every shard has settled, and its posts are out. While workers are at it, the tick before is
recorded.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from nats.aio.msg import Msg
from nats.errors import Error

from s3agents.agents.shards import plan_shards, users_of
from s3agents.bus.nats_link import NatsLink
from s3agents.cognition.turn import TurnResult
from s3agents.coordinator.seeds import Announcements
from s3agents.errors import BusError, RunError, explain
from s3agents.events import Post
from s3agents.fleet.accounts import Accounts
from s3agents.fleet.basket import ReplyRow, unpack_replies
from s3agents.fleet.collector import Collector, Published
from s3agents.fleet.crew import Crew
from s3agents.fleet.limits import FleetLimits
from s3agents.fleet.names import FleetNames
from s3agents.fleet.news import read_news
from s3agents.fleet.offer import Offer, make_offers
from s3agents.fleet.opening import bring_back
from s3agents.fleet.orders import MOST_LANES, OrderBook
from s3agents.fleet.shard_log import Entry, ShardLog
from s3agents.fleet.streams import make_streams, remove_streams
from s3agents.fleet.tick_board import TickBoard
from s3agents.fleet.turn_codec import unpack_turns
from s3agents.network.society import Society
from s3agents.record.base import Checkpoint

__all__ = ["Fleet"]

_HEAR_SECONDS = 0.5

_log = structlog.get_logger(__name__)


class Fleet:
    """Runs the ticks of an opening on workers.

    Args:
        link: a connection, not open yet; closed with the fleet.
        society: users and edges.
        shard: users that share one.
        spontaneous: whether agents may have an urge to take a turn with nothing to do.
        limits: bounds.
        faults: share of the turns of a tick that may fail; when more have failed, no further ones are waited for.
        offer_of: the offer of an opening with so many lanes.
        keep: takes the replies of a shard, as soon as it has settled; may raise to end the run.
        crew: workers of our own, if any.
    """

    def __init__(
        self,
        link: NatsLink,
        society: Society,
        *,
        shard: int,
        spontaneous: bool,
        limits: FleetLimits,
        faults: float = 1.0,
        offer_of: Callable[[str, int], Offer],
        keep: Callable[[Sequence[ReplyRow]], None] = lambda rows: None,
        crew: Crew | None = None,
    ) -> None:
        self._link, self._society, self._size, self._limits = link, society, shard, limits
        self._faults, self._offer_of, self._keep, self._crew = faults, offer_of, keep, crew
        self._accounts = Accounts(society, shard, spontaneous=spontaneous)
        self._names = FleetNames.of("")
        self._open = self._finished = False
        self._posts: Sequence[Post] = ()
        self._since = 0
        self._sign = 0.0  # when a worker was last heard of
        self._troubles = 0  # in this tick
        self._trouble: RunError | None = None
        self._board: TickBoard | None = None
        self._purged: set[asyncio.Task[Any]] = set()

    async def open(self, run: str, checkpoint: Checkpoint) -> None:
        """Make the streams of the opening ``run``, with what is known from ``checkpoint``, and offer it to workers.

        Raises:
            BusError: if the server cannot be reached or refuses.
        """
        await self._link.connect()
        self._names = names = FleetNames.of(run)
        shards = tuple(plan_shards(self._society, self._size))
        lanes = max(1, min(MOST_LANES, len(shards)))
        self._open = True
        await make_streams(self._link, names, shards, lanes=lanes, limits=self._limits)
        self._log = ShardLog(self._link, names)
        self._book = OrderBook(self._link, names, self._log, lanes=lanes)
        self._collector = Collector(self._link, names)
        self._posts = checkpoint.posts
        entries, self._since = await bring_back(
            self._link, names, self._log, society=self._society, shard=self._size, checkpoint=checkpoint
        )
        for entry in entries:
            self._accounts.note(entry)
        await self._link.client.subscribe(names.news, cb=self._hear_news)
        await make_offers(self._link, self._offer_of(run, lanes))
        if self._crew is not None:
            self._crew.start()

    async def run(
        self,
        *,
        first: int,
        ticks: int,
        announcements: Announcements,
        stop: Callable[[], bool],
        on_turn: Callable[[int, int, int], None],
        on_whole: Callable[[int, list[TurnResult]], None],
    ) -> bool:
        """Whether the ticks came to their end; false when the run was asked to stop before.

        See :class:`s3agents.coordinator.pipeline.Pipeline` for the arguments.

        Raises:
            RunError: if no worker is heard of for too long, or too many of them fail.
            Exception: whatever ``on_whole`` or ``keep`` raises.
        """
        self._sign = asyncio.get_running_loop().time()
        board = None if stop() or first >= ticks else await self._give_out(first, announcements)
        for tick in range(first, ticks):
            if board is None or stop():
                return False
            await self._until_whole(board, on_turn)
            if board.spoilt(self._faults):
                on_whole(tick, board.results)
            self._posts, self._since = [post for result in board.results for post in result.posts], board.first
            ahead = tick + 1 < ticks and not stop()
            following = await self._give_out(tick + 1, announcements) if ahead else None
            on_whole(tick, board.results)
            self._forget(board)
            board = following
        self._finished = True
        return True

    async def close(self) -> None:
        """Tell workers that the run is over, or broken off; remove what it has on the server, and disconnect.

        Safe to repeat. What cannot be tidied up, the server being gone, is logged.
        """
        was_open, self._open = self._open, False
        for task in self._purged:
            task.cancel()
        try:
            if was_open and self._link.up:
                await self._link.client.publish(self._names.end, b"done" if self._finished else b"broken off")
                async with self._link.unbroken():
                    await remove_streams(self._link, self._names)
        except (Error, OSError) as exc:
            _log.warning("streams left on the server", stream=self._names.logs, error=str(exc))
        finally:
            await self._link.close()
            if self._crew is not None:
                await self._crew.leave()

    async def _give_out(self, tick: int, announcements: Announcements) -> TickBoard:
        orders = list(self._accounts.orders(tick, self._posts, self._since, announcements.get(tick, {})))
        users = len(self._society.ids)
        sizes = {order.shard: len(users_of(order.shard, self._size, users)) for order in orders}
        self._board, self._troubles = TickBoard(tick, sizes), 0
        board = self._board
        if orders:
            await self._book.put(orders)
        return board

    async def _until_whole(self, board: TickBoard, on_turn: Callable[[int, int, int], None]) -> None:
        """Return when the tick is whole, or cannot become so well any more."""
        told = -1
        while not (board.whole or board.spoilt(self._faults)):
            for word in await self._collector.hear(seconds=_HEAR_SECONDS):
                await self._take(board, word)
            if board.done != told:
                told = board.done
                on_turn(board.tick, board.done, board.due)
            await self._check()

    async def _take(self, board: TickBoard, word: Entry | Published) -> None:
        self._sign = asyncio.get_running_loop().time()
        if isinstance(word, Published):
            board.published(word.shard, word.tick, word.place)
        elif board.lacks(word):
            turns, replies = await self._log.body(word)
            board.settle(word, unpack_turns(turns))
            self._accounts.note(word)
            self._keep(unpack_replies(replies))

    async def _check(self) -> None:
        """Go on only if there is somebody to go on with."""
        if self._trouble is not None:
            raise self._trouble
        if self._crew is not None:
            self._crew.look_after()
        silence = asyncio.get_running_loop().time() - self._sign
        if silence > self._limits.patience:
            words = "" if self._crew is None else self._crew.last_words
            got = f"none for {self._limits.patience:g} s{words and f'; the last words of one: {words}'}"
            remedy = "start some: s3agents worker --bus ADDRESS, or go on without: s3agents resume"
            raise RunError(explain("workers", wanted="a sign of at least one", got=got, remedy=remedy))

    async def _hear_news(self, message: Msg) -> None:
        news = read_news(message.data)
        if news is None:
            return
        self._sign = asyncio.get_running_loop().time()
        if self._board is not None:
            self._board.hear(news)
        if news.trouble:
            _log.warning("a worker has failed", worker=news.worker, shard=news.shard, error=news.trouble)
            self._troubles += 1
            if self._troubles >= self._limits.attempts:
                what = f"{self._troubles} workers failed in the same tick, the last one so"
                self._trouble = RunError(f"{what}: {news.trouble}")

    def _forget(self, board: TickBoard) -> None:
        """Let go, while others work, of what nobody will read any more: posts, and what is in states since."""
        if board.first:
            self._purge(self._names.posts.stream, board.first)
        for entry in board.entries.values():
            if entry.whole:
                self._purge(
                    self._names.logs, min((*entry.states, *entry.body, entry.place)), self._names.of_shard(entry.shard)
                )

    def _purge(self, stream: str, before: int, subject: str | None = None) -> None:
        async def purge() -> None:
            try:
                await self._link.call("purge", lambda: self._link.js.purge_stream(stream, seq=before, subject=subject))
            except BusError as exc:
                _log.debug("not purged", stream=stream, error=str(exc))

        task = asyncio.create_task(purge())
        self._purged.add(task)
        task.add_done_callback(self._purged.discard)
