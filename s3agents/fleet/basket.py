"""Replies on their way to the record: what the model of a worker said, and errors that came instead."""

from __future__ import annotations

from contextvars import ContextVar
from typing import NamedTuple

import orjson

from s3agents.errors import ModelError, ReplayMissError
from s3agents.fleet.frames import join, split
from s3agents.llm.base import ChatCompletionClient, ModelWrapper, Request, forward
from s3agents.llm.completion import Completion
from s3agents.llm.reply_codec import encode_error, encode_reply
from s3agents.llm.request_key import key_of

__all__ = ["BASKET", "CollectingClient", "ReplyRow", "pack_replies", "unpack_replies"]


class ReplyRow(NamedTuple):
    """One outcome of a request, as the record of replies keeps it."""

    key: str
    kind: str
    body: bytes
    prompt_tokens: int
    reply_tokens: int


BASKET: ContextVar[dict[str, ReplyRow]] = ContextVar("s3agents_fleet_basket")
"""Where the replies to requests of this task go, by request key."""


class CollectingClient(ModelWrapper):
    """Puts every reply, and every model error that came instead of one, into the basket of the task that asked.

    Args:
        inner: the client that is wrapped.
        model: the model's name, part of every key.
    """

    def __init__(self, inner: ChatCompletionClient, *, model: str) -> None:
        super().__init__(inner)
        self._model = model

    async def ask(self, request: Request) -> Completion:
        """One reply of the wrapped client.

        Raises:
            ModelError: as the wrapped client.
        """
        key = key_of(self._model, request)
        try:
            reply = await forward(self.inner, request)
        except ModelError as error:
            if not isinstance(error, ReplayMissError):
                BASKET.get()[key] = ReplyRow(key, "error", encode_error(error), 0, 0)
            raise
        usage = reply.usage
        tokens = (usage.prompt_tokens, usage.completion_tokens)
        BASKET.get()[key] = ReplyRow(key, "reply", encode_reply(reply), *tokens)
        return reply


def pack_replies(basket: dict[str, ReplyRow]) -> bytes:
    """The rows of a basket."""
    rows = basket.values()
    index = orjson.dumps([[row.key, row.kind, row.prompt_tokens, row.reply_tokens] for row in rows])
    return join([index, *(row.body for row in rows)])


def unpack_replies(data: bytes) -> list[ReplyRow]:
    """Inverse of :func:`pack_replies`."""
    index, *bodies = split(data)
    rows = zip(orjson.loads(index), bodies, strict=True)
    return [ReplyRow(key, kind, body, prompt, reply) for (key, kind, prompt, reply), body in rows]
