"""AdaptiveConcurrency: how many requests may be in flight at once, found out from how the endpoint takes them."""

from __future__ import annotations

import asyncio
from collections import deque
from contextvars import ContextVar

from s3agents.errors import EndpointError, ModelError
from s3agents.llm.base import ChatCompletionClient, ModelWrapper, Request, forward
from s3agents.llm.completion import Completion
from s3agents.llm.failures import copy_error

__all__ = ["RETURNING", "AdaptiveConcurrency"]

RETURNING: ContextVar[bool] = ContextVar("s3agents_returning_request", default=False)
"""Whether the request of this task has been in flight before; such a one need not queue a second time."""

_OVERLOAD = frozenset({"status_429", "status_503", "timeout"})


class AdaptiveConcurrency(ModelWrapper):
    """Bounds the requests in flight, as TCP bounds its packets: additive increase, multiplicative decrease.

    The limit starts at ``most``. It is halved when the endpoint is overloaded (429, 503, a time-out), at most once for
    all requests that were in flight together, and grows by one for each ``limit`` replies. It does not fall below a
    sixteenth of ``most``: an endpoint whose failures have nothing to do with load would bring it to one for good.
    Requests start in the order in which they came; one that is asked again goes first.

    Args:
        inner: the client that is wrapped.
        most: upper bound of the limit.

    Attributes:
        limit: requests that may be in flight now.
        in_flight: requests that are.
        peak: most that ever were.
    """

    def __init__(self, inner: ChatCompletionClient, *, most: int) -> None:
        super().__init__(inner)
        self.limit = most
        self.in_flight = 0
        self.peak = 0
        self._most = most
        self._least = max(1, most // 16)
        self._credit = 0
        self._cuts = 0
        self._queue: deque[asyncio.Future[None]] = deque()

    async def ask(self, request: Request) -> Completion:
        """One reply of the wrapped client, when there is room for it."""
        if self.in_flight < self.limit and not self._queue:
            self._enter()
        else:
            await self._turn()
        cuts = self._cuts
        try:
            result = await forward(self.inner, request)
        except EndpointError as error:
            if error.cause in _OVERLOAD and cuts == self._cuts:
                self._shrink()
            raise
        finally:
            self.in_flight -= 1
            self._admit()
        if self.limit < self._most:
            self._grow()
        return result

    def refuse_queue(self, error: ModelError) -> None:
        """Fail every request that waits for room with ``error``: the endpoint is gone, and waiting is no use."""
        waiting, self._queue = self._queue, deque()
        for future in waiting:
            if not future.done():
                future.set_exception(copy_error(error))

    def _enter(self) -> None:
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)

    async def _turn(self) -> None:
        """Wait for room; whoever makes it has entered us already."""
        future = asyncio.get_running_loop().create_future()
        if RETURNING.get():
            self._queue.appendleft(future)
        else:
            self._queue.append(future)
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.exception() is None:
                self.in_flight -= 1
                self._admit()
            raise

    def _admit(self) -> None:
        while self._queue and self.in_flight < self.limit:
            future = self._queue.popleft()
            if not future.done():
                self._enter()
                future.set_result(None)

    def _shrink(self) -> None:
        self.limit = max(self._least, self.limit // 2)
        self._cuts += 1
        self._credit = 0

    def _grow(self) -> None:
        self._credit += 1
        if self._credit >= self.limit:
            self._credit = 0
            self.limit += 1
            self._admit()
