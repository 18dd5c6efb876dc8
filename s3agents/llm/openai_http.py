"""OpenAIHttpClient: a lean client for any OpenAI-compatible endpoint, on connections of its own.

The usual SDK costs 3 ms of processor time a call; this costs a tenth of that, which is what lets one process keep a
large endpoint busy. It sends text and wants text or JSON of a schema back; retries, limits and records are wrappers.
"""

from __future__ import annotations

import asyncio
import ssl

from yarl import URL

from s3agents.addresses import checked_endpoint
from s3agents.errors import EndpointError, InputError, explain
from s3agents.llm.answers import parse_completion, parse_models, status_error
from s3agents.llm.base import LeafClient, Request
from s3agents.llm.completion import Completion
from s3agents.llm.http_pool import HttpPool
from s3agents.llm.wire import request_body

__all__ = ["OpenAIHttpClient"]

_CHAT = "/chat/completions"


class OpenAIHttpClient(LeafClient):
    """A model at the other end of ``/v1/chat/completions``.

    Args:
        url: base address, such as ``http://127.0.0.1:8000/v1``.
        model: the model's name at the endpoint.
        key: key to send as bearer token.
        timeout: seconds for one request, the wait for a free connection included.
        concurrency: most connections.
        context_tokens: size of the model's context window.

    Raises:
        InputError: if the address is none, or carries a user or password; if the key can be none.
    """

    def __init__(
        self,
        *,
        url: str,
        model: str,
        key: str | None = None,
        timeout: float = 60.0,
        concurrency: int = 64,
        context_tokens: int = 32_768,
    ) -> None:
        super().__init__(context_tokens)
        self.model = model
        self._base = checked_endpoint(url, thing="address of the model endpoint")
        address = URL(self._base)
        self._path = address.raw_path.rstrip("/")
        self._key = key.strip() if key else None
        self._timeout = timeout
        self._closed = False
        try:
            self._pool = HttpPool(address, headers=_headers(self._key), limit=concurrency, timeout=timeout)
        except ValueError:  # not chained, and not shown: it is a key
            wanted, got = "one line of ASCII characters", "others among them"
            raise InputError(explain("key of the model endpoint", wanted=wanted, got=got)) from None

    async def ask(self, request: Request) -> Completion:
        """One chat completion; a reply cut at ``max_tokens`` is returned with finish reason ``length``.

        Raises:
            InputError: if the request holds tools or images.
            EndpointError: if the endpoint cannot be reached (``connection``, ``timeout``) or refuses (``status_...``).
            ReplyError: if its answer is no chat completion (``garbage``), or the model declines (``refusal``).
        """
        body = request_body(self.model, request)
        sending = self._send("POST", _CHAT, body)
        if request.cancellation_token is not None:
            task = asyncio.ensure_future(sending)
            request.cancellation_token.link_future(task)
            result = parse_completion(await task)
        else:
            result = parse_completion(await sending)
        self._count(result.usage)
        return result

    async def list_models(self) -> list[str]:
        """Names of the models that the endpoint serves.

        Raises:
            ModelError: as :meth:`ask`.
        """
        return parse_models(await self._send("GET", "/models"))

    async def close(self) -> None:
        """Close all connections. Safe to repeat; later requests fail."""
        self._closed = True
        await self._pool.close()

    async def _send(self, method: str, path: str, body: bytes = b"") -> bytes:
        """The body of an answer.

        Args:
            method: of HTTP.
            path: below the base address, such as ``/models``.
            body: of the request.

        Raises:
            EndpointError: if there is no answer, or one of another status than 200.
        """
        what = f"{method} {self._base}{path}"
        if self._closed:
            raise EndpointError(f"{what}: the client is closed", cause="closed", transient=False)
        try:
            answer = await self._pool.send(method, f"{self._path}{path}", body)
        except (OSError, UnicodeError) as exc:
            raise self._unreached(what, exc) from exc
        if answer.status != 200:
            raise status_error(what, answer.status, body=answer.body, headers=answer.headers, secret=self._key)
        return answer.body

    def _unreached(self, what: str, exc: Exception) -> EndpointError:
        if isinstance(exc, TimeoutError):
            return EndpointError(f"{what}: no answer in {self._timeout:g} s", cause="timeout", transient=True)
        lasting = isinstance(exc, ssl.SSLCertVerificationError)
        why = str(exc) or type(exc).__name__
        return EndpointError(f"{what}: no connection: {why}", cause="connection", transient=not lasting)


def _headers(key: str | None) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "User-Agent": "s3agents"}
    return headers | {"Authorization": f"Bearer {key}"} if key else headers
