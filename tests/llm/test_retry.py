"""Retries: what may mend is asked again, what may not is not, and a dead endpoint is not asked for long."""

from __future__ import annotations

import asyncio
import time
from random import Random
from typing import Any

import pytest
from autogen_core.models import UserMessage

from s3agents.errors import EndpointError, InputError, ModelError, ReplyError
from s3agents.llm.base import CreateResult
from s3agents.llm.openai_http import OpenAIHttpClient
from s3agents.llm.policies import with_policies
from s3agents.llm.retry import RetryingClient
from s3agents.testing import ScriptedClient, StubEndpoint

MESSAGES = [UserMessage(content="hello", source="user")]
BUSY = EndpointError("busy", cause="status_503", transient=True)
GONE = EndpointError("gone", cause="connection", transient=True)
REFUSED = EndpointError("bad", cause="status_400", transient=False)


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits that were asked for; none of them is spent."""
    waits: list[float] = []
    sleep = asyncio.sleep

    async def note(seconds: float) -> None:
        if seconds:
            waits.append(seconds)
        await sleep(0)

    monkeypatch.setattr("s3agents.llm.retry.asyncio.sleep", note)
    return waits


def retrying(inner: Any, **settings: Any) -> RetryingClient:
    """``inner`` with three retries, unless told otherwise."""
    return RetryingClient(inner, **{"retries": 3, "patience": 60.0, "rng": Random(1), **settings})


async def failure_of(client: RetryingClient) -> Exception:
    """The error of one request."""
    (outcome,) = await asyncio.gather(client.create(MESSAGES), return_exceptions=True)
    assert isinstance(outcome, Exception)
    return outcome


async def test_transient_failures_are_asked_again(slept: list[float]) -> None:
    """Endpoint errors that say so, and answers that are no completion."""
    inner = ScriptedClient([BUSY, GONE, ReplyError("<html>", cause="garbage"), "ok"])
    assert (await retrying(inner).create(MESSAGES)).content == "ok"
    assert len(inner.requests) == 4
    assert len(slept) == 3


@pytest.mark.parametrize("error", [REFUSED, ReplyError("no", cause="refusal"), InputError("tools"), ValueError("?")])
async def test_what_asking_again_cannot_mend_is_raised_at_once(error: Exception, slept: list[float]) -> None:
    """The same error, after one try."""
    inner = ScriptedClient([error])
    assert await failure_of(retrying(inner)) is error
    assert (len(inner.requests), slept) == (1, [])


async def test_a_lasting_failure_ends_the_repetitions(slept: list[float]) -> None:
    """Busy first, then refused: the refusal is what the caller gets."""
    inner = ScriptedClient([BUSY, REFUSED, "ok"])
    assert await failure_of(retrying(inner)) is REFUSED
    assert len(slept) == 1


async def test_the_last_error_is_raised_when_retries_are_used_up(slept: list[float]) -> None:
    """Three retries are four tries."""
    inner = ScriptedClient([BUSY, BUSY, BUSY, GONE])
    assert await failure_of(retrying(inner)) is GONE
    assert len(inner.requests) == 4


async def test_no_retries_is_one_try(slept: list[float]) -> None:
    """``retries=0`` asks once."""
    inner = ScriptedClient([BUSY])
    await failure_of(retrying(inner, retries=0))
    assert (len(inner.requests), slept) == (1, [])


async def test_waits_grow_with_full_jitter_up_to_a_cap(slept: list[float]) -> None:
    """Anywhere between nothing and 0.05 s doubled each time, but 5 s at most; the seed decides where."""
    await failure_of(retrying(ScriptedClient([BUSY]), retries=12, rng=Random(5)))
    ceilings = [min(5.0, 0.05 * 2**n) for n in range(12)]
    jitter = Random(5)
    assert slept == [jitter.uniform(0.0, ceiling) for ceiling in ceilings]
    assert all(0 <= wait <= ceiling for wait, ceiling in zip(slept, ceilings, strict=True))


async def test_the_endpoint_is_given_the_time_it_asks_for(slept: list[float]) -> None:
    """Retry-After is a lower bound of the wait."""
    asks = EndpointError("busy", cause="status_429", transient=True, retry_after=7.0)
    await retrying(ScriptedClient([asks, "ok"])).create(MESSAGES)
    assert 7.0 <= slept[0] <= 7.05


async def test_patience_ends_before_a_wait_that_would_pass_it(slept: list[float]) -> None:
    """An endpoint that asks for an hour is not waited for."""
    asks = EndpointError("busy", cause="status_429", transient=True, retry_after=3600.0)
    inner = ScriptedClient([asks, "ok"])
    assert await failure_of(retrying(inner, patience=60.0)) is asks
    assert slept == []


async def test_patience_bounds_the_time_of_a_request() -> None:
    """With real waits: many retries, little patience, a quick end."""
    began = time.monotonic()
    await failure_of(retrying(ScriptedClient([BUSY]), retries=100, patience=0.2))
    assert time.monotonic() - began < 2.0


async def test_a_dead_endpoint_costs_one_wait_not_one_for_every_agent(slept: list[float]) -> None:
    """After one request has tried in vain, each of the next gets one try and no wait."""
    inner = ScriptedClient([GONE])
    client = retrying(inner)
    await failure_of(client)
    assert client.down
    assert len(slept) == 3
    for _ in range(50):
        await failure_of(client)
    assert len(inner.requests) == 4 + 50
    assert len(slept) == 3


async def test_requests_of_one_moment_share_the_try_of_a_dead_endpoint(slept: list[float]) -> None:
    """A hundred at once cost one time-out; each gets an error of its own, equal to the others."""
    inner = ScriptedClient([GONE])
    client = retrying(inner)
    await failure_of(client)
    outcomes = await asyncio.gather(*(client.create(MESSAGES) for _ in range(100)), return_exceptions=True)
    assert len(inner.requests) == 5
    assert {(type(error), str(error), error.cause) for error in outcomes if isinstance(error, ModelError)} == {
        (EndpointError, "gone", "connection")
    }
    assert len({id(error) for error in outcomes}) == 100


async def test_an_endpoint_that_comes_back_is_trusted_again(slept: list[float]) -> None:
    """One success, and retries are back."""
    inner = ScriptedClient([*[GONE] * 5, "back", BUSY, "again"])
    client = retrying(inner)
    await failure_of(client)
    await failure_of(client)
    assert (await client.create(MESSAGES)).content == "back"
    assert not client.down
    assert (await client.create(MESSAGES)).content == "again"


async def test_those_who_shared_a_try_that_succeeds_ask_for_themselves(slept: list[float]) -> None:
    """A reply is nobody else's: only failures are shared."""
    inner = ScriptedClient([*[GONE] * 4, "back"])
    client = retrying(inner)
    await failure_of(client)
    results = await asyncio.gather(*(client.create(MESSAGES) for _ in range(10)))
    assert [result.content for result in results] == ["back"] * 10
    assert len(inner.requests) == 14


