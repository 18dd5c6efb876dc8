"""The lean client, against the stub endpoint."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from math import exp
from typing import Any, Literal

import pytest
from aiohttp import web
from autogen_core import CancellationToken
from autogen_core.models import CreateResult, LLMMessage, RequestUsage, SystemMessage, UserMessage
from pydantic import BaseModel

from s3agents.errors import EndpointError, InputError, ModelError, ReplyError
from s3agents.llm.openai_http import OpenAIHttpClient
from s3agents.testing import StubEndpoint

MESSAGES: list[LLMMessage] = [
    SystemMessage(content="Be brief."),
    UserMessage(content="How do you feel?", source="user"),
]


class Feeling(BaseModel):
    emotion: Literal["calm", "moderate", "intense"]
    text: str


@pytest.fixture
async def stub() -> AsyncIterator[StubEndpoint]:
    """An endpoint without faults."""
    async with StubEndpoint() as endpoint:
        yield endpoint


@pytest.fixture
async def client(stub: StubEndpoint) -> AsyncIterator[OpenAIHttpClient]:
    """A client of it."""
    made = OpenAIHttpClient(url=stub.url, model="stub", timeout=5.0)
    yield made
    await made.close()


async def failure_of(client: OpenAIHttpClient) -> ModelError:
    """The error of one request."""
    with pytest.raises(ModelError) as caught:
        await client.create(MESSAGES)
    return caught.value


async def test_a_typed_reply_comes_back(client: OpenAIHttpClient, stub: StubEndpoint) -> None:
    """The request says what it should; the result has text, usage, and a distribution over the labels."""
    args = {"seed": 3, "temperature": 0.8, "max_tokens": 64, "logprobs": True, "top_logprobs": 5}
    result = await client.create(MESSAGES, json_output=Feeling, extra_create_args=args)
    sent = stub.bodies[-1]
    assert {name: sent[name] for name in args} == args
    assert sent["messages"][0] == {"role": "system", "content": "Be brief."}
    assert sent["response_format"]["json_schema"]["schema"]["additionalProperties"] is False
    assert isinstance(result.content, str)
    Feeling.model_validate_json(result.content)
    assert result.usage.prompt_tokens > 0
    assert (result.finish_reason, result.cached) == ("stop", False)
    assert result.logprobs is not None
    assert "".join(token.token for token in result.logprobs) == result.content
    widest = max((token.top_logprobs or [] for token in result.logprobs), key=len)
    assert sum(exp(top.logprob) for top in widest) == pytest.approx(1.0)
    assert all(bytes(top.bytes or []).decode() for top in widest)


async def test_usage_adds_up(client: OpenAIHttpClient) -> None:
    """Totals are the sums of what the endpoint counted."""
    results = [await client.create(MESSAGES, extra_create_args={"seed": seed}) for seed in range(3)]
    total = RequestUsage(
        sum(result.usage.prompt_tokens for result in results), sum(result.usage.completion_tokens for result in results)
    )
    assert client.actual_usage() == client.total_usage() == total
    assert client.remaining_tokens(MESSAGES) + client.count_tokens(MESSAGES) == 32_768


async def test_a_cut_reply_is_returned_with_its_reason(client: OpenAIHttpClient) -> None:
    """Whether a cut reply is of use is for others to say."""
    result = await client.create(MESSAGES, json_output=Feeling, extra_create_args={"max_tokens": 3})
    assert result.finish_reason == "length"


async def test_a_stream_is_one_whole_reply(client: OpenAIHttpClient) -> None:
    """AutoGen's streaming call yields the result and nothing else."""
    parts = [part async for part in client.create_stream(MESSAGES)]
    assert parts == [await client.create(MESSAGES)]


async def test_models_are_listed(client: OpenAIHttpClient) -> None:
    """The endpoint's names."""
    assert await client.list_models() == ["stub"]


@pytest.mark.parametrize(
    ("kind", "cause", "error_class"),
    [
        ("status_429", "status_429", EndpointError),
        ("status_500", "status_500", EndpointError),
        ("status_503", "status_503", EndpointError),
        ("drop", "connection", EndpointError),
        ("garbage", "garbage", ReplyError),
        ("half", "garbage", ReplyError),
        ("empty", "garbage", ReplyError),
    ],
)
async def test_each_failure_is_its_own_error(
    client: OpenAIHttpClient, stub: StubEndpoint, kind: str, cause: str, error_class: type[ModelError]
) -> None:
    """Class and cause tell what happened; asking again may help with all that the endpoint did not think over."""
    stub.fail_next(kind)
    error = await failure_of(client)
    assert type(error) is error_class
    assert error.cause == cause
    assert not isinstance(error, EndpointError) or error.transient
    assert isinstance(await client.create(MESSAGES), CreateResult)


