"""BudgetClient: a hard limit on the tokens that a run may use, be it at one endpoint or at several."""

from __future__ import annotations

import asyncio
from collections import deque
from math import ceil

from s3agents.errors import BudgetError
from s3agents.llm.base import ChatCompletionClient, ModelWrapper, Request, estimated_tokens, forward
from s3agents.llm.completion import Completion

__all__ = ["BudgetClient", "Purse"]

_UNBOUNDED_REPLY = 4096


class Purse:
    """The tokens of a run, which its clients spend together.

    Args:
        budget: most tokens of prompts and replies together.
        spent: tokens used before, by the part of the run that is resumed.

    Attributes:
        budget: as given.
        spent: tokens used so far.
        reserved: tokens held for the requests in flight.
    """

    def __init__(self, budget: int, spent: int = 0) -> None:
        self.budget, self.spent, self.reserved = budget, spent, 0
        self._queue: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def reserve(self, most: int) -> None:
        """Hold ``most`` tokens, now or when others have been settled.

        Raises:
            BudgetError: if no settlement can make room for them.
        """
        if not self._queue and self.spent + self.reserved + most <= self.budget:
            self.reserved += most
            return
        future = asyncio.get_running_loop().create_future()
        self._queue.append((most, future))
        self._serve_queue()
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.exception() is None:
                self.settle(most, 0)
            raise

    def settle(self, reserved: int, used: int) -> None:
        """Count ``used`` tokens in the place of ``reserved`` ones."""
        self.reserved -= reserved
        self.spent += used
        if self._queue:
            self._serve_queue()

    def _serve_queue(self) -> None:
        """Reserve for the first in the queue while there is room; refuse whom no settlement can help."""
        while self._queue:
            most, future = self._queue[0]
            if not future.done():
                if self.spent + self.reserved + most <= self.budget:
                    self.reserved += most
                    future.set_result(None)
                elif self.reserved == 0 or self.spent + most > self.budget:
                    future.set_exception(self._refusal(most))
                else:
                    return
            self._queue.popleft()

    def _refusal(self, most: int) -> BudgetError:
        return BudgetError(
            f"token budget: a request of up to {most} tokens does not fit: {self.spent} of {self.budget} are used"
            " (go on with a larger one: s3agents resume RUN --budget TOKENS; or lower model.max_tokens)"
        )


class BudgetClient(ModelWrapper):
    """Refuses requests that might take the run past its budget.

    Before a call, its most is reserved: the prompt, estimated on the safe side, and ``max_tokens`` (4096 where the
    request names none). After it, the endpoint's own count takes the reservation's place. A request that does not fit
    waits for the others in flight to be settled, since they may free tokens, and is refused when that cannot help.
    Should an endpoint count more for a prompt than was estimated, later estimates are raised by the same factor.

    Args:
        inner: the client that is wrapped.
        purse: what there is to spend; other clients may spend from it as well.
    """

    def __init__(self, inner: ChatCompletionClient, purse: Purse) -> None:
        super().__init__(inner)
        self._purse = purse
        self._factor = 1.0

    async def ask(self, request: Request) -> Completion:
        """One reply of the wrapped client, if the budget has room for its most.

        Raises:
            BudgetError: if it has not.
        """
        purse, prompt = self._purse, estimated_tokens(request.messages)
        most = ceil(prompt * self._factor) + _longest_reply(request)
        await purse.reserve(most)
        try:
            result = await forward(self.inner, request)
        except BaseException:
            purse.settle(most, 0)
            raise
        usage = result.usage
        # An endpoint that does not count is taken to have used all that was held for it.
        purse.settle(most, usage.prompt_tokens + usage.completion_tokens or most)
        if usage.prompt_tokens > prompt * self._factor:
            self._factor = usage.prompt_tokens / prompt
        return result


def _longest_reply(request: Request) -> int:
    args = request.args
    return int(args.get("max_tokens") or args.get("max_completion_tokens") or _UNBOUNDED_REPLY)
