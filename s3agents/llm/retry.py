"""RetryingClient: asks again where that may help, and stops asking a dead endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_before_delay

from s3agents.errors import EndpointError, ModelError
from s3agents.llm.base import ChatCompletionClient, ModelWrapper, Request, forward
from s3agents.llm.completion import Completion
from s3agents.llm.concurrency import RETURNING
from s3agents.llm.failures import copy_error, is_transient, shows_life

__all__ = ["RetryingClient"]

_BASE_SECONDS = 0.05
_CAP_SECONDS = 5.0


class RetryingClient(ModelWrapper):
    """Repeats a request after a transient failure, with exponential back-off and full jitter.

    Transient are endpoint errors that say so, and answers that are no chat completion at all. A first try that succeeds
    costs nothing extra. When a request has used up its retries or patience and the endpoint has answered nobody
    meanwhile, the endpoint is *down*: from then on requests get one try, and those that come while such a try is under
    way share it, until one succeeds. So a dead endpoint costs one wait, not one for every agent in turn.

    Args:
        inner: the client that is wrapped.
        retries: most repetitions of one request.
        patience: seconds after its first failure when a request is given up; no repetition starts later.
        rng: source of the jitter; it shapes waiting times only, never a reply.
        on_down: told of the error when the endpoint goes down.

    Attributes:
        down: whether the endpoint is down.
    """

    def __init__(
        self,
        inner: ChatCompletionClient,
        *,
        retries: int,
        patience: float,
        rng: Random,
        on_down: Callable[[ModelError], None] | None = None,
    ) -> None:
        super().__init__(inner)
        self.down = False
        self._rng = rng
        self._on_down = on_down
        self._answers = 0
        self._probe: asyncio.Future[ModelError | None] | None = None
        self._retries = retries
        self._out_of_patience = stop_before_delay(patience)

    async def ask(self, request: Request) -> Completion:
        """One reply of the wrapped client, asked for as often as it takes and is allowed.

        Raises:
            ModelError: the last failure, or at once one that asking again cannot mend.
        """
        if self.down:
            return await self._ask_once(request)
        answers = self._answers
        try:
            result = await forward(self.inner, request)
        except ModelError as error:
            if not is_transient(error):
                self._answered(error)
                raise
            return await self._ask_again(request, error, answers=answers)
        self._answered()
        return result

    async def _ask_again(self, request: Request, error: ModelError, *, answers: int) -> Completion:
        failures = [error]

        async def attempt() -> Completion:
            if failures:
                raise failures.pop()
            return await forward(self.inner, request)

        mark = RETURNING.set(True)
        try:
            result: Completion = await AsyncRetrying(
                stop=self._gives_up,
                wait=self._wait,
                retry=retry_if_exception(is_transient),
                reraise=True,
                sleep=asyncio.sleep,
            )(attempt)
        except ModelError as last:
            if not is_transient(last):
                self._answered(last)
            elif self._answers == answers:
                self._gone(last)
            raise
        finally:
            RETURNING.reset(mark)
        self._answered()
        return result

    async def _ask_once(self, request: Request) -> Completion:
        """The try that a request gets while the endpoint is down: its own, or a share in one under way."""
        if self._probe is not None:
            error = await asyncio.shield(self._probe)
            if error is None:
                return await self.ask(request)
            raise copy_error(error) from error
        self._probe = asyncio.get_running_loop().create_future()
        outcome: ModelError | None = None
        try:
            result = await forward(self.inner, request)
        except ModelError as error:
            outcome = error if is_transient(error) else None
            if outcome is None:
                self._answered(error)
            raise
        else:
            self._answered()
            return result
        finally:
            probe, self._probe = self._probe, None
            probe.set_result(outcome)

    def _answered(self, error: ModelError | None = None) -> None:
        """Note that the endpoint lives: it has answered, if only to refuse."""
        if error is None or shows_life(error):
            self._answers += 1
            self.down = False

    def _gone(self, error: ModelError) -> None:
        if not self.down:
            self.down = True
            if self._on_down is not None:
                self._on_down(error)

    def _gives_up(self, state: RetryCallState) -> bool:
        return self.down or state.attempt_number > self._retries or self._out_of_patience(state)

    def _wait(self, state: RetryCallState) -> float:
        """Seconds to the next try: any up to the back-off, after what the endpoint asked for."""
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, EndpointError) else None
        ceiling = min(_CAP_SECONDS, _BASE_SECONDS * 2.0 ** (state.attempt_number - 1))
        return (asked or 0.0) + self._rng.uniform(0.0, ceiling)
