"""Asking: typed questions to a model, one after the other or many at once; what cannot be had becomes a fault."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from s3agents.errors import ReplyError
from s3agents.llm.base import ChatCompletionClient, CreateResult, LLMMessage
from s3agents.replies import Reply, parse_reply
from s3agents.rng import Draws

__all__ = ["Asker", "each"]

_REPAIR_TEMPERATURE = 0.7
_R = TypeVar("_R", bound=Reply)
_I = TypeVar("_I")
_T = TypeVar("_T")


class Asker:
    """Asks a model for typed replies.

    The likeliest reply is wanted (temperature 0); one that cannot be used is asked for again with another seed, and at
    a temperature at which it may come out differently.

    Args:
        client: the model.
        seed: of the sampling.
        concurrency: most requests under way.
        max_tokens: most tokens of a reply.
        logprobs: whether to ask for the probabilities of labels.
        repairs: how often an unusable reply is asked for again.
    """

    def __init__(
        self,
        client: ChatCompletionClient,
        *,
        seed: int,
        concurrency: int,
        max_tokens: int,
        logprobs: bool,
        repairs: int,
    ) -> None:
        self.concurrency = concurrency
        self._client, self._seed, self._max_tokens, self._repairs = client, seed, max_tokens, repairs
        self._logprobs = logprobs

    async def ask(
        self, messages: Sequence[LLMMessage], model: type[_R], *, user: str, purpose: str, top: int = 0, tokens: int = 0
    ) -> tuple[_R, CreateResult]:
        """The reply to ``messages``, and the result that it was read from.

        Args:
            messages: the prompt.
            model: the reply that is wanted.
            user: whom the question is about; the sampling depends on it,
            purpose: and on what is asked.
            top: alternatives of each token that are wanted, with their log probabilities.
            tokens: tokens that the reply needs, if more than usual.

        Raises:
            ReplyError: if the last reply cannot be used either.
            EndpointError: if a reply cannot be had.
        """
        draws = Draws(self._seed, user, 0)
        logprobs: dict[str, Any] = {"logprobs": True, "top_logprobs": top} if self._logprobs and top else {}
        for attempt in range(self._repairs + 1):
            args = {
                "seed": draws.model_seed(f"infer {purpose}/{attempt}"),
                "temperature": _REPAIR_TEMPERATURE if attempt else 0.0,
                "max_tokens": max(self._max_tokens, tokens),
                **logprobs,
            }
            result = await self._client.create(messages, json_output=model, extra_create_args=args)
            try:
                return parse_reply(model, result), result
            except ReplyError:
                if attempt == self._repairs:
                    raise
        raise AssertionError("the last attempt returns or raises")


async def each(
    items: Sequence[_I],
    work: Callable[[_I], Awaitable[_T]],
    *,
    at_once: int,
    progress: Callable[[int], None] = lambda done: None,
) -> list[_T]:
    """What ``work`` makes of each of ``items``, in their order.

    Args:
        items: any number.
        work: may take its time; an error of it ends all.
        at_once: most items under way.
        progress: called with how many are done.
    """
    results: dict[int, _T] = {}
    queue = iter(enumerate(items))

    async def worker() -> None:
        for place, item in queue:
            results[place] = await work(item)
            progress(len(results))

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(at_once, len(items))):
                group.create_task(worker())
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors
    return [results[place] for place in range(len(items))]
