"""What the stub endpoint takes its time with: latencies by content, slots that requests wait for, prefixes it knows."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents.bench.counters import parse_metrics
from s3agents.errors import InputError
from s3agents.testing import StubEndpoint
from s3agents.testing.stub_latency import DISTRIBUTIONS, Latency
from s3agents.testing.stub_prefix_cache import PrefixCache
from s3agents.testing.stub_slots import Slots


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_the_mean_is_the_mean(distribution: str) -> None:
    """Whatever the distribution, many requests take the mean on average."""
    latency = Latency(mean=0.2, distribution=distribution, shape=3.0 if distribution == "pareto" else None)
    seconds = [latency.of(f"request {n}".encode()) for n in range(20_000)]
    assert sum(seconds) / len(seconds) == pytest.approx(0.2, rel=0.03)
    assert min(seconds) > 0.0


@given(st.binary(), st.sampled_from(sorted(DISTRIBUTIONS)))
def test_the_same_request_takes_as_long_again(content: bytes, distribution: str) -> None:
    """A latency hangs on the content alone."""
    one, two = (Latency(mean=0.1, distribution=distribution) for _ in range(2))
    assert one.of(content) == two.of(content)


def test_a_heavy_tail_is_heavy() -> None:
    """The slowest of a hundred takes much longer with ``pareto`` than with ``lognormal``, and that than the mean."""
    slowest = {name: Latency(mean=1.0, distribution=name).quantile(0.999) for name in DISTRIBUTIONS}
    assert 3.0 * slowest["constant"] < slowest["lognormal"] < slowest["pareto"]


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_no_request_takes_for_ever(distribution: str) -> None:
    """Quantiles rise, up to 30 times the mean and no further."""
    latency = Latency(mean=0.1, distribution=distribution)
    quantiles = [latency.quantile(1.0 - 10.0**-n) for n in range(1, 15)]
    assert quantiles == sorted(quantiles)
    assert quantiles[-1] <= 3.0 + 1e-9


@pytest.mark.parametrize(
    "wrong",
    [
        {"mean": 1.0, "distribution": "normal"},
        {"mean": -1.0},
        {"mean": 1.0, "distribution": "pareto", "shape": 1.0},
        {"mean": 1.0, "distribution": "lognormal", "shape": 0.0},
    ],
)
def test_what_is_no_latency_is_refused(wrong: dict[str, Any]) -> None:
    """Unknown distributions, negative times, and tails without a mean."""
    with pytest.raises(InputError, match="wanted"):
        Latency(**wrong)


async def test_slots_are_taken_in_order_and_never_more_than_there_are() -> None:
    """Who comes when all are taken waits, and gets the next one that is left."""
    slots, served, most = Slots(2), [], 0

    async def request(number: int) -> None:
        nonlocal most
        await slots.take()
        most = max(most, slots.running)
        served.append(number)
        await asyncio.sleep(0)
        slots.leave()

    await asyncio.gather(*(request(n) for n in range(7)))
    assert (served, most, slots.running, slots.waiting) == ([*range(7)], 2, 0, 0)


async def test_who_gives_up_waiting_takes_no_slot() -> None:
    """Neither while it waits nor at the moment in which it is given one."""
    slots = Slots(1)
    await slots.take()
    waiting = [asyncio.create_task(slots.take()) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.sleep(0)
    assert slots.waiting == 2
    slots.leave()  # the second has it now ...
    waiting[1].cancel()  # ... and does not want it any more
    await asyncio.sleep(0)
    await waiting[2]
    assert (slots.running, slots.waiting) == (1, 0)


async def test_an_endpoint_of_slots_serves_so_many_at_once_and_refuses_none() -> None:
    """Nine requests of 50 ms over three slots take three times as long as one; the counters say how busy it was."""
    body = {"model": "stub", "messages": [{"role": "user", "content": "hello"}]}
    async with StubEndpoint(latency=0.05, slots=3) as stub, aiohttp.ClientSession() as http:

        async def ask(seed: int) -> int:
            async with http.post(f"{stub.url}/chat/completions", json={**body, "seed": seed}) as answer:
                return answer.status

        statuses = await asyncio.gather(*(ask(seed) for seed in range(9)))
        async with http.get(stub.url.replace("/v1", "/metrics")) as page:
            told = parse_metrics(await page.text())
    assert statuses == [200] * 9
    assert (stub.peak, stub.slots.running) == (9, 0)
    assert told["stub:slot_seconds_total"] >= 9 * 0.049
    assert 0.14 <= told["stub:full_seconds_total"] <= told["stub:slot_seconds_total"] / 3 + 1e-6
    assert told["process_cpu_seconds_total"] > 0.0


def blocks(*numbers: int) -> bytes:
    """A prompt of so many different blocks of 64 bytes, and a byte more."""
    return b"".join(f"{number:064d}".encode() for number in numbers) + b"."


def test_a_prefix_is_found_up_to_where_prompts_part() -> None:
    """A block counts only if everything before it is the same."""
    cache = PrefixCache()
    assert cache.look_up(blocks(1, 2, 3), 49) == 0
    assert cache.look_up(blocks(1, 2, 3), 49) == 48
    assert cache.look_up(blocks(1, 9, 3), 49) == 16
    assert cache.look_up(blocks(9, 2, 3), 49) == 0
    assert (cache.queries, cache.hits) == (4 * 49, 64)


def test_the_last_token_is_never_found() -> None:
    """It is computed in any case, as in vLLM: a prompt that ends with a block has one less."""
    cache = PrefixCache()
    whole = blocks(1, 2)[:-1]
    cache.look_up(whole, 32)
    assert cache.look_up(whole, 32) == 16


def test_the_cache_is_bounded_and_forgets_what_was_used_longest_ago() -> None:
    """A prefix that comes again and again stays."""
    cache = PrefixCache(blocks=4)
    for number in range(50):
        found = cache.look_up(blocks(7, 100 + number, 200 + number), 49)
        assert found == (16 if number else 0)
    assert cache.look_up(blocks(7, 100, 200), 49) == 16


@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=5), max_size=20), st.integers(0, 1000))
def test_hits_are_the_longest_prefix_of_anything_before(prompts: list[list[int]], seed: int) -> None:
    """Held against looking through all earlier prompts."""
    cache, seen = PrefixCache(), list[list[int]]()
    random.Random(seed).shuffle(prompts)
    for prompt in prompts:
        longest = max((_common(prompt, other) for other in seen), default=0)
        assert cache.look_up(blocks(*prompt), 16 * len(prompt) + 1) == 16 * longest
        seen.append(prompt)


def _common(one: list[int], two: list[int]) -> int:
    pairs = zip(one, two, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(two)))
