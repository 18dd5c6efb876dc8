"""OpenAIEmbedder: any endpoint with ``/v1/embeddings`` (vLLM, Ollama, TEI, OpenAI), over connections of our own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential
from yarl import URL

from s3agents.addresses import checked_endpoint
from s3agents.embed.base import Vectors
from s3agents.embed.unit import unit_vectors
from s3agents.errors import InputError, MemoryStoreError, explain
from s3agents.llm.http_pool import HttpPool

__all__ = ["OpenAIEmbedder"]

_BATCH = 64
_CONNECTIONS = 16
_SHOWN = 300
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
_REMEDIES = {
    401: "give the key in the environment variable that memory.embedder.key_env names",
    403: "give the key in the environment variable that memory.embedder.key_env names",
    404: "look at memory.embedder.url, which ends in /v1, and at memory.embedder.model",
    413: "serve a model that takes longer texts",
}


class _TryAgain(MemoryStoreError):
    """A failure that asking again may mend."""


class OpenAIEmbedder:
    """Vectors from an endpoint, asked for in batches of 64, scaled to length 1.

    A text gets the same vector in any batch as far as the endpoint sees to that. Blank texts, which endpoints refuse,
    are not sent: their vector is 0.

    Args:
        url: base address, such as ``http://127.0.0.1:8000/v1``.
        model: the model's name at the endpoint.
        key: sent as bearer token; never part of a message.
        timeout: seconds to wait for the answer to one batch.
        retries: how often a batch is sent again after a transient failure (429, 5xx, no connection).

    Raises:
        InputError: if the address is none, or carries a user or password; if the key can be none.
    """

    def __init__(
        self, url: str, model: str, key: str | None = None, *, timeout: float = 60.0, retries: int = 4
    ) -> None:
        self._url = f"{checked_endpoint(url, thing='memory.embedder.url')}/embeddings"
        self._model = model
        self._key = key.strip() if key else None
        self._timeout = timeout
        self._retries = retries
        self._dimensions: int | None = None
        self._pool = self._connections()

    @property
    def name(self) -> str:
        """Kind and model, such as ``openai/bge-m3``."""
        return f"openai/{self._model}"

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape ``(len(texts), dimensions)``.

        Raises:
            MemoryStoreError: if the endpoint cannot be reached, refuses, or answers with something else.
        """
        said = [row for row, text in enumerate(texts) if text.strip()]
        if not said and self._dimensions is None and texts:
            await self._batch(["."])  # only to learn how long a vector is
        parts = [await self._batch([texts[row] for row in said[i : i + _BATCH]]) for i in range(0, len(said), _BATCH)]
        vectors = np.zeros((len(texts), self._dimensions or 0), dtype=np.float32)
        if parts:
            vectors[said] = np.concatenate(parts)
        return vectors

    async def close(self) -> None:
        """Close all connections, which a later text would open again."""
        pool, self._pool = self._pool, self._connections()
        await pool.close()

    async def _batch(self, texts: list[str]) -> Vectors:
        vectors: Vectors = await AsyncRetrying(
            retry=retry_if_exception_type(_TryAgain),
            stop=stop_after_attempt(self._retries + 1),
            wait=wait_exponential(multiplier=0.1, max=5.0),
            reraise=True,
        )(self._ask, texts)
        self._dimensions = self._dimensions or vectors.shape[1]
        if vectors.shape[1] != self._dimensions:
            wanted, got = f"vectors of {self._dimensions} numbers, as before", f"{vectors.shape[1]} numbers"
            raise MemoryStoreError(explain(self._url, wanted=wanted, got=got))
        return vectors

    async def _ask(self, texts: list[str]) -> Vectors:
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        body = orjson.dumps({"model": self._model, "input": clean, "encoding_format": "float"})
        try:
            answer = await self._pool.send("POST", URL(self._url).raw_path, body)
        except (OSError, UnicodeError) as exc:  # the latter is about a host that can be none
            why = str(exc) or f"no answer in {self._timeout:g} s"
            remedy = "is the server running, and memory.embedder.url right?"
            raise _TryAgain(f"{self._url}: not reached: {why} ({remedy})") from exc
        if answer.status != 200:
            raise self._refused(answer.status, answer.body)
        return unit_vectors(self._rows(answer.body, len(texts)), count=len(texts), who=self._url)

    def _connections(self) -> HttpPool:
        headers = {"Content-Type": "application/json", "User-Agent": "s3agents"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        try:
            return HttpPool(URL(self._url), headers=headers, limit=_CONNECTIONS, timeout=self._timeout)
        except ValueError:  # not chained, and not shown: it is a key
            wanted, got = "one line of ASCII characters", "others among them"
            raise InputError(explain("key of the embedder", wanted=wanted, got=got)) from None

    def _refused(self, status: int, answer: bytes) -> MemoryStoreError:
        kind = _TryAgain if status in _TRANSIENT else MemoryStoreError
        remedy = _REMEDIES.get(status, "see what the server says")
        return kind(f"{self._url}: status {status}: {self._shown(answer)} ({remedy})")

    def _rows(self, answer: bytes, count: int) -> list[Any]:
        try:
            data = sorted(orjson.loads(answer)["data"], key=lambda entry: entry["index"])
            if [entry["index"] for entry in data] != list(range(count)):
                raise ValueError(f"{len(data)} vectors for {count} texts")
            return [entry["embedding"] for entry in data]
        except (ValueError, TypeError, KeyError, AttributeError) as exc:
            remedy = "does memory.embedder.url end in /v1, and is this a model for embeddings?"
            got = self._shown(answer)
            raise MemoryStoreError(explain(self._url, wanted="a list of embeddings", got=got, remedy=remedy)) from exc

    def _shown(self, answer: bytes) -> str:
        words = answer.decode("utf-8", "replace")
        if self._key:
            words = words.replace(self._key, "[key]")
        return " ".join(words.split())[:_SHOWN] or "an empty answer"
