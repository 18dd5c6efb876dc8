"""OpenAIHttpClient: a lean client for any OpenAI-compatible endpoint, on one ``aiohttp`` session.

The usual SDK costs 3 ms of processor time a call; this costs a tenth of that, which is what lets one process keep a
large endpoint busy. It sends text and wants text or JSON of a schema back; retries, limits and records are wrappers.
"""

from __future__ import annotations

import asyncio

import aiohttp
from yarl import URL

from s3agents.addresses import checked_endpoint
from s3agents.errors import EndpointError
from s3agents.llm.answers import parse_completion, parse_models, status_error
from s3agents.llm.base import LeafClient, Request
from s3agents.llm.completion import Completion
from s3agents.llm.wire import request_body

__all__ = ["OpenAIHttpClient"]

_CONNECT_SECONDS = 10.0
_KEEPALIVE_SECONDS = 4.0  # less than the 5 s after which uvicorn, hence vLLM, hangs up


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
        context_tokens: int = 32_768,
    ) -> None:
        super().__init__(context_tokens)
        base = checked_endpoint(url, thing="address of the model endpoint")
        self.model = model
        self._chat = URL(f"{base}/chat/completions")
        self._models = URL(f"{base}/models")
        self._key = key.strip() if key else None
        self._timeout = timeout
        self._concurrency = concurrency
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def ask(self, request: Request) -> Completion:
        """One chat completion; a reply cut at ``max_tokens`` is returned with finish reason ``length``.

        Raises:
            InputError: if the request holds tools or images.
            EndpointError: if the endpoint cannot be reached (``connection``, ``timeout``) or refuses (``status_...``).
            ReplyError: if its answer is no chat completion (``garbage``), or the model declines (``refusal``).
        """
        body = request_body(self.model, request)
        sending = self._send("POST", self._chat, body)
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
        return parse_models(await self._send("GET", self._models, None))

    async def close(self) -> None:
        """Close all connections. Safe to repeat; later requests fail."""
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _send(self, method: str, url: URL, body: bytes | None) -> bytes:
        session = self._session or self._open()
        try:
            async with session.request(method, url, data=body, allow_redirects=False) as response:
                answer = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as exc:
            raise self._unreached(f"{method} {url}", exc) from exc
        if response.status != 200:
            raise status_error(
                f"{method} {url}", response.status, body=answer, headers=response.headers, secret=self._key
            )
        return answer

    def _open(self) -> aiohttp.ClientSession:
        """The session, made on first use because it belongs to the running event loop."""
        if self._closed:
            raise EndpointError(f"{self._chat}: the client is closed", cause="closed", transient=False)
        headers = {"Content-Type": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._concurrency, keepalive_timeout=_KEEPALIVE_SECONDS),
            timeout=aiohttp.ClientTimeout(total=self._timeout, sock_connect=min(self._timeout, _CONNECT_SECONDS)),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=headers,
        )
        return self._session

    def _unreached(self, what: str, exc: Exception) -> EndpointError:
        if isinstance(exc, TimeoutError) and not isinstance(exc, aiohttp.ConnectionTimeoutError):
            return EndpointError(f"{what}: no answer in {self._timeout:g} s", cause="timeout", transient=True)
        lasting = isinstance(exc, aiohttp.ClientConnectorCertificateError)
        why = str(exc) or type(exc).__name__
        return EndpointError(f"{what}: no connection: {why}", cause="connection", transient=not lasting)
