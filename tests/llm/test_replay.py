"""Record and replay: asked once, kept for good, repeated without an endpoint."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import Random
from typing import Any, Literal

import pytest
from autogen_core.models import CreateResult, RequestUsage, UserMessage
from pydantic import BaseModel

from s3agents.errors import BudgetError, EndpointError, ModelError, ReplayMissError, ReplyError
from s3agents.llm.base import ChatCompletionClient, ModelWrapper, Request
from s3agents.llm.budget import Purse
from s3agents.llm.completion import Completion
from s3agents.llm.openai_http import OpenAIHttpClient
from s3agents.llm.policies import with_policies
from s3agents.llm.replay import RecordingClient, ReplayClient
from s3agents.llm.reply_store import ReplyStore
from s3agents.testing import ScriptedClient, StubEndpoint

MESSAGES = [UserMessage(content="hello", source="user")]
GONE = EndpointError("gone", cause="connection", transient=True)
ARGS = {"temperature": 0.8, "max_tokens": 64, "logprobs": True, "top_logprobs": 5}


class Feeling(BaseModel):
    emotion: Literal["calm", "moderate", "intense"]
    text: str


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ReplyStore]:
    """An empty record."""
    with ReplyStore(tmp_path / "replies.sqlite") as opened:
        yield opened


@pytest.fixture
async def stub() -> AsyncIterator[StubEndpoint]:
    """An endpoint without faults."""
    async with StubEndpoint() as endpoint:
        yield endpoint


async def outcomes_of(client: ChatCompletionClient, seeds: range) -> list[Any]:
    """Each reply without its mark of origin, or class, cause and words of the error."""
    calls = [client.create(MESSAGES, json_output=Feeling, extra_create_args={**ARGS, "seed": seed}) for seed in seeds]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    return [
        outcome.model_dump_json(exclude={"cached"})
        if isinstance(outcome, CreateResult)
        else (type(outcome), getattr(outcome, "cause", None), str(outcome))
        for outcome in outcomes
    ]


async def test_a_replay_is_the_record_byte_for_byte(tmp_path: Path) -> None:
    """With log probabilities and with failures: the same replies, the same errors, and no endpoint."""
    path = tmp_path / "replies.sqlite"
    async with StubEndpoint(failures=0.3, kinds=("status_500", "status_400", "garbage", "drop")) as stub:
        http = OpenAIHttpClient(url=stub.url, model="stub")
        with ReplyStore(path) as store:
            client = RecordingClient(http, store, model="stub")
            recorded = await outcomes_of(client, range(60))
            await client.close()
    with ReplyStore(path, readonly=True) as store:
        assert await outcomes_of(ReplayClient(store, model="stub"), range(60)) == recorded
    kinds = {type(outcome) for outcome in recorded}
    assert kinds == {str, tuple}


async def test_a_recorded_reply_is_never_asked_for_again(store: ReplyStore, stub: StubEndpoint) -> None:
    """Neither by the client that got it, nor by the next one on the same record."""
    http = OpenAIHttpClient(url=stub.url, model="stub")
    first = await outcomes_of(RecordingClient(http, store, model="stub"), range(10))
    again = await outcomes_of(RecordingClient(http, store, model="stub"), range(12))
    await http.close()
    assert again[:10] == first
    assert stub.requests == 12


async def test_a_recorded_error_is_asked_again(store: ReplyStore) -> None:
    """And the reply that comes then takes its place."""
    inner = ScriptedClient([GONE, "ok"])
    client = RecordingClient(inner, store, model="m")
    with pytest.raises(EndpointError):
        await client.create(MESSAGES)
    assert (await client.create(MESSAGES)).content == "ok"
    assert (await ReplayClient(store, model="m").create(MESSAGES)).content == "ok"


@pytest.mark.parametrize("error", [GONE, ReplyError("cut", cause="garbage"), ModelError("?", cause="odd")])
async def test_a_recorded_error_is_replayed_as_it_was(store: ReplyStore, error: ModelError) -> None:
    """Class, cause and words."""
    with pytest.raises(ModelError) as recorded:
        await RecordingClient(ScriptedClient([error]), store, model="m").create(MESSAGES)
    assert recorded.value is error
    with pytest.raises(ModelError) as replayed:
        await ReplayClient(store, model="m").create(MESSAGES)
    assert type(replayed.value) is type(error)
    assert (str(replayed.value), vars(replayed.value)) == (str(error), vars(error))


@pytest.mark.parametrize("error", [BudgetError("used up"), ReplayMissError("?", cause="replay_miss"), ValueError("?")])
async def test_what_is_no_word_of_the_model_is_not_recorded(store: ReplyStore, error: Exception) -> None:
    """A used-up budget ends a run; it is not the answer to a request."""
    with pytest.raises(type(error)):
        await RecordingClient(ScriptedClient([error]), store, model="m").create(MESSAGES)
    assert len(store) == 0


async def test_replies_are_on_file_when_a_round_of_requests_is_over(store: ReplyStore) -> None:
    """Who commits a tick after its last reply can rely on them; until then they are written in batches."""
    reader = sqlite3.connect(store.path)
    gates = {seed: asyncio.Event() for seed in (1, 2)}

    class Gated(ModelWrapper):
        async def ask(self, request: Request) -> Completion:
            await gates[request.args["seed"]].wait()
            return await super().ask(request)

    client = RecordingClient(Gated(ScriptedClient(["ok"])), store, model="m")
    calls = [asyncio.ensure_future(client.create(MESSAGES, extra_create_args={"seed": seed})) for seed in gates]
    written = []
    for gate, call in zip(gates.values(), calls, strict=True):
        gate.set()
        await call
        written.append(reader.execute("SELECT COUNT(*) FROM replies").fetchone()[0])
    reader.close()
    assert written == [0, 2]


async def test_equal_requests_in_flight_are_asked_once(store: ReplyStore) -> None:
    """All get the reply."""
    inner = ScriptedClient(["ok"])
    client = RecordingClient(inner, store, model="m")
    results = await asyncio.gather(*(client.create(MESSAGES) for _ in range(20)))
    assert [result.content for result in results] == ["ok"] * 20
    assert len(inner.requests) == 1


@pytest.mark.parametrize("error", [GONE, BudgetError("used up")])
async def test_equal_requests_in_flight_share_a_failure(store: ReplyStore, error: Exception) -> None:
    """One is asked, all are told."""
    inner = ScriptedClient([error])
    client = RecordingClient(inner, store, model="m")
    outcomes = await asyncio.gather(*(client.create(MESSAGES) for _ in range(5)), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {type(error)}
    assert len(inner.requests) == 1


async def test_a_cancelled_request_is_asked_by_one_that_waits_for_the_same(store: ReplyStore) -> None:
    """Nobody hangs on a reply that nobody will get."""
    gate = asyncio.Event()
    inner = ScriptedClient(["ok"], gate=gate)
    client = RecordingClient(inner, store, model="m")
    first, second, third = (asyncio.ensure_future(client.create(MESSAGES)) for _ in range(3))
    while not inner.in_flight:
        await asyncio.sleep(0)
    second.cancel()
    await asyncio.wait([second])
    first.cancel()
    await asyncio.wait([first])
    gate.set()
    assert (await asyncio.wait_for(third, 5)).content == "ok"
    assert len(inner.requests) == 2


async def test_a_miss_says_what_was_missed(store: ReplyStore) -> None:
    """Another seed, another model, or an empty record."""
    await RecordingClient(ScriptedClient(["ok"]), store, model="m").create(MESSAGES)
    for model, args in [("m", {"seed": 1}), ("n", {})]:
        with pytest.raises(ReplayMissError, match=r"replies\.sqlite: no reply of .") as caught:
            await ReplayClient(store, model=model).create(MESSAGES, extra_create_args=args)
        assert caught.value.cause == "replay_miss"


async def test_usage_tells_asked_from_recorded(store: ReplyStore) -> None:
    """The endpoint is charged once; the totals count every reply."""
    client = RecordingClient(ScriptedClient(["ok"]), store, model="m")
    for _ in range(3):
        await client.create(MESSAGES)
    replay = ReplayClient(store, model="m")
    await replay.create(MESSAGES)
    assert (client.actual_usage(), client.total_usage()) == (RequestUsage(10, 5), RequestUsage(30, 15))
    assert (replay.actual_usage(), replay.total_usage()) == (RequestUsage(0, 0), RequestUsage(10, 5))


async def test_the_whole_stack_records_what_the_endpoint_would_have_said(tmp_path: Path, stub: StubEndpoint) -> None:
    """With a third of requests failing, the record equals the one of an endpoint that never fails."""
    records = []
    for failures in (0.0, 0.3):
        stub.failures, stub.kinds = failures, ("status_429", "drop", "half", "garbage")
        http = OpenAIHttpClient(url=stub.url, model="stub")
        client = with_policies(http, concurrency=16, retries=12, patience=60, rng=Random(1), purse=Purse(10**6))
        with ReplyStore(tmp_path / f"{failures}.sqlite") as store:
            records.append(await outcomes_of(RecordingClient(client, store, model="stub"), range(50)))
            await client.close()
    assert records[0] == records[1]
    assert stub.failed.total() > 0