async def test_a_cancelled_try_does_not_take_the_others_with_it(slept: list[float]) -> None:
    """The next in line makes the try instead."""
    gate = asyncio.Event()
    gate.set()
    inner = ScriptedClient([*[GONE] * 4, "back"], gate=gate)
    client = retrying(inner)
    await failure_of(client)
    gate.clear()
    first, second = (asyncio.ensure_future(client.create(MESSAGES)) for _ in range(2))
    while not inner.in_flight:
        await asyncio.sleep(0)
    first.cancel()
    gate.set()
    await asyncio.wait([first, second], timeout=5)
    assert first.cancelled()
    assert second.result().content == "back"


async def test_a_refusal_shows_that_the_endpoint_lives(slept: list[float]) -> None:
    """An endpoint that answers 400 is not down."""
    client = retrying(ScriptedClient([*[GONE] * 4, REFUSED, BUSY, "ok"]))
    await failure_of(client)
    assert client.down
    await failure_of(client)
    assert not client.down
    assert (await client.create(MESSAGES)).content == "ok"


async def test_one_unlucky_request_does_not_bring_the_endpoint_down(slept: list[float]) -> None:
    """It is down only if nobody was answered meanwhile."""

    def decide(request: Any) -> str | Exception:
        return BUSY if request.messages[0].content == "hello" else "ok"

    client = retrying(ScriptedClient(decide))
    lucky = [UserMessage(content="other", source="user")]
    outcomes = await asyncio.gather(client.create(MESSAGES), client.create(lucky), return_exceptions=True)
    assert isinstance(outcomes[0], EndpointError)
    assert isinstance(outcomes[1], CreateResult)
    assert not client.down


@pytest.mark.parametrize("kinds", [("status_429", "status_500", "drop"), ("garbage", "half", "empty"), ("timeout",)])
async def test_with_a_third_of_requests_failing_all_are_answered(kinds: tuple[str, ...]) -> None:
    """Every kind of failure that the wire can have, at 30 %; every request gets its reply."""
    async with StubEndpoint(failures=0.3, kinds=kinds) as stub:
        http = OpenAIHttpClient(url=stub.url, model="stub", timeout=0.5 if "timeout" in kinds else 5.0, concurrency=32)
        client = with_policies(http, concurrency=32, retries=12, patience=60.0, rng=Random(0))
        count = 60
        asked = [client.create(MESSAGES, extra_create_args={"seed": seed}) for seed in range(count)]
        results = await asyncio.gather(*asked)
        await client.close()
    assert len(results) == count
    assert stub.requests == count + stub.failed.total()
    assert stub.failed.total() > count * 0.15


async def test_a_dead_endpoint_fails_many_requests_quickly() -> None:
    """A thousand requests at once, nobody listening, real waits: all told within the time of one request's retries."""
    stub = StubEndpoint()
    async with stub:
        url = stub.url
    http = OpenAIHttpClient(url=url, model="stub")
    client = with_policies(http, concurrency=16, retries=4, patience=30.0, rng=Random(0))
    began = time.monotonic()
    outcomes = await asyncio.gather(*(client.create(MESSAGES) for _ in range(1000)), return_exceptions=True)
    assert time.monotonic() - began < 10.0
    assert {error.cause for error in outcomes if isinstance(error, EndpointError)} == {"connection"}
    async with stub:
        assert isinstance(await client.create(MESSAGES), CreateResult)
    await client.close()


async def test_a_hung_endpoint_costs_a_few_timeouts_not_one_for_every_request() -> None:
    """Requests that queue behind those that hang fail with them."""
    async with StubEndpoint(failures=1.0, kinds=("timeout",)) as stub:
        http = OpenAIHttpClient(url=stub.url, model="stub", timeout=0.1, concurrency=4)
        client = with_policies(http, concurrency=4, retries=1, patience=30.0, rng=Random(0))
        outcomes = await asyncio.gather(*(client.create(MESSAGES) for _ in range(200)), return_exceptions=True)
        await client.close()
    assert {error.cause for error in outcomes if isinstance(error, EndpointError)} == {"timeout"}
    assert stub.requests < 20