async def test_json_of_another_schema_is_no_failure_here(client: OpenAIHttpClient, stub: StubEndpoint) -> None:
    """What a reply says is judged where it is parsed."""
    stub.fail_next("schema")
    assert (await client.create(MESSAGES, json_output=Feeling)).content == '{"unexpected":true}'


async def test_a_silent_endpoint_is_a_timeout(stub: StubEndpoint) -> None:
    """After as many seconds as were allowed."""
    stub.fail_next("timeout")
    client = OpenAIHttpClient(url=stub.url, model="stub", timeout=0.05)
    error = await failure_of(client)
    await client.close()
    assert isinstance(error, EndpointError)
    assert (error.cause, error.transient) == ("timeout", True)
    assert "0.05 s" in str(error)


async def test_nobody_there_is_a_connection_error() -> None:
    """A refused connection is transient: the endpoint may come up yet."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        client = OpenAIHttpClient(url=f"http://127.0.0.1:{taken.getsockname()[1]}/v1", model="stub")
        error = await failure_of(client)
        await client.close()
    assert isinstance(error, EndpointError)
    assert (error.cause, error.transient) == ("connection", True)


async def test_a_body_shorter_than_promised_is_a_connection_error() -> None:
    """The transport broke: that is no word of the endpoint."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"choices":')
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    client = OpenAIHttpClient(url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", model="stub")
    error = await failure_of(client)
    await client.close()
    server.close()
    assert error.cause == "connection"


async def test_a_wrong_key_is_told_without_the_key() -> None:
    """Even though the endpoint repeats it."""
    async with StubEndpoint(key="right") as stub:
        client = OpenAIHttpClient(url=stub.url, model="stub", key="sk-wrong")
        error = await failure_of(client)
        await client.close()
        good = OpenAIHttpClient(url=stub.url, model="stub", key=" right\n")
        assert await good.list_models() == ["stub"]
        await good.close()
    assert (error.cause, getattr(error, "transient", None)) == ("status_401", False)
    assert "Incorrect API key" in str(error)
    assert "sk-wrong" not in str(error)


async def test_a_redirect_is_refused_rather_than_followed() -> None:
    """The key goes to the address that was given and to no other."""

    async def redirect(_: web.BaseRequest) -> web.Response:
        return web.Response(status=307, headers={"Location": "http://elsewhere.invalid/"})

    runner = web.ServerRunner(web.Server(redirect), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    client = OpenAIHttpClient(url=f"http://127.0.0.1:{runner.addresses[0][1]}/v1", model="stub", key="k")
    error = await failure_of(client)
    await client.close()
    await runner.cleanup()
    assert (error.cause, getattr(error, "transient", None)) == ("status_307", False)


@pytest.mark.parametrize("url", ["", "localhost:8000", "ftp://h/v1", "http://", "http://h:99999/v1", "http://[bad/v1"])
def test_an_address_that_is_none_is_bad_input(url: str) -> None:
    """At construction, not at the first request."""
    with pytest.raises(InputError, match="address of the model endpoint"):
        OpenAIHttpClient(url=url, model="m")


def test_credentials_in_the_address_are_refused_and_not_repeated() -> None:
    """They would end up in messages and records."""
    with pytest.raises(InputError) as caught:
        OpenAIHttpClient(url="http://me:secret@host/v1", model="m")
    assert "secret" not in str(caught.value)


async def test_connections_are_bounded_and_kept(stub: StubEndpoint) -> None:
    """Never more in flight than allowed; all are answered."""
    stub.latency = 0.005
    client = OpenAIHttpClient(url=stub.url, model="stub", concurrency=3)
    results = await asyncio.gather(*(client.create(MESSAGES) for _ in range(12)))
    await client.close()
    assert stub.peak == 3
    assert len(results) == 12


async def test_a_token_cancels_a_call(client: OpenAIHttpClient, stub: StubEndpoint) -> None:
    """AutoGen's cancellation token ends a request that is under way."""
    stub.fail_next("timeout")
    token = CancellationToken()
    call = asyncio.ensure_future(client.create(MESSAGES, cancellation_token=token))
    while not stub.in_flight:
        await asyncio.sleep(0)
    token.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call


async def test_a_closed_client_refuses(client: OpenAIHttpClient) -> None:
    """Closing twice is fine; asking afterwards is an error, and not one that mends."""
    await client.create(MESSAGES)
    await client.close()
    await client.close()
    error: Any = await failure_of(client)
    assert (error.cause, error.transient) == ("closed", False)
