"""Rows: the measurements that have a target, by name. Each says what it runs, and makes its targets of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from statistics import median
from types import MappingProxyType
from typing import Final

from s3agents.bench.bench import Bench
from s3agents.bench.endpoint import Endpoint
from s3agents.bench.load import Load
from s3agents.bench.passes import SocietyPass
from s3agents.bench.targets import RowResult, Target

__all__ = ["QUICK", "ROWS", "Row", "main_load"]

_MILLION = 1_000_000
_RELATIONS_OF_A_MILLION = 4.3
_WORKERS = 2
_STUB: Final = Endpoint()
_APART: Final = ("limits.lookahead=0",)
"""What keeps ticks apart, so that each has costs of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A measurement with a target.

    Attributes:
        about: what is run.
        measure: makes the targets.
        asks: whether its societies ask a model.
    """

    about: str
    measure: Callable[[Bench], RowResult]
    asks: bool = True


def main_load(bench: Bench) -> Load:
    """The society that is measured if nothing else is said."""
    return bench.load(users=200, ticks=3) if bench.endpoint.url else bench.load()


def _turn(bench: Bench) -> RowResult:
    load = bench.load(users=1_000, ticks=50, overrides=_APART)
    made = bench.society(load, _STUB)
    ticks = made.outcome.ticks
    costs = [tick.cpu_ms or 0.0 for tick in ticks]
    part = max(1, len(costs) // 10)
    growth = median(costs[-part:]) / median(costs[:part])
    chosen = {tick.tick: tick for tick in (ticks[0], ticks[-1])}
    bounds = {"at most": 1.0, "moonshot": 0.5}
    targets = [
        Target(name=f"CPU of an LLM turn in tick {tick}, {name}", unit="ms", measured=cost.cpu_ms, wanted=bound)
        for name, bound in bounds.items()
        for tick, cost in chosen.items()
    ]
    name = f"medians of the last and the first {part} of {len(costs)} ticks, ratio"
    targets.append(Target(name=name, unit="x", measured=growth, wanted=1.1))
    together = _cpu_ms(made, chroma=True)
    name = "CPU of a turn with the NATS server and the process of Chroma, all ticks"
    targets.append(Target(name=name, unit="ms", measured=together, wanted=1.0))
    return RowResult(row="turn", targets=tuple(targets))


def _rate(bench: Bench) -> RowResult:
    rate = bench.pair(bench.load(), _STUB).society.outcome.rate
    name = "turns a second in one process, endpoint of 0 ms"
    return RowResult(row="rate", targets=(Target(name=name, unit="/s", measured=rate, wanted=800.0, better="least"),))


def _tokens(bench: Bench) -> RowResult:
    made = bench.pair(main_load(bench)).society
    turns, told = made.outcome.turns, made.counters
    hits = Target(name="prefix-cache hits", unit="%", measured=told.hit_rate, wanted=0.8, better="least")
    prompt = None if told.prompt_tokens is None else told.prompt_tokens / turns
    reply = None if told.reply_tokens is None else told.reply_tokens / turns
    note = "" if bench.endpoint.url else "the stub counts four bytes of a prompt as a token"
    targets = (
        hits,
        Target(name="prompt tokens a turn", unit="", measured=prompt, wanted=700.0),
        Target(name="reply tokens a turn", unit="", measured=reply, wanted=80.0),
    )
    return RowResult(row="tokens", targets=targets, note=note)


def _slow(bench: Bench) -> RowResult:
    endpoint = Endpoint(latency=0.5, slots=256)
    pair = bench.pair(bench.load(users=2_000, ticks=4, concurrency=256), endpoint)
    name = "wall time as a ratio to the bare loop"
    return RowResult(
        row="slow-endpoint",
        targets=(
            Target(name=name, unit="x", measured=pair.ratio, wanted=1.08),
            Target(name="endpoint in use, mean share", unit="%", measured=pair.society.load),
        ),
    )


def _busy(bench: Bench) -> RowResult:
    endpoint = Endpoint(latency=0.05, slots=128)
    pair = bench.pair(bench.load(users=2_000, ticks=4, concurrency=128), endpoint)
    name = "share of the bare loop's rate, one process"
    return RowResult(
        row="busy-endpoint",
        targets=(Target(name=name, unit="%", measured=pair.share, wanted=0.35, better="least"),),
    )


def _vllm(bench: Bench) -> RowResult:
    if bench.endpoint.url is None:
        return RowResult(row="vllm", note="name an endpoint with --model-url")
    pair = bench.pair(main_load(bench))
    name = f"share of the bare loop's rate, {pair.load.concurrency} at once"
    return RowResult(
        row="vllm", targets=(Target(name=name, unit="%", measured=pair.share, wanted=0.95, better="least"),)
    )


def _nuclear(bench: Bench) -> RowResult:
    load = bench.load(like="s3-nuclear", mode="rules", ticks=3)
    return RowResult(row="nuclear", targets=_tick_and_peak(bench.society(load, _STUB), seconds=6.0, gigabytes=1.5))


def _million(bench: Bench) -> RowResult:
    users = bench.load(users=_MILLION).users
    relations = round(_RELATIONS_OF_A_MILLION * users)
    load = bench.load(users=users, relations=relations, posts=0, active=0.05, mode="rules", ticks=1)
    made = bench.society(load, _STUB)
    share = Target(name="share of the users with a turn", unit="%", measured=made.outcome.turns / users)
    return RowResult(row="million", targets=(*_tick_and_peak(made, seconds=60.0, gigabytes=8.0), share))


def _stragglers(bench: Bench) -> RowResult:
    endpoint = Endpoint(latency=0.1, distribution="pareto", slots=128)
    targets: list[Target] = []
    walls = {}
    for name, overrides in (("barrier", _APART), ("dependency clock", ())):
        load = bench.load(users=1_000, ticks=8, concurrency=128, overrides=overrides)
        pair = bench.pair(load, endpoint)
        walls[name] = pair.society.outcome.wall
        targets.append(Target(name=f"wall time as a ratio to the bare loop, {name}", unit="x", measured=pair.ratio))
    gain = Target(
        name="wall time of the clock as a share of the barrier's",
        unit="%",
        measured=walls["dependency clock"] / walls["barrier"],
    )
    return RowResult(row="stragglers", targets=(*targets, gain))


def _workers(bench: Bench) -> RowResult:
    load = bench.load(users=2_000, ticks=4, concurrency=128, workers=_WORKERS)
    made, alone = bench.society(load, _STUB), bench.society(replace(load, workers=None), _STUB)
    shared, one = _cpu_ms(made), _cpu_ms(alone)
    more = None if shared is None or one is None else shared - one
    name = f"turns a second with {_WORKERS} workers, endpoint of 0 ms"
    return RowResult(
        row="workers",
        targets=(
            Target(name=name, unit="/s", measured=made.outcome.rate, wanted=1_500.0, better="least"),
            Target(name="CPU of a turn: coordinator, workers, NATS", unit="ms", measured=shared),
            Target(name="what of it is for being shared out", unit="ms", measured=more, wanted=0.2),
        ),
    )


def _cpu_ms(made: SocietyPass, *, chroma: bool = False) -> float | None:
    """CPU of a turn in all processes of a society, that of Chroma only if asked for, in milliseconds."""
    told = made.outcome
    if told.nats_cpu is None or told.workers_cpu is None or not told.turns:
        return None
    writing = (told.chroma_cpu or 0.0) if chroma else 0.0
    return (told.cpu + told.nats_cpu + told.workers_cpu + writing) / told.turns * 1e3


def _tick_and_peak(made: SocietyPass, *, seconds: float, gigabytes: float) -> tuple[Target, ...]:
    outcome = made.outcome
    longest = max(outcome.ticks, key=lambda tick: tick.wall)
    return (
        Target(name="longest tick", unit="s", measured=longest.wall, wanted=seconds),
        Target(name="CPU of that tick", unit="s", measured=longest.cpu),
        Target(
            name="peak memory, the process of Chroma included",
            unit="MB",
            measured=outcome.peak + outcome.chroma_peak,
            wanted=gigabytes * 1e9,
        ),
        Target(name="until tick 0 is committed: society, servers, seed posts", unit="s", measured=outcome.start_wall),
    )


ROWS: Mapping[str, Row] = MappingProxyType(
    {
        "turn": Row(
            about="1,000 users, 50 ticks, all active, stub of 0 ms: CPU of the first and the last tick", measure=_turn
        ),
        "rate": Row(about="1,000 users, 8 ticks, stub of 0 ms: turns a second in one process", measure=_rate),
        "tokens": Row(about="1,000 users, 8 ticks: tokens and prefix-cache hits of the pack", measure=_tokens),
        "busy-endpoint": Row(about="2,000 users, 4 ticks, stub of 50 ms and 128 slots", measure=_busy),
        "slow-endpoint": Row(about="2,000 users, 4 ticks, stub of 500 ms and 256 slots", measure=_slow),
        "stragglers": Row(about="latencies of a heavy tail: barrier against dependency clock", measure=_stragglers),
        "workers": Row(
            about="2,000 users, 4 ticks, stub of 0 ms: two worker processes beside one that does all", measure=_workers
        ),
        "vllm": Row(about="200 users, 3 ticks at --model-url: share of the bare loop's rate", measure=_vllm),
        "nuclear": Row(about="the size of S3's nuclear network, all active, rules", measure=_nuclear, asks=False),
        "million": Row(about="1,000,000 users, 4.3 million relations, 5 % active, rules", measure=_million, asks=False),
    }
)
"""All rows, in the order in which they are measured."""

QUICK: Final = ("rate", "tokens", "turn")
"""What is measured if nothing is named: in about a minute, on two cores."""
