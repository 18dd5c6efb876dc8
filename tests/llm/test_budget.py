"""The token budget: hard, and not stingier than it must be."""

from __future__ import annotations

import asyncio

import pytest
from autogen_core.models import RequestUsage, UserMessage
from hypothesis import given
from hypothesis import strategies as st

from s3agents.errors import BudgetError, EndpointError
from s3agents.llm.base import CreateResult, Request, estimated_tokens
from s3agents.llm.budget import BudgetClient, Purse
from s3agents.testing import ScriptedClient
from s3agents.testing.scripted_client import text_result

GONE = EndpointError("gone", cause="connection", transient=True)


def said(text: str) -> list[UserMessage]:
    """One user message."""
    return [UserMessage(content=text, source="user")]


PROMPT = said("x" * 27)  # estimated at 10 tokens


async def ask(client: BudgetClient, reply: int = 10) -> CreateResult:
    """A request that needs 10 tokens for its prompt and ``reply`` for its reply."""
    return await client.create(PROMPT, extra_create_args={"max_tokens": reply})


def costing(prompt: int, reply: int) -> CreateResult:
    """A result of given usage."""
    return text_result("ok", prompt_tokens=prompt, reply_tokens=reply)


@pytest.mark.parametrize(("text", "tokens"), [("", 1), ("a", 2), ("abc", 2), ("abcd", 3), ("汉字", 3), ("\ud800", 2)])
def test_a_third_of_the_bytes_is_the_estimate(text: str, tokens: int) -> None:
    """Rounded up, and one token a message."""
    assert estimated_tokens(said(text)) == tokens


@given(
    st.integers(0, 3000),
    st.lists(
        st.tuples(st.integers(0, 300), st.integers(1, 200), st.floats(0, 1), st.floats(0, 1), st.booleans()),
        max_size=25,
    ),
    st.integers(0, 100),
)
def test_the_budget_is_never_passed(budget: int, plans: list[tuple[int, int, float, float, bool]], spent: int) -> None:
    """Whatever is asked at once, answered or refused by the endpoint: real usage stays within the budget."""

    async def run() -> None:
        used = min(spent, budget)

        def decide(request: Request) -> CreateResult | Exception:
            nonlocal used
            most_reply, prompt_share, reply_share, fails = request.args["plan"]
            if fails:
                return GONE
            usage = RequestUsage(
                round(estimated_tokens(request.messages) * prompt_share), max(1, round(most_reply * reply_share))
            )
            used += usage.prompt_tokens + usage.completion_tokens
            return costing(usage.prompt_tokens, usage.completion_tokens)

        purse = Purse(budget, min(spent, budget))

        client = BudgetClient(ScriptedClient(decide), purse)
        calls = [
            client.create(said("x" * size), extra_create_args={"max_tokens": most, "plan": (most, *plan)})
            for size, most, *plan in plans
        ]
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert used <= budget
        assert (purse.spent, purse.reserved) == (used, 0)
        for (size, most, *_), outcome in zip(plans, outcomes, strict=True):
            need = estimated_tokens(said("x" * size)) + most
            assert isinstance(outcome, CreateResult | EndpointError | BudgetError)
            # Nobody is refused whom the budget could have served in the end.
            assert not isinstance(outcome, BudgetError) or used + need > budget

    asyncio.run(run())


async def test_a_refusal_names_figures_and_remedy() -> None:
    """What was needed, what is used, what was allowed, and what to do."""
    purse = Purse(25)
    client = BudgetClient(ScriptedClient([costing(9, 5)]), purse)
    await ask(client)
    with pytest.raises(BudgetError, match=r"up to 20 tokens .* 14 of 25 .*resume RUN --budget"):
        await ask(client)


async def test_settled_requests_free_what_they_did_not_use() -> None:
    """Two requests of 20 do not fit into 30 together; one after the other they do."""
    gate = asyncio.Event()
    inner = ScriptedClient([costing(5, 5)], gate=gate)
    purse = Purse(30)
    client = BudgetClient(inner, purse)
    both = asyncio.gather(ask(client), ask(client))
    while not inner.in_flight:
        await asyncio.sleep(0)
    assert (inner.in_flight, purse.reserved) == (1, 20)
    gate.set()
    assert len(await both) == 2
    assert purse.spent == 20


async def test_who_cannot_be_helped_is_refused_at_once() -> None:
    """A request larger than what is left does not wait for others."""
    inner = ScriptedClient([costing(5, 5)], gate=asyncio.Event())
    purse = Purse(30)
    client = BudgetClient(inner, purse)
    first = asyncio.ensure_future(ask(client))
    while not inner.in_flight:
        await asyncio.sleep(0)
    with pytest.raises(BudgetError):
        await ask(client, reply=100)
    first.cancel()
    await asyncio.wait([first])
    assert (purse.spent, purse.reserved) == (0, 0)


async def test_a_failed_request_gives_its_reservation_back() -> None:
    """Nothing was received, nothing is counted."""
    purse = Purse(20)
    client = BudgetClient(ScriptedClient([GONE, costing(5, 5)]), purse)
    with pytest.raises(EndpointError):
        await ask(client)
    assert (await ask(client)).content == "ok"


async def test_a_cancelled_waiter_does_not_block_those_behind_it() -> None:
    """It leaves the queue, and nothing stays reserved for it."""
    gate = asyncio.Event()
    inner = ScriptedClient([costing(5, 5)], gate=gate)
    purse = Purse(40)
    client = BudgetClient(inner, purse)
    first, second, third = (asyncio.ensure_future(ask(client, reply)) for reply in (20, 15, 10))
    while not inner.in_flight:
        await asyncio.sleep(0)
    second.cancel()
    gate.set()
    await asyncio.wait([first, second, third], timeout=5)
    assert second.cancelled()
    assert third.result().content == "ok"
    assert (purse.spent, purse.reserved) == (20, 0)


async def test_an_endpoint_that_does_not_count_is_charged_in_full() -> None:
    """Without usage, what was reserved is what was spent."""
    purse = Purse(100)
    client = BudgetClient(ScriptedClient([costing(0, 0)]), purse)
    await ask(client)
    assert purse.spent == 20


async def test_estimates_follow_an_endpoint_that_counts_more() -> None:
    """A prompt that cost twice its estimate makes the next one be held for twice its estimate."""
    purse = Purse(54)
    client = BudgetClient(ScriptedClient([costing(20, 5)]), purse)
    await ask(client)
    assert purse.spent == 25
    with pytest.raises(BudgetError, match="up to 30 tokens"):
        await ask(client)


async def test_without_max_tokens_much_is_held() -> None:
    """A reply without a bound is taken to be long."""
    with pytest.raises(BudgetError, match="up to 4106 tokens"):
        await BudgetClient(ScriptedClient(["ok"]), Purse(4000)).create(PROMPT)


async def test_a_resumed_run_counts_what_it_has_used() -> None:
    """``spent`` is where the count goes on."""
    purse = Purse(100, 90)
    client = BudgetClient(ScriptedClient([costing(9, 5)]), purse)
    with pytest.raises(BudgetError, match="90 of 100"):
        await ask(client)
