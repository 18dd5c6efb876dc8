"""The stub endpoint, spoken to over HTTP."""

from __future__ import annotations

import asyncio
import base64
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any
from urllib.request import urlopen

import aiohttp
import numpy as np
import pytest

from s3agents.testing import StubEndpoint, stub_process

BODY: dict[str, Any] = {"model": "stub", "messages": [{"role": "user", "content": "hello"}], "seed": 1}


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """A plain HTTP session."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        yield session


async def chat(http: aiohttp.ClientSession, stub: StubEndpoint, **more: Any) -> dict[str, Any]:
    """The answer to one chat completion."""
    async with http.post(f"{stub.url}/chat/completions", json={**BODY, **more}) as response:
        answer: dict[str, Any] = await response.json()
        return answer


async def test_it_answers_like_an_endpoint(http: aiohttp.ClientSession) -> None:
    """Completion, usage, models, health and metrics have their usual shapes."""
    async with StubEndpoint(model="m") as stub:
        answer = await chat(http, stub)
        choice = answer["choices"][0]
        assert choice["message"]["role"] == "assistant"
        assert (choice["finish_reason"], choice["logprobs"]) == ("stop", None)
        used = answer["usage"]
        assert used["total_tokens"] == used["prompt_tokens"] + used["completion_tokens"]
        async with http.get(f"{stub.url}/models") as response:
            assert [entry["id"] for entry in (await response.json())["data"]] == ["m"]
        async with http.get(stub.url.replace("/v1", "/health")) as response:
            assert response.status == 200
        async with http.get(stub.url.replace("/v1", "/metrics")) as response:
            assert (
                f'vllm:generation_tokens_total{{model_name="m"}} {used["completion_tokens"]}' in await response.text()
            )


async def test_a_reply_depends_on_messages_schema_and_seed_alone(http: aiohttp.ClientSession) -> None:
    """Not on the endpoint, the order of requests, or how they are sampled."""
    async with StubEndpoint() as one, StubEndpoint() as two:
        first = await chat(http, one)
        await chat(http, two, seed=2)
        again = await chat(http, two, temperature=0.3)
    assert again["choices"][0]["message"] == first["choices"][0]["message"]


async def test_max_tokens_cuts_a_reply(http: aiohttp.ClientSession) -> None:
    """The finish reason says so, and the usage counts what is left."""
    async with StubEndpoint() as stub:
        answer = await chat(http, stub, max_tokens=2, logprobs=True, top_logprobs=1)
    choice = answer["choices"][0]
    assert (choice["finish_reason"], answer["usage"]["completion_tokens"]) == ("length", 2)
    assert [len(entry["top_logprobs"]) for entry in choice["logprobs"]["content"]] == [1, 1]


async def test_a_choice_is_kept(http: aiohttp.ClientSession) -> None:
    """``structured_outputs.choice``, as vLLM has it."""
    async with StubEndpoint() as stub:
        answer = await chat(http, stub, structured_outputs={"choice": ["yes", "no"]})
    assert answer["choices"][0]["message"]["content"] in ("yes", "no")


@pytest.mark.parametrize("body", [b"no json", b"[]", b"{}", b'{"messages":[],"stream":true}'])
async def test_what_it_does_not_serve_is_a_bad_request(http: aiohttp.ClientSession, body: bytes) -> None:
    """Status 400, as an endpoint would say."""
    async with StubEndpoint() as stub, http.post(f"{stub.url}/chat/completions", data=body) as response:
        assert response.status == 400


async def test_failures_are_a_share_of_requests_by_number(http: aiohttp.ClientSession) -> None:
    """The same numbers fail in every run with one seed; the same content may fail now and succeed later."""

    async def statuses(seed: int) -> list[int]:
        async with StubEndpoint(failures=0.3, kinds=("status_429", "status_503"), seed=seed) as stub:
            seen = []
            for _ in range(100):
                async with http.post(f"{stub.url}/chat/completions", json=BODY) as response:
                    seen.append(response.status)
            assert stub.failed.total() == sum(status != 200 for status in seen)
            return seen

    first = await statuses(1)
    assert first == await statuses(1) != await statuses(2)
    assert 15 <= sum(status != 200 for status in first) <= 45
    assert set(first) == {200, 429, 503}


async def test_capacity_pushes_back(http: aiohttp.ClientSession) -> None:
    """Above its capacity it answers 429, and it knows how many it had at once."""
    async with StubEndpoint(capacity=2, latency=0.05) as stub:
        answers = await asyncio.gather(*(chat(http, stub) for _ in range(6)))
    assert sum("error" in answer for answer in answers) == 4
    assert (stub.peak, stub.requests, stub.failed) == (6, 6, {"status_429": 4})


async def test_latency_may_depend_on_the_request(http: aiohttp.ClientSession) -> None:
    """A function of the number is asked for every request."""
    asked: list[int] = []

    def latency(number: int) -> float:
        asked.append(number)
        return 0.0

    async with StubEndpoint(latency=latency) as stub:
        for _ in range(3):
            await chat(http, stub)
    assert asked == [0, 1, 2]


async def test_embeddings_are_unit_vectors_that_follow_the_words(http: aiohttp.ClientSession) -> None:
    """The same text has the same vector, a text with shared words a near one, in either encoding."""
    texts = ["the rain falls", "the rain falls", "the rain stops", "quite other things"]
    async with StubEndpoint() as stub:
        async with http.post(f"{stub.url}/embeddings", json={"model": "m", "input": texts}) as response:
            vectors = np.array([entry["embedding"] for entry in (await response.json())["data"]])
        packed = {"model": "m", "input": texts[0], "encoding_format": "base64"}
        async with http.post(f"{stub.url}/embeddings", json=packed) as response:
            text = (await response.json())["data"][0]["embedding"]
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0)
    assert np.array_equal(vectors[0], vectors[1])
    assert vectors[0] @ vectors[2] > vectors[0] @ vectors[3]
    assert np.allclose(np.frombuffer(base64.b64decode(text), dtype=np.float32), vectors[0])
    assert (stub.requests, stub.embedded) == (0, 2)


async def test_the_last_bodies_are_kept(http: aiohttp.ClientSession) -> None:
    """As many as were asked for, newest last."""
    async with StubEndpoint(keep=2) as stub:
        for seed in range(4):
            await chat(http, stub, seed=seed)
    assert [body["seed"] for body in stub.bodies] == [2, 3]


async def test_it_comes_back_on_the_same_port(http: aiohttp.ClientSession) -> None:
    """An endpoint that was stopped can be started again where clients expect it."""
    stub = StubEndpoint()
    async with stub:
        url = stub.url
    async with stub:
        assert stub.url == url
        assert "choices" in await chat(http, stub)


def test_it_runs_in_a_thread_for_callers_without_a_loop() -> None:
    """A plain ``with`` and a plain HTTP client do."""
    with StubEndpoint().running_in_thread() as stub, urlopen(f"{stub.url}/models", timeout=10) as response:
        assert json.load(response)["object"] == "list"


def test_a_thread_that_cannot_listen_says_why() -> None:
    """A port that is taken raises at the caller."""
    with StubEndpoint().running_in_thread() as stub:
        port = int(stub.url.split(":")[2].split("/")[0])
        with pytest.raises(OSError, match="address"), StubEndpoint(port=port).running_in_thread():
            pass


def test_it_runs_as_a_process() -> None:
    """Its first line tells its address; its options are those of the class."""
    with stub_process("--model", "other") as url, urlopen(f"{url}/models", timeout=10) as response:
        assert json.load(response)["data"][0]["id"] == "other"


def test_the_process_ends_cleanly_when_told_to() -> None:
    """SIGTERM is a normal end, with nothing on standard error."""
    command = [sys.executable, "-m", "s3agents.testing.stub_endpoint"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, b"")


def test_a_process_that_cannot_start_is_an_error() -> None:
    """An unknown option ends it before it listens."""
    with pytest.raises(RuntimeError, match="code 2"), stub_process("--no-such-option"):
        pass


def test_an_owned_process_ends_with_its_owner() -> None:
    """Whoever started it is gone when its standard input ends."""
    command = [sys.executable, "-m", "s3agents.testing.stub_endpoint", "--owned"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline()
        assert process.poll() is None
        process.stdin.close()
        assert process.wait(20) == 0
