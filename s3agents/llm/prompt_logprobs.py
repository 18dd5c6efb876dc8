"""PromptLogprobs: how likely a model finds texts, by ``prompt_logprobs`` on vLLM's ``/v1/completions``.

Few other endpoints can do it: the chat interface tells of the reply's tokens only. One token is generated and thrown
away, for the interface wants one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from math import isfinite
from typing import Any

import orjson
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_exponential

from s3agents.errors import ModelError, ReplyError
from s3agents.llm.failures import GARBAGE, is_transient
from s3agents.llm.openai_http import OpenAIHttpClient

__all__ = ["PromptLogprobs", "parse_prompt_logprobs"]

_SHOWN_CHARS = 300
_CHARS = 4000


class PromptLogprobs(OpenAIHttpClient):
    """The log probabilities of the tokens of texts.

    Args:
        url: base address, such as ``http://127.0.0.1:8000/v1``.
        model: the model's name at the endpoint.
        key: key to send as bearer token.
        timeout: seconds for one request.
        concurrency: most requests in flight.
        attempts: how often a text is asked for, where asking again may help.

    Raises:
        InputError: if the address is none, or carries a user or password.
    """

    def __init__(
        self,
        *,
        url: str,
        model: str,
        key: str | None = None,
        timeout: float = 60.0,
        concurrency: int = 64,
        attempts: int = 6,
    ) -> None:
        super().__init__(url=url, model=model, key=key, timeout=timeout, concurrency=concurrency)
        self._places = asyncio.Semaphore(concurrency)
        self._attempts = attempts

    @property
    def name(self) -> str:
        """Of the model."""
        return self.model

    async def token_logprobs(self, texts: Sequence[str]) -> list[list[float] | ModelError]:
        """Natural log probabilities of the tokens of each text, given those before; the first token has none.

        Where a text failed, its error stands in its place. Longer texts are cut at 4,000 characters.
        """
        return list(await asyncio.gather(*(self._of(text[:_CHARS]) for text in texts)))

    async def _of(self, text: str) -> list[float] | ModelError:
        body = orjson.dumps(
            {
                "model": self.model,
                "prompt": text.encode("utf-8", "replace").decode(),
                "max_tokens": 1,
                "temperature": 0.0,
                "prompt_logprobs": 0,
            }
        )

        async def once() -> list[float]:
            return parse_prompt_logprobs(await self._send("POST", "/completions", body))

        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._attempts),
            wait=wait_exponential(multiplier=0.05, max=2.0),
            retry=retry_if_exception(is_transient),
            reraise=True,
            sleep=asyncio.sleep,
        )
        async with self._places:
            try:
                values: list[float] = await retrying(once)
            except ModelError as error:
                return error
        return values


def parse_prompt_logprobs(body: bytes) -> list[float]:
    """The log probabilities of a prompt's tokens in the body of a completion; the first token has none.

    Raises:
        ReplyError: ``garbage`` if it is no completion, ``prompt_logprobs`` if there are none in it.
    """
    try:
        choice = orjson.loads(body)["choices"][0]
        entries = choice.get("prompt_logprobs")
        if entries is not None:
            return [_logprob(entry) for entry in entries if entry is not None]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as exc:
        shown = body[:_SHOWN_CHARS].decode("utf-8", "replace") or "nothing"
        raise ReplyError(f"answer of the endpoint: wanted a completion, got {shown}", cause=GARBAGE) from exc
    raise ReplyError("answer of the endpoint: wanted prompt_logprobs, got none", cause="prompt_logprobs")


def _logprob(entry: dict[str, Any]) -> float:
    """That of the prompt's own token, which stands first, whatever else is told beside it."""
    value = float(list(entry.values())[0]["logprob"])  # noqa: RUF015  # an empty one is an IndexError
    if not isfinite(value) or value > 0.0:
        raise ValueError(f"log probability {value}")
    return value
