"""StubEndpoint: an OpenAI-compatible endpoint on a loopback port; its replies are deterministic, its faults are set.

``python -m s3agents.testing.stub_endpoint`` runs one as a process, and prints its address as the first line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import orjson

from s3agents.testing.stub_answers import completion_answer, embeddings_answer, prompt_answer, prompt_of
from s3agents.testing.stub_http import HangUp, HttpAnswer, HttpRequest, HttpServer
from s3agents.testing.stub_latency import DISTRIBUTIONS, Latency
from s3agents.testing.stub_prefix_cache import PrefixCache
from s3agents.testing.stub_slots import Slots

__all__ = ["FAILURES", "StubEndpoint"]

FAILURES = ("status_429", "status_500", "timeout", "drop", "garbage", "half", "schema", "empty")
"""Kinds of failure: of the status, of the connection (hangs, hangs up), of the body."""

_ANSWERS = {
    "/v1/chat/completions": completion_answer,
    "/v1/completions": prompt_answer,
    "/v1/embeddings": embeddings_answer,
}
_PAGE = b"<html><body>Bad gateway</body></html>"


class StubEndpoint:
    """A model server that thinks by hashing: ``async with StubEndpoint() as stub: ... stub.url``.

    It serves ``/v1/chat/completions``, ``/v1/completions`` (for ``prompt_logprobs``), ``/v1/embeddings``,
    ``/v1/models``, ``/health`` and ``/metrics``. A reply is a pure function of messages, schema and seed, valid by the
    schema (or by ``structured_outputs.choice``), with log probabilities that sum up over the values of an enumeration.
    Which requests fail depends on their number alone, so that asking again may help. All settings may be changed while
    it runs.

    Args:
        latency: seconds before an answer, a distribution by the request's content, or a function of its number.
        failures: share of requests that fail.
        kinds: kinds of failure to choose from, of :data:`FAILURES` or any ``status_...``.
        seed: seed of that choice.
        capacity: requests in flight above which it answers 429; none for no limit.
        slots: requests that it serves at once, for their latency each; further ones wait. None for no limit.
        key: bearer token that it wants, if any.
        model: name of its model.
        host: address to listen on.
        port: port to listen on; 0 picks a free one.
        keep: bodies of requests that are kept.

    Attributes:
        requests: number of completions asked for.
        embedded: number of requests for embeddings.
        failed: failures by kind.
        in_flight: requests in its hands now.
        peak: most that ever were.
        bodies: the last request bodies, parsed.
        slots: how many it serves at once, how many wait, and how busy it was.
        cache: what a prefix cache would have found of the prompts.
    """

    def __init__(
        self,
        *,
        latency: float | Latency | Callable[[int], float] = 0.0,
        failures: float = 0.0,
        kinds: Sequence[str] = ("status_500",),
        seed: int = 0,
        capacity: int | None = None,
        slots: int | None = None,
        key: str | None = None,
        model: str = "stub",
        host: str = "127.0.0.1",
        port: int = 0,
        keep: int = 100,
    ) -> None:
        self.latency, self.failures, self.kinds, self.seed = latency, failures, tuple(kinds), seed
        self.capacity, self.key, self.model = capacity, key, model
        self.requests = self.embedded = self.in_flight = self.peak = 0
        self.failed: Counter[str] = Counter()
        self.tokens: Counter[str] = Counter()
        self.bodies: deque[dict[str, Any]] = deque(maxlen=keep)
        self.slots, self.cache = Slots(slots), PrefixCache()
        self._host, self._port = host, port
        self._numbered = 0
        self._next: deque[str] = deque()
        self._server = HttpServer(self._handle)

    @property
    def url(self) -> str:
        """Base address, such as ``http://127.0.0.1:40123/v1``; the port stays the same when it is started again."""
        return f"http://{self._host}:{self._port}/v1"

    def fail_next(self, *kinds: str) -> None:
        """Let the next requests fail, one of each kind, in this order."""
        self._next.extend(kinds)

    async def __aenter__(self) -> StubEndpoint:
        self._port = await self._server.start(self._host, self._port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._server.stop()

    @contextmanager
    def running_in_thread(self) -> Iterator[StubEndpoint]:
        """Serve from a thread of its own, for callers without an event loop."""
        started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

        async def serve() -> None:
            done = asyncio.Event()
            async with self:
                started.set_result((asyncio.get_running_loop(), done))
                await done.wait()

        def run() -> None:
            try:
                asyncio.run(serve())
            except OSError as exc:
                started.set_exception(exc)

        thread = threading.Thread(target=run, name="stub-endpoint", daemon=True)
        thread.start()
        loop, done = started.result()
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(done.set)
            thread.join()

    async def _handle(self, request: HttpRequest) -> HttpAnswer:
        if self.key is not None and request.headers.get("authorization") != f"Bearer {self.key}":
            return _error(401, f"Incorrect API key: {request.headers.get('authorization', 'none')}")
        if request.method == "POST" and request.path in _ANSWERS:
            return await self._counted(request)
        if request.path == "/v1/models":
            return _json({"object": "list", "data": [{"id": self.model, "object": "model", "owned_by": "s3agents"}]})
        if request.path == "/metrics":
            return HttpAnswer(body=self._metrics().encode(), kind="text/plain; charset=utf-8")
        return HttpAnswer() if request.path == "/health" else _error(404, f"no such path: {request.path}")

    async def _counted(self, request: HttpRequest) -> HttpAnswer:
        self.in_flight += 1
        self.peak = max(self.peak, self.in_flight)
        try:
            return await self._answer(request)
        finally:
            self.in_flight -= 1

    async def _answer(self, request: HttpRequest) -> HttpAnswer:
        number, self._numbered = self._numbered, self._numbered + 1
        chat = request.path.endswith("completions")
        self.requests += chat
        self.embedded += not chat
        try:
            body = orjson.loads(request.body)
        except ValueError:
            return _error(400, "wanted a JSON body")
        self.bodies.append(body)
        failure = self._failure(number)
        await self._serve(self._delay(number, request.body))
        if failure is not None:
            self.failed[failure] += 1
            if (failed := await _failed(failure)) is not None:
                return failed
        try:
            answer, used = _ANSWERS[request.path](body, failure)
        except (KeyError, TypeError, ValueError) as exc:
            return _error(400, f"{type(exc).__name__}: {exc}")
        self._count(body, used)
        return HttpAnswer(body=answer)

    def _delay(self, number: int, content: bytes) -> float:
        latency = self.latency
        if isinstance(latency, Latency):
            return latency.of(content)
        return latency(number) if callable(latency) else latency

    async def _serve(self, delay: float) -> None:
        """Hold a place for as long as the request takes."""
        await self.slots.take()
        try:
            if delay:
                await asyncio.sleep(delay)
        finally:
            self.slots.leave()

    def _count(self, body: Any, used: Mapping[str, int]) -> None:
        for kind, n in used.items():
            self.tokens[kind] += n
        if (prompt := prompt_of(body)) is not None:
            self.cache.look_up(prompt, used["prompt_tokens"])

    def _failure(self, number: int) -> str | None:
        if self._next:
            return self._next.popleft()
        if self.capacity is not None and self.in_flight > self.capacity:
            return "status_429"
        if not self.failures:
            return None
        digest = hashlib.blake2b(f"{self.seed}/{number}".encode(), digest_size=8).digest()
        draw, kind = int.from_bytes(digest[:6], "big") / 2**48, int.from_bytes(digest[6:], "big")
        return self.kinds[kind % len(self.kinds)] if draw < self.failures else None

    def _metrics(self) -> str:
        """The counters that vLLM has, by its names, and how busy the slots were."""
        self.slots.settle()
        figures: dict[str, float] = {
            "vllm:num_requests_running": self.in_flight - self.slots.waiting,
            "vllm:num_requests_waiting": self.slots.waiting,
            "vllm:request_success_total": self.requests - self.failed.total(),
            "vllm:prompt_tokens_total": self.tokens["prompt_tokens"],
            "vllm:generation_tokens_total": self.tokens["completion_tokens"],
            "vllm:prefix_cache_queries_total": self.cache.queries,
            "vllm:prefix_cache_hits_total": self.cache.hits,
            "process_cpu_seconds_total": time.process_time(),
            "stub:slot_seconds_total": self.slots.busy_seconds,
            "stub:full_seconds_total": self.slots.full_seconds,
        }
        return "".join(f'{name}{{model_name="{self.model}"}} {value}\n' for name, value in figures.items())


async def _failed(failure: str) -> HttpAnswer | None:
    """The answer of a failure that needs no reply; ``None`` if it spoils one."""
    if failure.startswith("status_"):
        return _error(int(failure.removeprefix("status_")), f"stub failure {failure}")
    if failure == "timeout":
        await asyncio.Event().wait()
    if failure == "drop":
        raise HangUp
    return HttpAnswer(body=_PAGE, kind="text/html") if failure == "garbage" else None


def _json(value: Any, status: int = 200) -> HttpAnswer:
    return HttpAnswer(status=status, body=orjson.dumps(value))


def _error(status: int, message: str) -> HttpAnswer:
    return _json({"error": {"message": message, "type": "stub", "code": status}}, status)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m s3agents.testing.stub_endpoint", description=__doc__)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before an answer, on average")
    parser.add_argument("--distribution", default="constant", help=f"of the latency: {', '.join(DISTRIBUTIONS)}")
    parser.add_argument("--shape", type=float, help="sigma of lognormal, exponent of pareto")
    parser.add_argument("--slots", type=int, help="requests served at once; further ones wait")
    parser.add_argument("--failures", type=float, default=0.0, help="share of requests that fail")
    parser.add_argument("--kinds", default="status_500", help=f"kinds of failure, with commas: {', '.join(FAILURES)}")
    parser.add_argument("--seed", type=int, default=0, help="seed of the failures")
    parser.add_argument("--capacity", type=int, help="requests in flight above which it answers 429")
    parser.add_argument("--model", default="stub", help="name of its model")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 picks a free one")
    parser.add_argument("--owned", action="store_true", help="end when standard input does")
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    done = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, done.set)
    settings = {**vars(arguments), "kinds": arguments.kinds.split(",")}
    if settings.pop("owned"):
        asyncio.get_running_loop().add_reader(0, done.set)
    mean, distribution, shape = (settings.pop(name) for name in ("latency", "distribution", "shape"))
    settings["latency"] = Latency(mean=mean, distribution=distribution, shape=shape)
    async with StubEndpoint(**settings) as stub:
        print(orjson.dumps({"url": stub.url}).decode(), flush=True)  # noqa: T201  # what callers read
        await done.wait()


if __name__ == "__main__":
    asyncio.run(_serve(_arguments()))
