"""Posts by a model: the newest posts of each user of a synthetic society, written by a language model."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any

from autogen_core.models import CreateResult
from pydantic import AfterValidator, Field, create_model

from s3agents.config.model import ModelSection
from s3agents.errors import FaultLimitError, ModelError, ReplyError
from s3agents.llm.base import ChatCompletionClient
from s3agents.network.generate.draft import Draft
from s3agents.network.generate.generate import personas_of
from s3agents.network.generate.history_prompt import POST_CHARS, HistoryPrompt
from s3agents.persona import Persona
from s3agents.prompts.quoting import tidy
from s3agents.replies import Reply, parse_reply
from s3agents.rng import Draws

__all__ = ["FAULT_LIMIT", "MOST_POSTS", "ModelPosts", "PostsReply", "write_posts"]

MOST_POSTS = 50
"""Most posts that one request asks for."""

FAULT_LIMIT = 0.05
"""Share of the requests that may fail."""

_TOKENS_A_POST = 160


def _tidy_posts(posts: list[str]) -> list[str]:
    tidied = [tidy(text, POST_CHARS) for text in posts]
    if not all(tidied):
        raise ValueError("texts that say something")
    return tidied


class PostsReply(Reply):
    """Earlier posts of a user, oldest first."""

    posts: Annotated[list[str], AfterValidator(_tidy_posts)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPosts:
    """What a model wrote.

    Attributes:
        model: its name at the endpoint.
        prompts: SHA-256 of the files of the prompts, 64 hex digits.
        asked: users for whom it was asked, once each.
        written: posts by position of the author, oldest first.
        faults: requests that failed, by cause.
        tokens: of ``prompt`` and ``completion``, of all replies that came.
    """

    model: str
    prompts: str
    asked: int
    written: dict[int, tuple[str, ...]] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    tokens: Counter[str] = field(default_factory=Counter)

    def dump(self) -> dict[str, Any]:
        """What is to be told of it: names and numbers, without the posts."""
        told = {"model": self.model, "prompts": self.prompts, "users_asked": self.asked}
        posts = sum(len(texts) for texts in self.written.values())
        return {**told, "posts": posts, "faults": dict(self.faults), "tokens": dict(self.tokens)}


async def write_posts(
    made: Draft,
    client: ChatCompletionClient,
    model: ModelSection,
    *,
    most: int,
    limit: float = FAULT_LIMIT,
    progress: Callable[[int, int], None] = lambda done, due: None,
) -> ModelPosts:
    """Have the newest posts of every user written by a model, by one request a user.

    A reply that cannot be used is asked for again with another seed, ``model.repairs`` times. A request that fails for
    good is a fault: it is counted, and its user is absent from what was written.

    Args:
        made: the society.
        client: of the endpoint; it bounds how many requests are in flight.
        model: how to ask.
        most: posts that the model writes for a user; of a user who has fewer, all.
        limit: share of the requests that may fail.
        progress: called with how many users are done, and of how many.

    Raises:
        FaultLimitError: if more fail.
    """
    writer = _Writer(made, client, model, most=most, limit=limit, progress=progress)
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(model.concurrency, writer.result.asked)):
                group.create_task(writer.work())
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors
    return writer.result


class _Writer:
    """One round over all users, shared by the tasks that do it."""

    def __init__(
        self,
        made: Draft,
        client: ChatCompletionClient,
        model: ModelSection,
        *,
        most: int,
        limit: float,
        progress: Callable[[int, int], None],
    ) -> None:
        self._prompt, self._seed = HistoryPrompt(made.section), made.section.seed
        asked = int((made.posts > 0).sum())
        self.result = ModelPosts(model=model.name, prompts=self._prompt.sha256, asked=asked)
        self._client, self._model, self._limit, self._progress = client, model, limit, progress
        self._users = _users(made, most)
        self._done = 0

    async def work(self) -> None:
        """Take user after user, until there is none left."""
        for place, persona, count in self._users:
            try:
                self.result.written[place] = await self._ask(persona, count)
            except ModelError as error:
                self._count(error)
            self._done += 1
            self._progress(self._done, self.result.asked)

    async def _ask(self, persona: Persona, count: int) -> tuple[str, ...]:
        messages, draws = self._prompt.messages(persona, count), Draws(self._seed, persona.id, 0)
        for attempt in range(self._model.repairs + 1):
            args = {
                "seed": draws.model_seed(f"history/{attempt}"),
                "temperature": self._model.temperature,
                "max_tokens": max(self._model.max_tokens, _TOKENS_A_POST * count),
            }
            reply = await self._client.create(messages, json_output=_reply(count), extra_create_args=args)
            self._count_tokens(reply)
            try:
                return tuple(parse_reply(_reply(count), reply).posts)
            except ReplyError:
                if attempt == self._model.repairs:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _count_tokens(self, reply: CreateResult) -> None:
        self.result.tokens.update(prompt=reply.usage.prompt_tokens, completion=reply.usage.completion_tokens)

    def _count(self, error: ModelError) -> None:
        faults = self.result.faults
        faults[error.cause] += 1
        if faults.total() > self._limit * self.result.asked:
            causes = ", ".join(f"{count} {cause}" for cause, count in faults.most_common())
            raise FaultLimitError(
                f"posts by the model: {faults.total()} of {self.result.asked} requests failed ({causes}), "
                f"more than the limit of {self._limit:.0%}; the last one: {error}"
            ) from error


def _users(made: Draft, most: int) -> Iterator[tuple[int, Persona, int]]:
    """Position, persona and number of posts to write of each user who has posts."""
    for place, (persona, posts) in enumerate(zip(personas_of(made), made.posts.tolist(), strict=True)):
        if posts:
            yield place, persona, min(posts, most)


@lru_cache(maxsize=MOST_POSTS)
def _reply(count: int) -> type[PostsReply]:
    """:class:`PostsReply` of exactly ``count`` posts."""
    posts = Annotated[list[str], AfterValidator(_tidy_posts), Field(min_length=count, max_length=count)]
    return create_model("PostsReply", __base__=PostsReply, __module__=__name__, posts=(posts, ...))
