"""Bounded concurrency that finds its bound: never more in flight than allowed, first come first served."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from autogen_core.models import UserMessage
from hypothesis import given
from hypothesis import strategies as st

from s3agents.errors import EndpointError
from s3agents.llm.base import CreateResult, Request
from s3agents.llm.concurrency import RETURNING, AdaptiveConcurrency
from s3agents.llm.openai_http import OpenAIHttpClient
from s3agents.testing import ScriptedClient, StubEndpoint

OVERLOAD = EndpointError("busy", cause="status_429", transient=True)
OTHER = EndpointError("dropped", cause="connection", transient=True)


def said(text: str) -> list[UserMessage]:
    """One user message."""
    return [UserMessage(content=text, source="user")]


async def until(holds: Callable[[], bool]) -> None:
    """Let the loop run until something holds; fail after many turns."""
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0)
    pytest.fail("it never held")


async def ask_all(client: AdaptiveConcurrency, count: int) -> list[CreateResult | BaseException]:
    """Ask ``count`` times at once; the n-th request says n."""
    return await asyncio.gather(*(client.create(said(str(n))) for n in range(count)), return_exceptions=True)


@given(most=st.integers(1, 8), count=st.integers(1, 30), overloads=st.sets(st.integers(0, 29)))
def test_there_are_never_more_in_flight_than_the_limit(most: int, count: int, overloads: set[int]) -> None:
    """Whatever fails: the bound holds, everyone is answered or told, and nobody is left in flight."""
    highest = 0

    async def run() -> None:
        nonlocal highest

        def decide(request: Request) -> str | Exception:
            nonlocal highest
            highest = max(highest, inner.in_flight)
            return OVERLOAD if int(str(request.messages[0].content)) in overloads else "ok"

        inner = ScriptedClient(decide)
        client = AdaptiveConcurrency(inner, most=most)
        outcomes = await ask_all(client, count)
        assert [isinstance(outcome, EndpointError) for outcome in outcomes] == [n in overloads for n in range(count)]
        assert client.in_flight == 0
        assert 1 <= client.limit <= most
        assert highest <= client.peak <= most

    asyncio.run(run())


async def test_requests_start_in_the_order_in_which_they_came() -> None:
    """First come, first served."""
    inner = ScriptedClient(["ok"])
    await ask_all(AdaptiveConcurrency(inner, most=2), 20)
    assert [request.messages[0].content for request in inner.requests] == [str(n) for n in range(20)]


async def test_a_request_that_returns_goes_first() -> None:
    """It has waited its turn already."""
    gate = asyncio.Event()
    inner = ScriptedClient(["ok"], gate=gate)
    client = AdaptiveConcurrency(inner, most=1)
    waiting = [asyncio.ensure_future(client.create(said(str(n)))) for n in range(3)]
    await until(lambda: inner.in_flight == 1)
    mark = RETURNING.set(True)
    waiting.append(asyncio.ensure_future(client.create(said("returning"))))
    RETURNING.reset(mark)
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(*waiting)
    assert [request.messages[0].content for request in inner.requests] == ["0", "returning", "1", "2"]


@pytest.mark.parametrize("cause", ["status_429", "status_503", "timeout"])
async def test_overload_halves_the_limit_once_a_round(cause: str) -> None:
    """Eight failures of requests that were in flight together are one sign of overload, not eight."""
    client = AdaptiveConcurrency(ScriptedClient([EndpointError("", cause=cause, transient=True)]), most=8)
    await ask_all(client, 8)
    assert client.limit == 4
    await ask_all(client, 4)
    assert client.limit == 2


async def test_other_failures_leave_the_limit_alone() -> None:
    """A dropped connection says nothing of load."""
    client = AdaptiveConcurrency(ScriptedClient([OTHER]), most=8)
    await ask_all(client, 8)
    assert client.limit == 8


@pytest.mark.parametrize(("most", "least"), [(1, 1), (4, 1), (64, 4)])
async def test_the_limit_never_falls_below_a_sixteenth(most: int, least: int) -> None:
    """However long the overload lasts, somebody is asking."""
    client = AdaptiveConcurrency(ScriptedClient([OVERLOAD]), most=most)
    for _ in range(10):
        await ask_all(client, 4)
    assert client.limit == least


async def test_replies_let_the_limit_grow_back_to_its_bound() -> None:
    """By one for each ``limit`` replies: 1 + 2 + 3 replies from one to four, and no further."""
    inner = ScriptedClient([*[OVERLOAD] * 3, "ok"])
    client = AdaptiveConcurrency(inner, most=4)
    for n in range(3):
        await asyncio.gather(client.create(said(str(n))), return_exceptions=True)
    seen = []
    for n in range(12):
        await client.create(said(str(n)))
        seen.append(client.limit)
    assert seen == [2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4]


async def test_the_queue_can_be_refused() -> None:
    """Who waits for room gets the error; who is in flight goes on, and the next request too."""
    gate = asyncio.Event()
    inner = ScriptedClient(["ok"], gate=gate)
    client = AdaptiveConcurrency(inner, most=1)
    waiting = asyncio.gather(*(client.create(said(str(n))) for n in range(3)), return_exceptions=True)
    await until(lambda: inner.in_flight == 1)
    client.refuse_queue(OTHER)
    gate.set()
    first, *others = await waiting
    assert isinstance(first, CreateResult)
    assert all(isinstance(error, EndpointError) and error.cause == "connection" for error in others)
    assert isinstance(await client.create(said("later")), CreateResult)


@pytest.mark.parametrize("let_in", [False, True])
async def test_a_cancelled_request_gives_its_place_back(let_in: bool) -> None:
    """Whether it still waits, or has just been let in and not yet begun: those behind it are served."""

    def decide(request: Request) -> str:
        if let_in and request.messages[0].content == "0":
            # This runs right after the place has been handed over, and before the new owner's first step.
            asyncio.get_running_loop().call_soon(second.cancel)
        return "ok"

    inner = ScriptedClient(decide)
    client = AdaptiveConcurrency(inner, most=1)
    first, second, third = (asyncio.ensure_future(client.create(said(str(n)))) for n in range(3))
    await until(lambda: inner.in_flight == 1)
    if not let_in:
        second.cancel()
    await asyncio.wait([first, second, third], timeout=5)
    assert second.cancelled()
    assert [request.messages[0].content for request in inner.requests] == ["0", "2"]
    assert isinstance(third.result(), CreateResult)
    assert client.in_flight == 0


async def test_it_finds_what_an_endpoint_can_take() -> None:
    """Against an endpoint that pushes back above four, the limit comes down, and everyone gets an answer in the end."""
    async with StubEndpoint(capacity=4, latency=0.002) as stub:
        http = OpenAIHttpClient(url=stub.url, model="stub", concurrency=32)
        client = AdaptiveConcurrency(http, most=32)

        async def insist(n: int) -> CreateResult:
            while True:
                try:
                    return await client.create(said(str(n)))
                except EndpointError as error:
                    if error.cause != "status_429":
                        raise

        results = await asyncio.gather(*(insist(n) for n in range(100)))
        await http.close()
    assert len(results) == 100
    assert client.limit < 16
